import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { namedPreprocessing, type PixelImage } from "../../../../src/tasks/caption/images/image.ts";
import { openEncoder, type EncoderSettings } from "../../../../src/tasks/caption/images/encoder.ts";
import {
  floatTensor,
  floatValue,
  onnxModel,
  onnxNode,
} from "../../../../src/tasks/caption/images/onnx/graph.ts";
import { readOnnx, writeOnnx } from "../../../../src/tasks/caption/images/onnx/model.ts";
import { randomStream, streams } from "../../../../src/base/random.ts";
import { tolerances } from "../../../tolerances.ts";
import { vgg16 } from "./vgg.ts";

function testImage(width: number, height: number, seed: number): PixelImage {
  const random = randomStream(seed, streams.data);
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(random.uniform() * 256));
  return { width, height, pixels };
}

/** Of 256 x 256: less Caffe's mean, blue first, the centre, in planes. */
function byHand({ pixels }: PixelImage): Float32Array {
  const values = new Float32Array(3 * 224 * 224);
  const mean = [103.939, 116.779, 123.68];
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < 224; y++)
      for (let x = 0; x < 224; x++)
        values[(c * 224 + y) * 224 + x] =
          (pixels[((y + 16) * 256 + x + 16) * 3 + 2 - c] ?? NaN) - (mean[c] ?? NaN);
  return values;
}

async function encoded(settings: EncoderSettings, images: readonly PixelImage[]): Promise<Float32Array[]> {
  const encoder = await openEncoder(settings);
  const features = await encoder.encode(images);
  expect(features.map(({ length }) => length)).toEqual(images.map(() => encoder.width));
  await encoder.dispose();
  return features;
}

function expectClose(actual: ArrayLike<number> | undefined, expected: ArrayLike<number> | undefined): void {
  const [a, b] = [Array.from(actual ?? []), Array.from(expected ?? [])];
  expect(a.length).toBe(b.length);
  const most = Math.max(...b.map(Math.abs));
  expect(most).toBeGreaterThan(0);
  expect(Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))))).toBeLessThan(
    most * tolerances.encoder,
  );
}

const preprocessing = "vgg-caffe" as const;
const images = [testImage(256, 256, 1), testImage(256, 256, 2), testImage(256, 256, 3)];
const { bytes: model, weights, dense } = vgg16();

/** y[o] = max(0, w[o, :] x + b[o]) */
function denseRelu(x: Float32Array, name: string): Float32Array {
  const [w = new Float32Array(0), b = new Float32Array(0)] = [
    weights.get(`${name}_w`),
    weights.get(`${name}_b`),
  ];
  return b.map((bias, o) =>
    Math.max(
      0,
      x.reduce((sum, value, i) => sum + value * (w[o * x.length + i] ?? NaN), bias),
    ),
  );
}

describe("an encoder of VGG16's shape", () => {
  it("gives what ONNX Runtime does of the same input, run by hand", async () => {
    // The one that is run by hand was written with fc7 as an output; the encoder's was not.
    const session = await InferenceSession.create(vgg16({ outputs: [dense[1]] }).bytes);
    const expected: Float32Array[] = [];
    for (const image of images) {
      const data = new Tensor("float32", byHand(image), [1, 3, 224, 224]);
      const output = await session.run({ data }, [dense[1]]);
      expected.push(output[dense[1]]?.data as Float32Array);
    }
    await session.release();
    const features = await encoded({ model, tap: "fc7", preprocessing }, images);
    features.forEach((values, i) => expectClose(values, expected[i]));
    // Images differ, and Relu has been: some features are 0.
    expect(features[0]).not.toEqual(features[1]);
    expect(features[0]?.some((value) => value === 0)).toBe(true);
    // Other preprocessing gives others.
    const [other] = await encoded({ model, tap: "fc7", preprocessing: "imagenet" }, images.slice(0, 1));
    expect(other).not.toEqual(features[0]);
  });

  it("taps by name, part of a name and position, and each layer is made from the one before", async () => {
    const taps = ["fc7", -2, 2, "fc7_dropout", "fc7_relu_node"];
    const [first, ...same] = await Promise.all(
      taps.map(async (tap) => (await encoded({ model, tap, preprocessing }, images))[0]),
    );
    for (const values of same) expect(values).toEqual(first);
    const [fc6] = await encoded({ model, tap: "fc6", preprocessing }, images);
    expectClose(first, denseRelu(fc6 ?? new Float32Array(0), "fc7"));
    const [before] = await encoded({ model, tap: "fc7_node", preprocessing }, images);
    expectClose(
      first,
      before?.map((value) => Math.max(0, value)),
    );
    expect(before?.some((value) => value < 0)).toBe(true);
    const [unnamed] = await encoded(
      { model: vgg16({ named: false }).bytes, tap: "fc7", preprocessing },
      images,
    );
    expect(unnamed).toEqual(first);
    const [scores] = await encoded({ model, preprocessing }, images);
    expect(scores?.length).toBe(62);
  });

  it("gives each image its own features, however many go in one run", async () => {
    const settings = { model, tap: 2, preprocessing };
    const one = await encoded({ ...settings, batch: 1 }, images);
    for (const features of [
      await encoded({ ...settings, batch: 2 }, images),
      await encoded({ ...settings, model: vgg16({ batch: 1 }).bytes }, images),
      await encoded({ ...settings, model: vgg16({ batch: 2 }).bytes }, images), // 2, then 1 and nothing
    ])
      features.forEach((values, i) => expectClose(values, one[i]));
    expect(await encoded(settings, [])).toEqual([]);
  });

  it("flattens maps, and says so", async () => {
    const encoder = await openEncoder({ model, tap: "pool4", preprocessing, name: "vgg.onnx" });
    expect(encoder.width).toBe(32 * 14 * 14);
    expect(encoder.describe()).toBe(
      "vgg.onnx: input 'data' [n, 3, 224, 224] as 224 x 224, tap 'pool4', [32, 14, 14] flattened to 6272 features",
    );
    await encoder.dispose();
    const last = await openEncoder({ model, tap: -2, preprocessing, name: "vgg.onnx" });
    expect(last.describe()).toMatch(/tap 'fc7_dropout', dense layer 2 of 3, 256 features$/);
    expect(last.tap).toBe("fc7_dropout");
    expect(last.preprocessing).toEqual(namedPreprocessing("vgg-caffe"));
    await last.dispose();
  });
});

