// An image network in an ONNX file as an encoder: any value of its graph can be the features. ONNX Runtime computes them
// on the CPU.
import type { InferenceSession } from "onnxruntime-node";
import {
  namedPreprocessing,
  preprocess,
  preprocessedSize,
  type PixelImage,
  type Preprocessing,
  type PreprocessingName,
} from "./image.ts";
import { imageInput, type ImageInput } from "./onnx/image-input.ts";
import { readOnnx, viewGraph, withOutput, writeOnnx } from "./onnx/model.ts";
import { findTap } from "./onnx/tap.ts";
import { optionalPackage } from "../../../formats/optional-package.ts";

/** An image network, and the value of it that is the vector. */
export interface EncoderSettings {
  /** The bytes of an ONNX file with its weights. */
  readonly model: Uint8Array;
  /** The model's name in errors and in `describe`. Default "the model". */
  readonly name?: string;
  /**
   * The value of the graph: a name, a part of one, "fc6" to "fc8", or a dense layer by number, -2 for the second last; see
   * `findTap`. It need not be an output. Default the graph's first output.
   */
  readonly tap?: string | number;
  /** The preprocessing of images; by name it takes the size and layout of the graph's input. Default "imagenet". */
  readonly preprocessing?: Preprocessing | PreprocessingName;
  /** Images per run, where the graph allows any number. Default 8. Features of other batches agree up to rounding. */
  readonly batch?: number;
}

/** An image network, ready to make vectors of images. */
export interface ImageEncoder {
  /** Features of an image. */
  readonly width: number;
  /** The name of the tapped value. */
  readonly tap: string;
  /** What becomes of an image before it is read, with the size of the graph's input. */
  readonly preprocessing: Preprocessing;
  /** A line for people: the input, the tap, the features, and whether they are a flattened map. */
  describe(): string;
  /**
   * [width] the features of each image, in order. Throws for an image that preprocessing refuses or whose size after it
   * is not the input's, naming its number.
   */
  encode(images: readonly PixelImage[]): Promise<Float32Array[]>;
  /** Frees the memory of ONNX Runtime. */
  dispose(): Promise<void>;
}

/**
 * Opens an encoder, and runs it once to learn the shape of its features. Throws for files that are not ONNX, for weights
 * in other files, for a graph without an image as its only input, for an unknown tap, for preprocessing that does not fit
 * the input, and if the package onnxruntime-node is not installed.
 */
export async function openEncoder(settings: EncoderSettings): Promise<ImageEncoder> {
  const { name = "the model", batch = 8 } = settings;
  if (!Number.isInteger(batch) || batch < 1)
    throw new Error(`encoder: batch must be a whole number, 1 or more, not ${batch}`);
  const model = readOnnx(settings.model, name);
  const view = viewGraph(model);
  const input = imageInput(view, name);
  const preprocessing = preprocessingFor(input, settings.preprocessing ?? "imagenet", name);
  const size = input.size ?? fixedSize(preprocessing, name);
  const tap = findTap(view, settings.tap);
  const tapped = withOutput(model, tap.value);

  const runtime = await optionalPackage(
    "onnxruntime-node@1.30.0",
    "encoding images",
    () => import("onnxruntime-node"),
  );
  const { InferenceSession, Tensor } = runtime;
  const session = await InferenceSession.create(tapped === model ? settings.model : writeOnnx(tapped), {
    executionProviders: ["cpu"],
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw new Error(`${name}: ONNX Runtime cannot open it: ${messageOf(cause)}`, { cause });
  });

  const pixels = size.width * size.height * 3;
  /** `values`: [count, ...] images in the input's layout. */
  const run = async (values: Float32Array, count: number): Promise<Output> => {
    const plane = [size.height, size.width];
    const shape = input.layout === "nchw" ? [count, 3, ...plane] : [count, ...plane, 3];
    const feeds = { [input.name]: new Tensor("float32", values, shape) };
    const outputs = await session.run(feeds, [tap.value]).catch((cause: unknown) => {
      throw new Error(`${name}: ONNX Runtime failed at [${shape.join(", ")}]: ${messageOf(cause)}`, {
        cause,
      });
    });
    const output = outputs[tap.value];
    if (output?.type !== "float32")
      throw new Error(`${name}: ${tap.described} is ${output?.type}, not float32; tap another value`);
    return { values: output.data as Float32Array, shape: output.dims };
  };

  const rows = input.batch ?? 1;
  const first = await orRelease(session, async () => {
    const { values, shape } = await run(new Float32Array(rows * pixels), rows);
    if (rows > 1 && shape[0] !== rows)
      throw new Error(
        `${name}: ${tap.described} is [${shape.join(", ")}], without the ${rows} images of a run as its first ` +
          `axis; tap another value`,
      );
    return { width: values.length / rows, shape: shape[0] === rows ? shape.slice(1) : shape };
  });
  const { width } = first;
  const perRun = input.batch ?? batch;

  return {
    width,
    tap: tap.value,
    preprocessing,
    describe() {
      const flat = first.shape.length > 1 ? `[${first.shape.join(", ")}] flattened to ` : "";
      const axes = input.shape.join(", ");
      return `${name}: input '${input.name}' [${axes}] as ${size.width} x ${size.height}, tap ${tap.described}, ${flat}${width} features`;
    },
    async encode(images) {
      const features: Float32Array[] = [];
      for (let from = 0; from < images.length; from += perRun) {
        const group = images.slice(from, from + perRun);
        const count = input.batch ?? group.length; // zeros fill a fixed batch
        const values = new Float32Array(count * pixels);
        group.forEach((image, i) => {
          const { width: across, height: down } = preprocessedSize(image, preprocessing);
          if (across !== size.width || down !== size.height)
            throw new Error(
              `${name}: image ${from + i + 1} is ${across} x ${down} after preprocessing, but the input is ` +
                `${size.width} x ${size.height}; give preprocessing a resize or a crop to that`,
            );
          values.set(preprocess(image, preprocessing), i * pixels);
        });
        const output = await run(values, count);
        if (output.values.length !== count * width || (count > 1 && output.shape[0] !== count))
          throw new Error(
            `${name}: ${tap.described} of ${count} images is [${output.shape.join(", ")}], not ${width} features ` +
              `each; the graph takes one at a time: set batch to 1`,
          );
        group.forEach((_, i) => features.push(output.values.slice(i * width, (i + 1) * width)));
      }
      return features;
    },
    dispose: () => session.release(),
  };
}

interface Output {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

function preprocessingFor(
  input: ImageInput,
  preprocessing: Preprocessing | PreprocessingName,
  name: string,
): Preprocessing {
  const { layout } = input;
  if (typeof preprocessing === "string")
    return namedPreprocessing(preprocessing, { layout, ...(input.size && { size: input.size }) });
  if (preprocessing.layout === layout) return preprocessing;
  throw new Error(
    `${name}: its input [${input.shape.join(", ")}] has layout ${layout}, but preprocessing says ` +
      `${preprocessing.layout}; change that`,
  );
}

/** The size of every image after preprocessing, for a graph that takes any size. */
function fixedSize({ resize, crop }: Preprocessing, name: string): { width: number; height: number } {
  const size = crop ?? (resize !== null && "width" in resize ? resize : undefined);
  if (size) return { width: size.width, height: size.height };
  throw new Error(
    `${name}: it takes images of any size, so features would differ in number; give preprocessing a crop, or a ` +
      `resize to a width and height`,
  );
}

async function orRelease<Result>(session: InferenceSession, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await session.release();
    throw error;
  }
}

function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n")[0] ?? "";
}
