// A small network in the layers format of TensorFlow.js, converted, beside the same computed step by step with channels last.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { openEncoder } from "../../src/tasks/caption/images/encoder.ts";

const script = new URL("../../scripts/tfjs-to-onnx.mjs", import.meta.url).href;
const { convert } = (await import(script)) as { readonly convert: (path: string) => Uint8Array };

const folder = mkdtempSync(join(tmpdir(), "unrolled-tfjs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const side = 5;
const stream = randomStream(1, 0);
const weights = new Map<string, { readonly shape: readonly number[]; readonly values: Float32Array }>();
function weight(name: string, shape: readonly number[], positive = false): void {
  const count = shape.reduce((product, length) => product * length, 1);
  const values = Float32Array.from({ length: count }, () =>
    positive ? 0.5 + stream.uniform() : stream.normal(),
  );
  weights.set(name, { shape, values });
}
weight("conv/kernel", [3, 3, 3, 4]);
weight("conv/bias", [4]);
weight("depth/depthwise_kernel", [3, 3, 4, 1]);
for (const name of ["gamma", "beta", "moving_mean"]) weight(`norm/${name}`, [4]);
weight("norm/moving_variance", [4], true);
weight("dense/kernel", [2 * 2 * 4, 3]);
weight("dense/bias", [3]);

const layer = (kind: string, name: string, from: string | undefined, config: object): object => ({
  class_name: kind,
  config: { name, ...config },
  inbound_nodes: from === undefined ? [] : [[[from, 0, 0, {}]]],
});
const convolution = { kernel_size: [3, 3], padding: "valid", dilation_rate: [1, 1] };

function write(name: string, layers: readonly object[]): string {
  const entries = [...weights].map(([own, { shape }]) => ({ name: own, shape, dtype: "float32" }));
  const model = {
    modelTopology: { model_config: { config: { layers } } },
    weightsManifest: [{ paths: ["weights.bin"], weights: entries }],
  };
  const all = [...weights.values()].flatMap(({ values }) => Array.from(values));
  writeFileSync(join(folder, "weights.bin"), new Uint8Array(Float32Array.from(all).buffer));
  writeFileSync(join(folder, name), JSON.stringify(model));
  return join(folder, name);
}

/** [height, width, channels], channels last. */
type Image = { readonly side: number; readonly channels: number; readonly values: Float64Array };

function convolved(image: Image, name: string, stride: number, before: number, isDepthwise: boolean): Image {
  const { shape, values } = weights.get(name)!;
  const [height, width, ins, outs] = shape as [number, number, number, number];
  const channels = isDepthwise ? ins : outs;
  const size = Math.floor((image.side + before + 1 - height) / stride) + 1;
  const result = new Float64Array(size * size * channels);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let ky = 0; ky < height; ky++)
        for (let kx = 0; kx < width; kx++) {
          const [row, column] = [y * stride + ky - before, x * stride + kx - before];
          if (row < 0 || column < 0 || row >= image.side || column >= image.side) continue;
          for (let i = 0; i < ins; i++)
            for (let o = 0; o < outs; o++) {
              const to = isDepthwise ? i : o;
              result[(y * size + x) * channels + to]! +=
                image.values[(row * image.side + column) * ins + i]! *
                values[((ky * width + kx) * ins + i) * outs + o]!;
            }
        }
  return { side: size, channels, values: result };
}

test("a converted network computes what its layers say", async () => {
  const path = write("model.json", [
    layer("InputLayer", "in", undefined, { batch_input_shape: [null, side, side, 3] }),
    layer("ZeroPadding2D", "pad", "in", {
      padding: [
        [0, 1],
        [0, 1],
      ],
    }),
    layer("Conv2D", "conv", "pad", { ...convolution, strides: [2, 2], use_bias: true, activation: "relu" }),
    layer("DepthwiseConv2D", "depth", "conv", {
      ...convolution,
      padding: "same",
      strides: [1, 1],
      use_bias: false,
    }),
    layer("BatchNormalization", "norm", "depth", { epsilon: 0.001 }),
    layer("ReLU", "clip", "norm", { max_value: 6, negative_slope: 0 }),
    layer("Flatten", "flat", "clip", {}),
    layer("Dense", "dense", "flat", { use_bias: true, activation: "linear" }),
  ]);
  const image = {
    width: side,
    height: side,
    pixels: Uint8Array.from({ length: side * side * 3 }, () => 255 * stream.uniform()),
  };
  const encoder = await openEncoder({
    model: convert(path),
    preprocessing: "plain",
    tap: "dense",
  });
  const [features] = await encoder.encode([image]);

  const input = { side, channels: 3, values: Float64Array.from(image.pixels, (pixel) => pixel / 255) };
  const bias = weights.get("conv/bias")!.values;
  const first = convolved(input, "conv/kernel", 2, 0, false);
  const active = { ...first, values: first.values.map((value, i) => Math.max(0, value + bias[i % 4]!)) };
  const second = convolved(active, "depth/depthwise_kernel", 1, 1, true);
  const of = (name: string, i: number): number => weights.get(`norm/${name}`)!.values[i % 4]!;
  const normal = second.values.map((value, i) =>
    Math.min(
      6,
      Math.max(
        0,
        (of("gamma", i) * (value - of("moving_mean", i))) / Math.sqrt(of("moving_variance", i) + 0.001) +
          of("beta", i),
      ),
    ),
  );
  const [kernel, last] = [weights.get("dense/kernel")!.values, weights.get("dense/bias")!.values];
  const expected = Array.from({ length: 3 }, (_, o) =>
    normal.reduce((sum, value, i) => sum + value * kernel[i * 3 + o]!, last[o]!),
  );
  expect(Math.hypot(...expected)).toBeGreaterThan(0.5);
  expected.forEach((value, o) => expect(features![o]).toBeCloseTo(value, 4));
  await encoder.dispose();
});

test("layers and files that it does not know are named", () => {
  const path = write("other.json", [layer("Lambda", "odd", undefined, {})]);
  expect(() => convert(path)).toThrow("layers of the kind Lambda, as 'odd', are not known here");
  const graph = join(folder, "graph.json");
  writeFileSync(
    graph,
    JSON.stringify({ modelTopology: { model_config: { config: {} } }, weightsManifest: [] }),
  );
  expect(() => convert(graph)).toThrow("no model in layers format");
});
