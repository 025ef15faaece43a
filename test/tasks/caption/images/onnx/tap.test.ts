import { describe, expect, it } from "vitest";
import type { GraphNode, GraphView } from "../../../../../src/tasks/caption/images/onnx/model.ts";
import { findTap } from "../../../../../src/tasks/caption/images/onnx/tap.ts";

/** Lines "name: y = Op a b". */
function graph(lines: readonly string[], weights: readonly string[], outputs: readonly string[]): GraphView {
  const nodes = lines.map((line): GraphNode => {
    const [, name = "", output = "", operation = "", inputs = ""] =
      /^(?:(\S+): )?(\S+) = (\S+)((?: \S+)*)$/.exec(line) ?? [];
    return { name, operation, inputs: inputs.trim().split(" ").filter(Boolean), outputs: [output] };
  });
  const value = (name: string) => ({ name, elements: 1, shape: undefined });
  return { nodes, weights, inputs: [value("x")], outputs: outputs.map(value) };
}

/** As PyTorch writes VGG16. */
const torch = graph(
  [
    "/f/Conv: a = Conv x w0",
    "/f/Relu: b = Relu a",
    "/flat/Flatten: c = Flatten b",
    "/classifier/0/Gemm: d = Gemm c w1 b1",
    "/classifier/1/Relu: e = Relu d",
    "/classifier/3/Gemm: g = Gemm e w2 b2",
    "/classifier/4/Relu: h = Relu g",
    "/classifier/6/Gemm: y = Gemm h w3 b3",
  ],
  ["w0", "w1", "w2", "w3", "b1", "b2", "b3"],
  ["y"],
);
/** As Caffe's VGG16 was converted, with dropout; and a product with a bias of its own, as TensorFlow has it. */
const caffe = graph(
  [
    "pool5 = MaxPool x",
    "fc6_w = Identity w6",
    "fc6_1 = MatMul pool5 fc6_w",
    "fc6_2 = Add fc6_1 b6",
    "fc6_3 = Relu fc6_2",
    "fc6_4 = Dropout fc6_3",
    "fc7_1 = Gemm fc6_4 w7 b7",
    "fc7_2 = Relu fc7_1",
    "fc7_3 = Dropout fc7_2",
    "fc8_1 = Gemm fc7_3 w8 b8",
    "prob = Softmax fc8_1",
  ],
  ["w6", "b6", "w7", "b7", "w8", "b8"],
  ["prob"],
);

const tapped = (view: GraphView, tap?: string | number): string => findTap(view, tap).value;

describe("a tap", () => {
  it("is the first output, a value or a node by its exact name", () => {
    expect(findTap(torch)).toEqual({ value: "y", described: "'y', dense layer 3 of 3" });
    expect(findTap(caffe).described).toBe("'prob'");
    expect(tapped(caffe, "fc7_1")).toBe("fc7_1");
    expect(tapped(torch, "/classifier/3/Gemm")).toBe("g");
  });

  it("counts dense layers from either end, and stands behind their bias, Relu and Dropout", () => {
    expect([1, 2, 3].map((index) => tapped(torch, index))).toEqual(["e", "h", "y"]);
    expect([-3, -2, -1].map((index) => tapped(torch, index))).toEqual(["e", "h", "y"]);
    expect([1, 2, 3].map((index) => tapped(caffe, index))).toEqual(["fc6_4", "fc7_3", "fc8_1"]);
  });

  it("is a part of the name of one layer", () => {
    expect(tapped(caffe, "fc7")).toBe("fc7_3");
    expect(tapped(caffe, "FC6")).toBe("fc6_4");
    expect(tapped(caffe, "pool")).toBe("pool5");
    expect(tapped(torch, "classifier/4")).toBe("h");
  });

  it("finds VGG's layers where nothing has their names", () => {
    expect(["fc6", "fc7", "fc8"].map((name) => tapped(torch, name))).toEqual(["e", "h", "y"]);
  });

  it("does not take attention, or what has two readers, for a dense layer", () => {
    const view = graph(
      ["q = MatMul x w", "s = MatMul q q", "r = Relu s", "k = MatMul r w", "l = Relu k", "m = Add k l"],
      ["w"],
      ["m"],
    );
    expect([tapped(view, 1), tapped(view, 2)]).toEqual(["q", "k"]);
    expect(() => findTap(view, 3)).toThrow(
      "tap: there is no dense layer 3: the graph has 2; count from 1 to 2, or from -1 back, or give a name",
    );
  });

  it("says what there is", () => {
    expect(() => findTap(torch, "/classifier/5/Gemm")).toThrow(
      "the graph has no '/classifier/5/Gemm'; did you mean '/classifier/0/Gemm'? It has 'y', 'h', 'g', 'e', 'd', 'c', 'b', 'a'",
    );
    expect(() => findTap(caffe, "attention")).toThrow(
      /no 'attention'; it has 'prob', 'fc8_1', .* and 3 more$/,
    );
    expect(() => findTap(torch, "classifier")).toThrow(
      "tap: 'classifier' may mean 3 values: 'e', 'h', 'y'; write the whole name of one",
    );
    for (const wrong of [0, 4, -4, 1.5])
      expect(() => findTap(torch, wrong)).toThrow(`there is no dense layer ${wrong}: the graph has 3`);
    const none = graph(["y = Relu x"], [], ["y"]);
    expect(() => findTap(none, "fc7")).toThrow("the graph has no 'fc7'");
    expect(() => findTap(none, -1)).toThrow("no dense layer -1: the graph has 0, or give a name");
    expect(() => findTap(none, "")).toThrow("the graph has no ''");
  });
});
