// Mutations of inputs: of bytes, of text and of the values in JSON. Seeded, so that every input can be made again.

/** Numbers from 0 to below 1, from a seed and a number (splitmix32). */
export function randomOf(seed, index) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  const uniform = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = state ^ (state >>> 16);
    bits = Math.imul(bits, 0x21f0aaad);
    bits ^= bits >>> 15;
    bits = Math.imul(bits, 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
  const below = (count) => Math.floor(uniform() * count);
  return { uniform, below, of: (values) => values[below(values.length)], chance: (p) => uniform() < p };
}

/** Inputs are at most this long, in bytes: twenty times this is little beside what a process has. */
const longest = 300_000;

const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder().decode(bytes);

/** A sample with a few changes. `kind`: `bytes`, `text` or `json`; `pieces`: what the format is made of. */
export function mutate(random, samples, { kind = "bytes", pieces = [] }) {
  let bytes = random.of(samples);
  for (let more = true; more; more = random.chance(0.4)) {
    const way = random.uniform();
    if (kind === "json" && way < 0.5) bytes = encode(jsonChanged(random, decode(bytes)));
    else if (kind !== "bytes" && way < 0.75) bytes = textChanged(random, bytes, pieces);
    else bytes = bytesChanged(random, bytes, samples);
    if (bytes.length > longest) bytes = bytes.subarray(0, longest);
  }
  return bytes;
}

function joined(...parts) {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

const extremes = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

function bytesChanged(random, bytes, samples) {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.below(random.of([4, 64, 4096])));
  const [head, part, tail] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (random.below(9)) {
    case 0:
      return head;
    case 1:
      return joined(head, tail);
    case 2:
      return joined(
        head,
        Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256)),
        bytes.subarray(at),
      );
    case 3: {
      const other = random.of(samples);
      return joined(head, other.subarray(random.below(other.length + 1)));
    }
    case 4:
      return joined(
        head,
        ...Array.from({ length: 1 + random.below(random.of([3, 50, 5000])) }, () => part),
        tail,
      );
    case 5: {
      const copy = bytes.slice();
      if (at + 4 <= copy.length)
        new DataView(copy.buffer).setUint32(at, random.of(extremes), random.chance(0.5));
      return copy;
    }
    case 6: {
      const copy = bytes.slice();
      if (at + 2 <= copy.length)
        new DataView(copy.buffer).setUint16(at, random.of(extremes) & 0xffff, random.chance(0.5));
      return copy;
    }
    default: {
      const copy = bytes.slice();
      if (at < copy.length)
        copy[at] = random.chance(0.5) ? copy[at] ^ (1 << random.below(8)) : random.of(extremes);
      return copy;
    }
  }
}

const strangeText = [
  ..."[]{}()<>\",:;'\\/|#\t\n\r -+*?.^$0aé\u0301\u0000\ufeff\u2028",
  "\u{1f600}",
  "1e999",
  "-1",
  "0x10",
  "1e-400",
  "9007199254740993",
  "NaN",
  "null",
  "__proto__",
  "constructor",
  "\r\n",
];

function textChanged(random, bytes, pieces) {
  const text = decode(bytes);
  const at = random.below(text.length + 1);
  const insert = random.chance(0.5) && pieces.length > 0 ? random.of(pieces) : random.of(strangeText);
  const many = random.of([1, 1, 1, 2, 20, 1000, 50_000]);
  switch (random.below(5)) {
    case 0:
      return encode(
        text.slice(0, at) +
          insert.repeat(Math.min(many, Math.ceil(longest / insert.length))) +
          text.slice(at),
      );
    case 1: {
      const lines = text.split("\n");
      const line = random.below(lines.length);
      const count = Math.min(many, Math.ceil(longest / (lines[line].length + 1)));
      return encode(
        lines
          .toSpliced(line, random.below(2), ...Array.from({ length: count }, () => lines[line]))
          .join("\n"),
      );
    }
    case 2: {
      const lines = text.split("\n");
      lines.splice(random.below(lines.length), 1);
      return encode(lines.join("\n"));
    }
    case 3: {
      // A number becomes another one.
      const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?/g)];
      if (numbers.length === 0) return bytes;
      const { index, 0: old } = random.of(numbers);
      const next = random.of([
        "0",
        "-1",
        "0.5",
        "1e9",
        "4294967296",
        "1e308",
        "99999999999999999999",
        `${old}${old}`,
      ]);
      return encode(text.slice(0, index) + next + text.slice(index + old.length));
    }
    default: {
      const end = Math.min(text.length, at + 1 + random.below(20));
      return encode(text.slice(0, at) + insert + text.slice(end));
    }
  }
}

const strangeValues = [
  null,
  -1,
  0,
  0.5,
  1e9,
  2 ** 32,
  1e300,
  "",
  "x",
  "null",
  "__proto__",
  {},
  [],
  [[]],
  true,
];

/** A JSON text with one part of its value changed; as it was where it is no JSON, or too deep by now. */
export function jsonChanged(random, text) {
  try {
    const changed = JSON.stringify(valueChanged(random, JSON.parse(text))) ?? "null";
    return changed.replaceAll(deepMarks, (_, level) => "[".repeat(level) + "]".repeat(level));
  } catch {
    return text;
  }
}

/** A copy of a JSON value with one part of it changed. */
function valueChanged(random, value) {
  const isList = Array.isArray(value);
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  if (keys.length === 0 || random.chance(0.15)) return changedPart(random, value);
  const key = random.of(keys);
  const copy = isList ? [...value] : { ...value };
  const way = random.uniform();
  if (way < 0.1) {
    if (isList) copy.splice(Number(key), 1);
    else delete copy[key];
  } else if (way < 0.2) {
    if (isList) {
      const room = longest / (JSON.stringify(copy[key])?.length ?? 1);
      copy.push(...Array.from({ length: Math.min(random.of([1, 30, 3000]), room) }, () => copy[key]));
    } else copy[`${key}${random.below(10)}`] = copy[key];
  } else copy[key] = valueChanged(random, copy[key]);
  return copy;
}

function changedPart(random, value) {
  if (typeof value === "number" && random.chance(0.4)) return value + random.of([-1, 1, 1e6, 0.5]);
  if (typeof value === "string" && random.chance(0.4)) {
    const at = random.below(value.length + 1);
    return value.slice(0, at) + random.of(strangeText).repeat(random.of([1, 1, 1000])) + value.slice(at);
  }
  if (random.chance(0.1)) return `${deepMark}${random.of([3, 100, 20_000])}`;
  return random.of(strangeValues);
}

/** Stands for lists in lists, which JSON.stringify has no stack for. */
const deepMark = "lists in lists, as deep as ";
const deepMarks = new RegExp(`"${deepMark}(\\d+)"`, "g");
