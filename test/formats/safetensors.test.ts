import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../../src/formats/safetensors.ts";

const small = new Map<string, Tensor>([
  ["b", { type: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) }],
  ["a", { type: "F32", shape: [2, 1], data: Float32Array.of(1.5, -2) }],
  ["n", { type: "I64", shape: [], data: BigInt64Array.of(-5n) }],
  ["empty", { type: "F64", shape: [0, 4], data: new Float64Array(0) }],
]);

/** A file of a header's text and `dataBytes` bytes of data. */
function fileOf(header: string, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const shapes = fc.array(fc.nat(3), { maxLength: 3 });
const tensor: fc.Arbitrary<Tensor> = shapes.chain((shape) => {
  const size = shape.reduce((product, axis) => product * axis, 1);
  const exactly = { minLength: size, maxLength: size };
  return fc.oneof(
    fc.float64Array(exactly).map((data): Tensor => ({ type: "F64", shape, data })),
    fc.float32Array(exactly).map((data): Tensor => ({ type: "F32", shape, data })),
    fc.bigInt64Array(exactly).map((data): Tensor => ({ type: "I64", shape, data })),
    fc.int32Array(exactly).map((data): Tensor => ({ type: "I32", shape, data })),
    fc.uint32Array(exactly).map((data): Tensor => ({ type: "U32", shape, data })),
    fc.uint8Array(exactly).map((data): Tensor => ({ type: "U8", shape, data })),
  );
});
const reserved = ["__proto__", "constructor", "prototype", "__metadata__"];
const name = fc.string({ unit: "binary", maxLength: 8 }).filter((text) => !reserved.includes(text));
const tensors = fc
  .array(fc.tuple(name, tensor), { maxLength: 6 })
  .map((pairs) => new Map<string, Tensor>(pairs));
const metadataOf = fc.dictionary(name, fc.string({ unit: "binary" }), { maxKeys: 3, noNullPrototype: true });

describe("safetensors", () => {
  it("refuses a header of brackets before it takes memory for them", () => {
    const header = `{"a":${"[".repeat(2_000_000)}`;
    const before = process.memoryUsage().rss;
    expect(() => decodeSafetensors(fileOf(header, 0), "f")).toThrow("f: the header is not a JSON object");
    expect(process.memoryUsage().rss - before).toBeLessThan(60e6);
  });

  it("reads and refuses headers of any number of tensors", () => {
    const entries = Array.from(
      { length: 150_000 },
      (_, i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`,
    );
    expect(decodeSafetensors(fileOf(`{${entries.join()}}`, 0)).tensors.size).toBe(150_000);
    expect(() => decodeSafetensors(fileOf(`{${entries.join()}}`, 1))).toThrow("1 bytes follow");
  });

  it("writes the format's bytes", () => {
    const bytes = encodeSafetensors(new Map([["w", { type: "F32", shape: [1], data: Float32Array.of(1) }]]), {
      k: "v",
    });
    const header = '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const length = Math.ceil(header.length / 8) * 8;
    expect([...bytes.subarray(0, 8)]).toEqual([length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toBe(header.padEnd(length));
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f]);
  });

  it("reads back the tensors it wrote, in any order and at any alignment", () => {
    fc.assert(
      fc.property(tensors, metadataOf, fc.nat(9), (written, metadata, shift) => {
        const bytes = encodeSafetensors(written, metadata);
        const reversed = new Map([...written].reverse());
        const reversedMetadata = Object.fromEntries(Object.entries(metadata).reverse());
        expect(encodeSafetensors(reversed, reversedMetadata)).toEqual(bytes);
        const moved = new Uint8Array(bytes.length + shift);
        moved.set(bytes, shift);
        const read = decodeSafetensors(moved.subarray(shift));
        expect(Object.fromEntries(read.tensors)).toEqual(Object.fromEntries(written));
        expect(read.metadata).toEqual(metadata);
      }),
    );
  });

  it("copies the file's bytes, also from a Buffer", () => {
    const bytes = Buffer.from(encodeSafetensors(small));
    const { tensors: read } = decodeSafetensors(bytes);
    bytes.fill(0xff);
    expect(Object.fromEntries(read)).toEqual(Object.fromEntries(small));
    expect(read.get("a")?.data.buffer.byteLength).toBe(8);
  });

  it("reads another writer's tensors, unaligned, with __metadata__ in between", () => {
    const bytes = fileOf(
      '{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"__metadata__":{"format":"pt"},' +
        '"y":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}  ',
      5,
    );
    bytes.set([7, 0, 0, 0x80, 0x3f], bytes.length - 5);
    const { tensors: read, metadata } = decodeSafetensors(bytes);
    expect([...read.keys()]).toEqual(["x", "y"]);
    expect(read.get("y")?.data).toEqual(Float32Array.of(1));
    expect(metadata).toEqual({ format: "pt" });
  });

  it("notices a file cut at any byte", () => {
    const bytes = encodeSafetensors(small, { note: "é" });
    for (let end = 0; end < bytes.length; end++)
      expect(() => decodeSafetensors(bytes.subarray(0, end), "m.safetensors")).toThrow(
        /^m\.safetensors: the file is cut short: expected \d+ bytes.*, got \d+; copy it again$/,
      );
  });

  it("throws a clear error or reads a valid file, whatever the damage", () => {
    const bytes = encodeSafetensors(small, { note: "x" });
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    let refused = 0;
    fc.assert(
      fc.property(damage, (hits) => {
        const damaged = bytes.slice();
        for (const [at, value] of hits) damaged[at] = value;
        const outcome = attempt(damaged);
        if (typeof outcome === "string") {
          refused++;
          expect(outcome).toMatch(/^Error m\.safetensors: .+/);
        } else expect([...outcome.tensors.values()].every((t) => t.data.length >= 0)).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  const one = '"dtype":"U8","shape":[1]';
  it.each([
    ["[]", 0, "the header is not a JSON object"],
    [" {}", 0, "the header is not a JSON object"],
    ["{", 0, "the header is not a JSON object"],
    ["{".padEnd(200_000, "["), 0, "the header is not a JSON object"],
    ['{"a":1}', 0, 'tensor "a" must be an object'],
    ['{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}', 2, 'not "F16"; convert it'],
    ['{"a":{"dtype":"toString","shape":[1],"data_offsets":[0,2]}}', 2, 'not "toString"'],
    ['{"a":{"shape":[1],"data_offsets":[0,2]}}', 2, "not nothing; convert it"],
    ['{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}', 1, "not [-1]; the file is damaged"],
    ['{"a":{"dtype":"U8","shape":[0.5],"data_offsets":[0,1]}}', 1, "not [0.5]"],
    ['{"a":{"dtype":"U8","shape":3,"data_offsets":[0,1]}}', 1, "not 3"],
    ['{"a":{"dtype":"U8","shape":[1e300],"data_offsets":[0,1]}}', 1, "not [1e+300]"],
    [
      '{"a":{"dtype":"F32","shape":[4503599627370496,4503599627370496],"data_offsets":[0,1]}}',
      1,
      "of F32, got 1;",
    ],
    [
      '{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}}',
      20,
      "expected 24 bytes for shape [2, 3] of F32, got 20",
    ],
    [`{"a":{${one},"data_offsets":[0]}}`, 1, "data_offsets must be two whole numbers, 0 or more, not [0]"],
    [`{"a":{${one},"data_offsets":[0,1,2]}}`, 1, "not [0,1,2]"],
    [`{"a":{${one},"data_offsets":[-1,0]}}`, 1, "not [-1,0]"],
    [`{"a":{${one},"data_offsets":[1,0]}}`, 1, "it ends at byte 0, before its start at 1"],
    [
      `{"a":{${one},"data_offsets":[0,1]}}`,
      0,
      "the file is cut short: expected 1 bytes of tensors, as the header says, got 0; copy it again",
    ],
    [`{"a":{${one},"data_offsets":[0,1]}}`, 3, "2 bytes follow the last tensor"],
    [`{"a":{${one},"data_offsets":[1,2]}}`, 2, 'tensor "a" starts at byte 1, after a gap; expected byte 0'],
    [
      `{"a":{${one},"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`,
      2,
      'tensor "b" starts at byte 0, inside the one before it; expected byte 1',
    ],
    [
      `{"a":{${one},"data_offsets":[0,1]},"\\u0061":{${one},"data_offsets":[1,2]}}`,
      2,
      'the header has "a" twice',
    ],
    ['{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1, 'has "dtype" twice'],
    ['{"__metadata__":{"a":"1","a" : "2"}}', 0, 'has "a" twice'],
    ['{"__metadata__":{"a":1}}', 0, 'metadata "a" must be a string, not 1'],
    ['{"__metadata__":["a"]}', 0, "__metadata__ must be an object"],
    [
      '{"__metadata__":{"__proto__":"1"}}',
      0,
      'metadata cannot be called "__proto__", which is reserved; rename it',
    ],
    [`{"__proto__":{${one},"data_offsets":[0,1]}}`, 1, 'a tensor cannot be called "__proto__"'],
    [`{"constructor":{${one},"data_offsets":[0,1]}}`, 1, 'a tensor cannot be called "constructor"'],
  ])("refuses %.60s", (header, dataBytes, message) => {
    const outcome = attempt(fileOf(header, dataBytes));
    expect(outcome).toMatch(/^Error m\.safetensors: /);
    expect(outcome).toContain(message);
  });

  it("refuses a header that is too long or not UTF-8", () => {
    const long = new Uint8Array(16);
    new DataView(long.buffer).setBigUint64(0, 100_000_001n, true);
    expect(attempt(long)).toContain(
      "not a safetensors file, or a damaged one: its header would have 100000001 bytes, where at most 100000000",
    );
    const bad = fileOf('{"é":1}', 0);
    bad[10] = 0xff;
    expect(attempt(bad)).toContain("the header is not UTF-8");
  });

  it("refuses to write a file that it would not read", () => {
    const data = Float32Array.of(1);
    const write = (key: string, shape: number[], metadata = {}) =>
      encodeSafetensors(new Map([[key, { type: "F32", shape, data }]]), metadata);
    expect(() => write("w", [2])).toThrow(
      'tensor "w": expected 8 bytes for shape [2] of F32, got 4; correct',
    );
    expect(() => write("w", [1.5])).toThrow("the shape must list whole numbers, 0 or more, not [1.5]");
    expect(() => write("__metadata__", [1])).toThrow('a tensor cannot be called "__metadata__"');
    expect(() => write("__proto__", [1])).toThrow('a tensor cannot be called "__proto__"');
    expect(() => write("w", [1], { n: 3 })).toThrow('metadata "n" must be a string, not 3');
  });
});

/** The decoded file, or the name and message of the error. */
function attempt(bytes: Uint8Array): ReturnType<typeof decodeSafetensors> | string {
  try {
    return decodeSafetensors(bytes, "m.safetensors");
  } catch (error) {
    return error instanceof Error ? `${error.name} ${error.message}` : "not an error";
  }
}
