// The header of a safetensors file, parsed and checked so strictly that arrays can be cut from the data without further
// checks; also used for writing.
import { parseJson } from "../base/json.ts";

/** Bytes per element, by type. */
const elementBytes = { F64: 8, F32: 4, I64: 8, I32: 4, U32: 4, U8: 1 } as const;

/** One tensor. `start` and `end` are bytes from the end of the header. */
export interface Entry {
  readonly name: string;
  readonly type: keyof typeof elementBytes;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** A parsed header: its tensors and metadata, which the file keeps as strings. */
export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The header, a tensor and its shape. */
const deepest = 3;

const damaged = "the file is damaged or written wrongly; copy or save it again";
const reservedNames = ["__proto__", "constructor", "prototype", "__metadata__"];

/** Parses a header's text. `file` names it in errors. Throws at an invalid header; `checkEntries` checks its sizes. */
export function parseHeader(text: string, file: string): Header {
  let value: unknown;
  try {
    value = text.startsWith("{") ? parseJson(text, deepest) : undefined;
  } catch {
    value = undefined;
  }
  if (!isObject(value)) throw new Error(`${file}: the header is not a JSON object; ${damaged}`);
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw new Error(`${file}: the header has ${quote(repeated)} twice; ${damaged}`);
  const { __metadata__: metadata = {}, ...tensors } = value;
  if (!isObject(metadata)) throw new Error(`${file}: __metadata__ must be an object; ${damaged}`);
  return {
    entries: Object.entries(tensors).map(([name, fields]) => parseEntry(name, fields, file)),
    metadata: checkMetadata(metadata, file),
  };
}

/** Throws unless all names are allowed and all values strings. */
export function checkMetadata(metadata: object, file: string): Record<string, string> {
  for (const [key, value] of Object.entries(metadata)) {
    if (reservedNames.includes(key))
      throw new Error(`${file}: metadata cannot be called ${quote(key)}, which is reserved; rename it`);
    if (typeof value !== "string")
      throw new Error(`${file}: metadata ${quote(key)} must be a string, not ${quote(value)}`);
  }
  return metadata as Record<string, string>;
}

function parseEntry(name: string, fields: unknown, file: string): Entry {
  const place = `${file}: tensor ${quote(name)}`;
  if (!isObject(fields))
    throw new Error(`${place} must be an object with dtype, shape and data_offsets; ${damaged}`);
  const { dtype, shape, data_offsets: offsets } = fields;
  if (!isTensorType(dtype))
    throw new Error(
      `${place} must have one of the types ${Object.keys(elementBytes).join(", ")}, not ${quote(dtype)}; ` +
        `convert it, for example to F32`,
    );
  if (!isSizes(shape))
    throw new Error(
      `${place}: the shape must list whole numbers, 0 or more, not ${quote(shape)}; ${damaged}`,
    );
  const [start, end, ...rest] = isSizes(offsets) ? offsets : [];
  if (start === undefined || end === undefined || rest.length > 0)
    throw new Error(
      `${place}: data_offsets must be two whole numbers, 0 or more, not ${quote(offsets)}; ${damaged}`,
    );
  return { name, type: dtype, shape, start, end };
}

/** Throws unless all names are allowed, sizes fit shapes, and the entries fill `dataBytes` without gap or overlap. */
export function checkEntries(entries: readonly Entry[], dataBytes: number, file: string): void {
  for (const entry of entries) checkSize(entry, file);
  const needed = entries.reduce((most, { end }) => Math.max(most, end), 0);
  if (needed > dataBytes)
    throw new Error(
      `${file}: the file is cut short: expected ${needed} bytes of tensors, as the header says, got ${dataBytes}; ` +
        `copy it again`,
    );
  let next = 0;
  for (const { name, start, end } of entries.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== next)
      throw new Error(
        `${file}: tensor ${quote(name)} starts at byte ${start}, ` +
          `${start < next ? "inside the one before it" : "after a gap"}; ` +
          `expected byte ${next}; ${damaged}`,
      );
    next = end;
  }
  if (next < dataBytes)
    throw new Error(`${file}: ${dataBytes - next} bytes follow the last tensor; ${damaged}`);
}

function checkSize({ name, type, shape, start, end }: Entry, file: string): void {
  const place = `${file}: tensor ${quote(name)}`;
  if (reservedNames.includes(name))
    throw new Error(`${file}: a tensor cannot be called ${quote(name)}, which is reserved; rename it`);
  if (!isSizes(shape))
    throw new Error(`${place}: the shape must list whole numbers, 0 or more, not ${quote(shape)}`);
  const size = shape.reduce((product, axis) => product * axis, elementBytes[type]);
  if (end < start)
    throw new Error(`${place}: it ends at byte ${end}, before its start at ${start}; ${damaged}`);
  if (end - start !== size)
    throw new Error(
      `${place}: expected ${size} bytes for shape [${shape.join(", ")}] of ${type}, got ${end - start}; ` +
        `correct the shape, or copy or save the file again`,
    );
}

/** The first key that an object anywhere in valid JSON has twice: JSON.parse would keep the last. */
function repeatedKey(json: string): string | undefined {
  const scopes: Set<string>[] = []; // the keys of each open object or array
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (char === "{" || char === "[") scopes.push(new Set());
    else if (char === "}" || char === "]") scopes.pop();
    else if (char === '"') {
      const from = i++;
      while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
      let after = i + 1;
      while (" \t\r\n".includes(json[after] ?? ":")) after++;
      if (json[after] !== ":") continue;
      const key = JSON.parse(json.slice(from, i + 1)) as string;
      const scope = scopes.at(-1);
      if (scope?.has(key)) return key;
      scope?.add(key);
    }
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTensorType(value: unknown): value is Entry["type"] {
  return typeof value === "string" && Object.hasOwn(elementBytes, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** A value of the file in an error, cut after 80 characters. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
