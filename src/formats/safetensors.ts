// The safetensors format: an 8-byte little-endian header length, a JSON header, and the tensors' bytes without gaps.
// Assumes a little-endian machine, as that of every JavaScript engine is.
import { checkEntries, checkMetadata, parseHeader, type Entry } from "./safetensors-header.ts";

/** An array of one of the format's types. `shape` has the slowest axis first; `[]` is a single number. */
export type Tensor = { readonly shape: readonly number[] } & (
  | { readonly type: "F64"; readonly data: Float64Array }
  | { readonly type: "F32"; readonly data: Float32Array }
  | { readonly type: "I64"; readonly data: BigInt64Array }
  | { readonly type: "I32"; readonly data: Int32Array }
  | { readonly type: "U32"; readonly data: Uint32Array }
  | { readonly type: "U8"; readonly data: Uint8Array }
);

/** The content of a safetensors file. */
export interface TensorFile {
  /** By name, in the order of the file's bytes. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Texts by name, from the file's header. */
  readonly metadata: Readonly<Record<string, string>>;
}

const alignment = 8;
/** The format's limit, in bytes. */
const headerLimit = 100_000_000;

/**
 * The bytes of a safetensors file. Tensors are ordered by width of type, widest first, then by name, so that equal content
 * gives equal bytes. Throws at data of another size than its shape, and at names that the format or JavaScript reserves.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = [...tensors].sort(
    ([a, left], [b, right]) =>
      right.data.BYTES_PER_ELEMENT - left.data.BYTES_PER_ELEMENT || (a < b ? -1 : a > b ? 1 : 0),
  );
  let end = 0;
  const entries = sorted.map(([name, { type, shape, data }]): Entry => {
    const start = end;
    end += data.byteLength;
    return { name, type, shape, start, end };
  });
  checkEntries(entries, end, "safetensors");
  checkMetadata(metadata, "safetensors");

  const pairs: [string, object][] = entries.map(({ name, type, shape, start, end: stop }) => [
    name,
    { dtype: type, shape, data_offsets: [start, stop] },
  ]);
  const sortedMetadata = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (sortedMetadata.length > 0) pairs.unshift(["__metadata__", Object.fromEntries(sortedMetadata)]);
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(pairs)));
  const headerBytes = Math.ceil(text.length / alignment) * alignment;
  const bytes = new Uint8Array(8 + headerBytes + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, 8, 8 + headerBytes);
  bytes.set(text, 8);
  sorted.forEach(([, { data }], i) => {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    bytes.set(raw, 8 + headerBytes + (entries[i]?.start ?? 0));
  });
  return bytes;
}

/**
 * Decodes a safetensors file; its arrays are copies. `file` names it in errors. Throws at truncated or damaged bytes, and
 * at types other than those of `Tensor`.
 */
export function decodeSafetensors(bytes: Uint8Array, file = "safetensors"): TensorFile {
  const cutShort = (needed: number): Error =>
    new Error(`${file}: the file is cut short: expected ${needed} bytes, got ${bytes.length}; copy it again`);
  if (bytes.length < 8) throw cutShort(8);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > headerLimit)
    throw new Error(
      `${file}: not a safetensors file, or a damaged one: its header would have ${length} bytes, where at most ` +
        `${headerLimit} are allowed`,
    );
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.length) throw cutShort(dataStart);
  const { entries, metadata } = parseHeader(headerText(bytes.subarray(8, dataStart), file), file);
  checkEntries(entries, bytes.length - dataStart, file);
  const sorted = entries.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const tensors = sorted.map((entry): [string, Tensor] => {
    // Not `slice`, which a Node Buffer overrides to share its memory.
    const copy = new Uint8Array(bytes.subarray(dataStart + entry.start, dataStart + entry.end));
    return [entry.name, toTensor(entry, copy.buffer)];
  });
  return { tensors: new Map(tensors), metadata };
}

function headerText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`${file}: the header is not UTF-8; the file is damaged, copy it again`);
  }
}

function toTensor({ type, shape }: Entry, buffer: ArrayBufferLike): Tensor {
  switch (type) {
    case "F64":
      return { type, shape, data: new Float64Array(buffer) };
    case "F32":
      return { type, shape, data: new Float32Array(buffer) };
    case "I64":
      return { type, shape, data: new BigInt64Array(buffer) };
    case "I32":
      return { type, shape, data: new Int32Array(buffer) };
    case "U32":
      return { type, shape, data: new Uint32Array(buffer) };
    case "U8":
      return { type, shape, data: new Uint8Array(buffer) };
    default:
      return type satisfies never;
  }
}
