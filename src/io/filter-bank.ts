// A small convolutional encoder with nothing learned in it, as an ONNX file: how near each pixel is to some named colours,
// edges and blobs in each of those, and how much of each stands where. Enough to tell flat shapes on a light ground.
import { palette } from "../data/shapes/scene.ts";
import { floatTensor, floatValue, onnxModel, onnxNode } from "./onnx/graph.ts";
import { writeOnnx } from "./onnx/model.ts";

/** Pixels along each side of what it reads. */
export const filterBankSide = 64;

/** How fast a colour ceases to be another one: at a summed distance of 0.4, of channels from 0 to 1, nothing is left. */
const sharpness = 2.5;

/** 5 × 5 filters: a blob, and edges that are bright on one side, in eight directions. */
const filters: readonly (readonly number[])[] = [
  gridOf((x, y) => (Math.max(Math.abs(x), Math.abs(y)) <= 1 ? 1 / 9 : 0)),
  ...Array.from({ length: 8 }, (_, k) => {
    const [cos, sin] = [Math.cos((k * Math.PI) / 4), Math.sin((k * Math.PI) / 4)];
    // Rounded, so that the file has the same bytes everywhere.
    return gridOf(
      (x, y) => Math.round(1e3 * Math.tanh(x * cos + y * sin) * Math.exp(-(x * x + y * y) / 4)) / 4e3,
    );
  }),
];

function gridOf(value: (x: number, y: number) => number): number[] {
  return Array.from({ length: 25 }, (_, i) => value((i % 5) - 2, Math.floor(i / 5) - 2));
}

/** The file's bytes: input `image` [n, 3, 64, 64], red, green, blue from 0 to 1; output `features` [n, 1008]. */
export function filterBank(): Uint8Array {
  const colours = Object.values(palette).map((rgb) => rgb.map((v) => v / 255));
  const count = colours.length;
  // The distance of each channel above and below each colour's.
  const apart = colours.flatMap(() => [0, 1, 2].flatMap((c) => [unit(c, 1), unit(c, -1)])).flat();
  const apartBias = colours.flatMap((rgb) => rgb.flatMap((v) => [-v, v]));
  const near = colours.flatMap((_, k) =>
    colours.flatMap((__, j) => Array.from({ length: 6 }, () => (j === k ? -sharpness : 0))),
  );
  const bank = colours.flatMap(() => filters.flat());
  const kernels = filters.length;
  const side = filterBankSide;
  return writeOnnx(
    onnxModel({
      name: "filter-bank",
      inputs: [floatValue("image", ["n", 3, side, side])],
      outputs: [floatValue("features", ["n", count * kernels * 16])],
      weights: [
        floatTensor("apart.weight", [6 * count, 3, 1, 1], apart),
        floatTensor("apart.bias", [6 * count], apartBias),
        floatTensor("near.weight", [count, 6 * count, 1, 1], near),
        floatTensor(
          "near.bias",
          [count],
          Array.from({ length: count }, () => 1),
        ),
        floatTensor("bank.weight", [count * kernels, 1, 5, 5], bank),
      ],
      nodes: [
        onnxNode("Conv", ["image", "apart.weight", "apart.bias"], ["apart"]),
        onnxNode("Relu", ["apart"], ["distance"]),
        onnxNode("Conv", ["distance", "near.weight", "near.bias"], ["near"]),
        onnxNode("Relu", ["near"], ["colour"]),
        onnxNode("Conv", ["colour", "bank.weight"], ["bank"], { group: count, pads: [2, 2, 2, 2] }),
        onnxNode("Relu", ["bank"], ["edges"]),
        onnxNode("AveragePool", ["edges"], ["grid"], { kernel_shape: [16, 16], strides: [16, 16] }),
        onnxNode("Flatten", ["grid"], ["features"]),
      ],
    }),
  );
}

const unit = (channel: number, sign: number): number[] => [0, 1, 2].map((c) => (c === channel ? sign : 0));
