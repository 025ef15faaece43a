// VGG16 (Simonyan and Zisserman 2015, configuration D) as an ONNX file, with random weights and fewer channels. Knows
// nothing of what reads it.
import {
  floatTensor,
  floatValue,
  onnxModel,
  onnxNode,
} from "../../../../src/tasks/caption/images/onnx/graph.ts";
import { writeOnnx } from "../../../../src/tasks/caption/images/onnx/model.ts";
import { randomStream, streams } from "../../../../src/base/random.ts";

export interface VggShape {
  /** 64, 128, … channels and 4096 dense units over this; default 16. */
  readonly over?: number;
  /** First axis of the input; default a name. */
  readonly batch?: number | string;
  /** Outputs besides the last, by name. */
  readonly outputs?: readonly string[];
  /** Values are called fc6, fc6_relu, fc6_dropout, …; false calls them by numbers as exporters do. Default true. */
  readonly named?: boolean;
}

/** Channels by block of convolutions; a halving of the sides follows each. */
const blocks = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
] as const;

export interface Vgg {
  readonly bytes: Uint8Array;
  /** By name, as `fc7_w`; dense ones [out, in]. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Names of the values behind Relu and Dropout. */
  readonly dense: readonly [string, string, string];
}

export function vgg16(shape: VggShape = {}): Vgg {
  const { over = 16, batch = "n", named = true } = shape;
  const random = randomStream(16, streams.initial);
  const weights = new Map<string, Float32Array>();
  const tensors: ReturnType<typeof floatTensor>[] = [];
  const nodes: ReturnType<typeof onnxNode>[] = [];
  let value = "data";
  let made = 0;
  const then = (operation: string, name: string, parameters: string[] = [], attributes = {}): void => {
    const output = named ? name : String(++made);
    nodes.push(
      onnxNode(operation, [value, ...parameters], [output], attributes, named ? `${name}_node` : ""),
    );
    value = output;
  };
  const weight = (name: string, size: readonly number[], deviation: number): string => {
    const count = size.reduce((product, axis) => product * axis, 1);
    const values = Float32Array.from({ length: count }, () => deviation * (2 * random.uniform() - 1));
    weights.set(name, values);
    tensors.push(floatTensor(name, size, values));
    return name;
  };

  let channels = 3;
  blocks.forEach((block, i) => {
    block.forEach((full, j) => {
      const name = `conv${i + 1}_${j + 1}`;
      const wide = full / over;
      // Uniform values of this width keep the size of a signal through Relu: variance 2 / inputs.
      const w = weight(`${name}_w`, [wide, channels, 3, 3], Math.sqrt(6 / (channels * 9)));
      then("Conv", name, [w, weight(`${name}_b`, [wide], 0.1)], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
      then("Relu", `${name}_relu`);
      channels = wide;
    });
    then("MaxPool", `pool${i + 1}`, [], { kernel_shape: [2, 2], strides: [2, 2] });
  });
  then("Flatten", "flat");
  let inputs = channels * 49;
  const dense = [4096, 4096, 1000].map((full, i) => {
    const name = `fc${i + 6}`;
    const wide = Math.floor(full / over);
    const w = weight(`${name}_w`, [wide, inputs], Math.sqrt(6 / inputs));
    then("Gemm", name, [w, weight(`${name}_b`, [wide], 0.1)], { transB: 1 });
    if (i < 2) then("Relu", `${name}_relu`);
    if (i < 2) then("Dropout", `${name}_dropout`);
    inputs = wide;
    return value;
  });
  const classes = Math.floor(1000 / over);
  const bytes = writeOnnx(
    onnxModel({
      nodes,
      weights: tensors,
      inputs: [floatValue("data", [batch, 3, 224, 224])],
      outputs: [
        floatValue(value, [batch, classes]),
        ...(shape.outputs ?? []).map((name) => floatValue(name, [batch, Math.floor(4096 / over)])),
      ],
    }),
  );
  return { bytes, weights, dense: [dense[0] ?? "", dense[1] ?? "", dense[2] ?? ""] };
}
