import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import {
  floatTensor,
  floatValue,
  onnxModel,
  onnxNode,
} from "../../../../../src/tasks/caption/images/onnx/graph.ts";
import {
  readOnnx,
  viewGraph,
  withOutput,
  writeOnnx,
} from "../../../../../src/tasks/caption/images/onnx/model.ts";

/** Axes as `Reshape` takes them: int64, little endian. */
function axes(name: string, values: readonly number[]): ReturnType<typeof floatTensor> {
  const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return { ...floatTensor(name, [values.length], values), dataType: 7, rawData };
}

/** y = elu(2 x + 1) with alpha 0.5, then reshaped to [2, 3]. */
const small = onnxModel({
  nodes: [
    onnxNode("Mul", ["x", "two"], ["double"]),
    onnxNode("Add", ["double", "one"], ["sum"], {}, "plus"),
    onnxNode("Elu", ["sum"], ["bent"], { alpha: { float: 0.5 } }),
    onnxNode("Reshape", ["bent", "shape"], ["y"], { allowzero: 0 }),
  ],
  weights: [
    floatTensor("two", [1], [2]),
    floatTensor("one", [3, 2], [1, 1, 1, 1, 1, 1]),
    axes("shape", [2, -1]),
  ],
  inputs: [floatValue("x", ["rows", 2])],
  outputs: [floatValue("y", [2, 3])],
});
const x = new Tensor("float32", Float32Array.of(0, 1, 2, -1, 0.5, -0.5), [3, 2]);

describe("ONNX files", () => {
  it("made here run in ONNX Runtime, with an output added", async () => {
    const bytes = writeOnnx(withOutput(small, "sum"));
    const session = await InferenceSession.create(bytes);
    const { y, sum } = await session.run({ x });
    expect(Array.from(sum?.data as Float32Array)).toEqual([1, 3, 5, -1, 2, 0]);
    // elu(-1) = 0.5 (e^-1 - 1)
    const bent = [1, 3, 5, 0.5 * (Math.exp(-1) - 1), 2, 0];
    const given = Array.from(y?.data as Float32Array);
    expect(given.length).toBe(6);
    given.forEach((value, i) => expect(value).toBeCloseTo(bent[i] ?? NaN, 6));
    expect(y?.dims).toEqual([2, 3]);
    await session.release();
  });

  it("are read as they were written", () => {
    const view = viewGraph(readOnnx(writeOnnx(small)));
    expect(view).toEqual({
      nodes: [
        { name: "", operation: "Mul", inputs: ["x", "two"], outputs: ["double"] },
        { name: "plus", operation: "Add", inputs: ["double", "one"], outputs: ["sum"] },
        { name: "", operation: "Elu", inputs: ["sum"], outputs: ["bent"] },
        { name: "", operation: "Reshape", inputs: ["bent", "shape"], outputs: ["y"] },
      ],
      inputs: [{ name: "x", elements: 1, shape: ["rows", 2] }],
      outputs: [{ name: "y", elements: 1, shape: [2, 3] }],
      weights: ["two", "one", "shape"],
    });
    expect(writeOnnx(readOnnx(writeOnnx(small)))).toEqual(writeOnnx(small));
  });

  it("keep what the schema does not list, of the model and of its graph", () => {
    const bytes = writeOnnx(small);
    // Protocol buffers join messages that are written twice: metadata_props (14) with key "k" and value "v", and
    // of the graph (7) doc_string (10) "note".
    const more = [0x72, 6, 0x0a, 1, 0x6b, 0x12, 1, 0x76, 0x3a, 6, 0x52, 4, ...Buffer.from("note")];
    const model = withOutput(readOnnx(Uint8Array.of(...bytes, ...more)), "sum");
    expect(model.graph?.node.length).toBe(4);
    const again = Buffer.from(writeOnnx(model));
    expect(again.includes(Buffer.of(0x72, 6, 0x0a, 1, 0x6b, 0x12, 1, 0x76))).toBe(true);
    expect(again.includes(Buffer.of(0x52, 4, ...Buffer.from("note")))).toBe(true);
  });

  it("leave weights out of the inputs, as old files list them", () => {
    const old = onnxModel({
      nodes: [onnxNode("Add", ["x", "w"], ["y"])],
      weights: [floatTensor("w", [1], [1])],
      inputs: [floatValue("x", [1]), floatValue("w", [1])],
      outputs: [floatValue("y", [1])],
    });
    expect(viewGraph(old).inputs.map(({ name }) => name)).toEqual(["x"]);
  });

  it("are refused if they are other files, cut, or in several parts", () => {
    const bytes = writeOnnx(small);
    const message = /a\.onnx: this is not an ONNX file, or it was cut \(.+\); export or copy it again/;
    for (const wrong of [
      new Uint8Array(0),
      new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n"),
      new TextEncoder().encode("hello"),
      bytes.subarray(0, bytes.length - 9),
      bytes.subarray(0, 40),
    ])
      expect(() => readOnnx(wrong, "a.onnx")).toThrow(message);
    const external = readOnnx(bytes);
    const [two] = external.graph?.initializer ?? [];
    if (two) two.dataLocation = 1;
    expect(() => readOnnx(writeOnnx(external), "a.onnx")).toThrow(
      "a.onnx: its weights, as 'two', are in another file; save it as one file",
    );
  });

  it("say what was written wrongly", () => {
    expect(() => withOutput(small, "none")).toThrow("no node of the graph computes 'none'");
    expect(withOutput(small, "y")).toBe(small);
    expect(() => floatTensor("w", [2, 3], [1])).toThrow("expected 6 values for weight 'w' of [2, 3], got 1");
    expect(() => onnxNode("Elu", ["x"], ["y"], { alpha: 0.5 })).toThrow(
      "attribute 'alpha' must be a whole number, not 0.5; write { float: 0.5 }",
    );
  });
});