/** y = mean of x over everything but images and, in planes, channels. */
function means(shape: readonly (number | string)[], axes: readonly number[]): Uint8Array {
  const mean = onnxNode("ReduceMean", ["x"], ["y"], { axes, keepdims: 0 });
  return writeOnnx(
    onnxModel({
      nodes: [mean],
      weights: [],
      inputs: [floatValue("x", shape)],
      outputs: [floatValue("y", ["n", "c"])],
    }),
  );
}

describe("other inputs", () => {
  // 2 x 1: red 10 and 30, green 20 and 40, blue 0 and 60.
  const small: PixelImage = { width: 2, height: 1, pixels: Uint8Array.of(10, 20, 0, 30, 40, 60) };
  const average = [20, 30, 30].map((value) => Math.fround(value / 255));

  it("has channels last, and any size", async () => {
    const last = means(["n", 5, 7, 3], [1, 2]);
    const [features] = await encoded({ model: last, preprocessing: "plain" }, [small]);
    expectClose(features, average);
    const preset = { ...namedPreprocessing("plain"), resize: { width: 4, height: 3 } };
    const [any] = await encoded({ model: means(["n", 3, "h", "w"], [2, 3]), preprocessing: preset }, [small]);
    expectClose(any, average);
  });

  const refusals: [string, Uint8Array, Partial<EncoderSettings>, string | RegExp][] = [
    ["text", new TextEncoder().encode("hello"), {}, "m.onnx: this is not an ONNX file"],
    ["sequences", means(["n", 3, 8], [2]), {}, "input 'x' is [n, 3, 8], not images [n, 3, height, width]"],
    ["grey images", means([1, 1, 8, 8], [2, 3]), {}, "[1, 1, 8, 8], with 1 channels, but an image has 3"],
    ["one side fixed", means([1, 3, 8, "w"], [2, 3]), {}, "[1, 3, 8, w], fixed in one side only"],
    [
      "any size that stays any",
      means([1, 3, "h", "w"], [2, 3]),
      { preprocessing: "plain" },
      "m.onnx: it takes images of any size, so features would differ in number; give preprocessing a crop",
    ],
    [
      "another layout",
      means([1, 8, 8, 3], [1, 2]),
      { preprocessing: namedPreprocessing("plain") },
      "[1, 8, 8, 3] has layout nhwc, but preprocessing says nchw",
    ],
    ["an unknown tap", model, { tap: "fc7_rleu" }, "no 'fc7_rleu'; did you mean 'fc7_relu'? It has 'fc8', "],
    ["no batch", model, { batch: 0 }, "batch must be a whole number, 1 or more, not 0"],
    [
      "a node that is none",
      writeOnnx(
        onnxModel({
          nodes: [onnxNode("Sparkle", ["x"], ["y"])],
          weights: [],
          inputs: [floatValue("x", [1, 3, 4, 4])],
          outputs: [floatValue("y", [1, 3])],
        }),
      ),
      {},
      /m\.onnx: ONNX Runtime cannot open it: .*Sparkle/,
    ],
  ];
  it.each(refusals)("are refused: %s", async (_, bytes, settings, message) => {
    await expect(openEncoder({ model: bytes, name: "m.onnx", ...settings })).rejects.toThrow(message);
  });

  it("are refused: two inputs, weights elsewhere, another type", async () => {
    const two = onnxModel({
      nodes: [onnxNode("Add", ["x", "z"], ["y"])],
      weights: [floatTensor("w", [1], [1])],
      inputs: [floatValue("x", [1, 3, 4, 4]), floatValue("z", [1, 3, 4, 4])],
      outputs: [floatValue("y", [1, 3, 4, 4])],
    });
    await expect(openEncoder({ model: writeOnnx(two) })).rejects.toThrow(
      "an encoder of images has one input, but this graph has 2 (x, z); use a model of images alone",
    );
    const away = readOnnx(model);
    for (const tensor of away.graph?.initializer ?? []) tensor.dataLocation = 1;
    await expect(openEncoder({ model: writeOnnx(away) })).rejects.toThrow(
      "the model: its weights, as 'conv1_1_w', are in another file",
    );
    const half = readOnnx(model);
    for (const { type } of half.graph?.input ?? []) if (type?.tensorType) type.tensorType.elemType = 10;
    await expect(openEncoder({ model: writeOnnx(half) })).rejects.toThrow("of float16, not float32");
  });

  it("names the image that does not fit", async () => {
    const plain = await openEncoder({
      model: means([1, 3, 1, 2], [2, 3]),
      preprocessing: namedPreprocessing("plain"),
    });
    expectClose((await plain.encode([small]))[0], average);
    await expect(plain.encode([small, testImage(3, 1, 4)])).rejects.toThrow(
      "the model: image 2 is 3 x 1 after preprocessing, but the input is 2 x 1; give preprocessing a resize",
    );
    await plain.dispose();
  });
});
