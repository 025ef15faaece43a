// Converts an image network in the layers format of TensorFlow.js to ONNX, for `caption train --encoder`:
// `node scripts/tfjs-to-onnx.mjs MODEL.json OUT.onnx`. Weights may be stored as 8 or 16 bits; the model and its weights may also be
// JavaScript modules, as packages of npm have them. Needs a build of this package (`npm ci`).
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { floatTensor, floatValue, onnxModel, onnxNode } from "../dist/tasks/caption/images/onnx/graph.js";
import { writeOnnx } from "../dist/tasks/caption/images/onnx/model.js";

const require = createRequire(import.meta.url);

/** The ONNX file of a model in layers format, with an output for each layer by its name. */
export function convert(path) {
  const model = readJson(path);
  const { config } = model.modelTopology.model_config ?? model.modelTopology;
  const layers = Array.isArray(config) ? config : config.layers;
  if (!layers)
    throw new Error(
      `${path}: this is no model in layers format (a graph model has no layers); convert it from Keras`,
    );
  const graph = new Graph(readWeights(path, model.weightsManifest));
  layers.forEach((layer, i) => {
    const [calls] = layer.inbound_nodes ?? [];
    const inputs = calls ? calls.map(([name]) => name) : i === 0 ? [] : [layers[i - 1].config.name];
    const make = kinds[layer.class_name];
    if (!make)
      throw new Error(
        `${path}: layers of the kind ${layer.class_name}, as '${layer.config.name}', are not known here; convert it otherwise`,
      );
    make(graph, layer.config, inputs);
  });
  return writeOnnx(graph.model());
}

/** Values are [n, channels, height, width], where TensorFlow.js has channels last. */
class Graph {
  nodes = [];
  weights = [];
  inputs = [];
  /** By value: paddings that the convolution after it adds, as ONNX orders them. */
  paddings = new Map();
  /** By value: the channels of the images that were laid out as a vector. */
  last = "";

  constructor(tensors) {
    this.tensors = tensors;
  }

  node(operation, inputs, output, attributes) {
    this.nodes.push(onnxNode(operation, inputs, [output], attributes, output));
    this.last = output;
  }

  /** A weight of TensorFlow.js, which has layers' names before it. */
  tensor(name) {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`the weights lack '${name}'`);
    return tensor;
  }

  weight(name, shape, values) {
    this.weights.push(floatTensor(name, shape, values));
    return name;
  }

  plain(name) {
    const { shape, values } = this.tensor(name);
    return this.weight(name, shape, values);
  }

  activate({ name, activation = "linear" }, value) {
    const operation = {
      linear: "Identity",
      relu: "Relu",
      softmax: "Softmax",
      sigmoid: "Sigmoid",
      tanh: "Tanh",
    }[activation];
    if (!operation) throw new Error(`the activation '${activation}' of '${name}' is not known here`);
    this.node(operation, [value], name);
  }

  model() {
    return onnxModel({
      nodes: this.nodes,
      weights: this.weights,
      inputs: this.inputs,
      outputs: [floatValue(this.last, ["n", "width"])],
      name: "images",
    });
  }
}

const pair = (value) => (Array.isArray(value) ? value : [value, value]);

function convolve(graph, config, [input], { name: weight, groups, reorder }) {
  const { name, strides, padding, dilation_rate: dilations = 1, use_bias: hasBias } = config;
  const { shape, values } = graph.tensor(`${name}/${weight}`);
  const kernel = reorder(shape, values);
  const pads = graph.paddings.get(input);
  if (pads && padding !== "valid") throw new Error(`'${name}' is padded twice, which is not known here`);
  const inputs = [input, graph.weight(`${name}/kernel`, kernel.shape, kernel.values)];
  if (hasBias) inputs.push(graph.plain(`${name}/bias`));
  graph.node("Conv", inputs, `${name}/sum`, {
    kernel_shape: kernel.shape.slice(2),
    strides: pair(strides),
    dilations: pair(dilations),
    group: groups(shape),
    ...(padding === "same" ? { auto_pad: "SAME_UPPER" } : { pads: pads ?? [0, 0, 0, 0] }),
  });
  graph.activate(config, `${name}/sum`);
}

/** Weights [height, width, in, out] in another order of axes. */
function permuted([height, width, a, b], values, order) {
  const result = new Float32Array(values.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let i = 0; i < a; i++)
        for (let j = 0; j < b; j++) {
          const from = ((y * width + x) * a + i) * b + j;
          const first = order === "out first" ? j * a + i : i * b + j;
          result[(first * height + y) * width + x] = values[from];
        }
  return result;
}

const kinds = {
  InputLayer(graph, { name, batch_input_shape: [, height, width, channels] }) {
    graph.inputs.push(floatValue(name, ["n", channels, height, width]));
  },
  ZeroPadding2D(graph, { name, padding }, [input]) {
    const [[top, bottom], [left, right]] = pair(padding).map(pair);
    graph.paddings.set(name, [top, left, bottom, right]);
    graph.node("Identity", [input], name);
  },
  Conv2D(graph, config, inputs) {
    convolve(graph, config, inputs, {
      name: "kernel",
      groups: () => 1,
      reorder: (shape, values) => ({
        shape: [shape[3], shape[2], shape[0], shape[1]],
        values: permuted(shape, values, "out first"),
      }),
    });
  },
  DepthwiseConv2D(graph, config, inputs) {
    convolve(graph, config, inputs, {
      name: "depthwise_kernel",
      groups: (shape) => shape[2],
      reorder: (shape, values) => ({
        shape: [shape[2] * shape[3], 1, shape[0], shape[1]],
        values: permuted(shape, values, "in first"),
      }),
    });
  },
  BatchNormalization(graph, { name, epsilon, scale, center }, [input]) {
    const { shape, values } = graph.tensor(`${name}/moving_mean`);
    const filled = (label, value) =>
      graph.weight(`${name}/${label}`, shape, new Float32Array(values.length).fill(value));
    const gamma = scale === false ? filled("gamma", 1) : graph.plain(`${name}/gamma`);
    const beta = center === false ? filled("beta", 0) : graph.plain(`${name}/beta`);
    const moving = ["moving_mean", "moving_variance"].map((label) => graph.plain(`${name}/${label}`));
    graph.node("BatchNormalization", [input, gamma, beta, ...moving], name, { epsilon: { float: epsilon } });
  },
  ReLU(graph, { name, max_value: most, negative_slope: slope = 0 }, [input]) {
    if (slope) throw new Error(`the slope of '${name}' below 0 is not known here`);
    const bounds = [graph.weight(`${name}/least`, [], [0])];
    if (most !== null && most !== undefined) bounds.push(graph.weight(`${name}/most`, [], [most]));
    graph.node("Clip", [input, ...bounds], name);
  },
  Activation(graph, config, [input]) {
    graph.activate(config, input);
  },
  Add(graph, { name }, inputs) {
    graph.node("Sum", inputs, name);
  },
  AveragePooling2D(graph, { name, pool_size: size, strides, padding }, [input]) {
    if (padding !== "valid") throw new Error(`the padding of '${name}' is not known here`);
    graph.node("AveragePool", [input], name, { kernel_shape: pair(size), strides: pair(strides ?? size) });
  },
  GlobalAveragePooling2D(graph, { name }, [input]) {
    graph.node("GlobalAveragePool", [input], `${name}/mean`);
    graph.node("Flatten", [`${name}/mean`], name);
  },
  // Height and width before channels, as TensorFlow.js lays images out.
  Flatten(graph, { name }, [input]) {
    graph.node("Transpose", [input], `${name}/order`, { perm: [0, 2, 3, 1] });
    graph.node("Flatten", [`${name}/order`], name);
  },
  Dropout(graph, { name }, [input]) {
    graph.node("Identity", [input], name);
  },
  Dense(graph, config, [input]) {
    const { name, use_bias: hasBias } = config;
    const inputs = [input, graph.plain(`${name}/kernel`)];
    if (hasBias) inputs.push(graph.plain(`${name}/bias`));
    graph.node("Gemm", inputs, `${name}/sum`);
    graph.activate(config, `${name}/sum`);
  },
};

/** A JSON file, or a JavaScript module that exports the same. */
function readJson(path) {
  if (!path.endsWith(".js")) return JSON.parse(readFileSync(path, "utf8"));
  const module = require(resolve(path));
  return module.default ?? module;
}

/** The bytes of a part of the weights beside the model: a file, or a module that exports them in base64. */
function readShard(model, name) {
  const path = resolve(dirname(model), name);
  if (!model.endsWith(".js")) return readFileSync(path);
  const module = require(`${path}${/(?:\.min)?\.js$/u.exec(model)[0]}`);
  return Buffer.from(module.default ?? module, "base64");
}

const sizes = { float32: 4, uint8: 1, uint16: 2 };

function readWeights(model, manifest) {
  const tensors = new Map();
  for (const { paths, weights } of manifest) {
    const bytes = Buffer.concat(paths.map((path) => readShard(model, path)));
    let at = 0;
    for (const { name, shape, dtype, quantization } of weights) {
      const stored = quantization?.dtype ?? dtype;
      const size = sizes[stored];
      if (!size || dtype !== "float32")
        throw new Error(`${model}: weight '${name}' of ${stored} is not known here`);
      const count = shape.reduce((product, length) => product * length, 1);
      const read = { float32: "readFloatLE", uint8: "readUInt8", uint16: "readUInt16LE" }[stored];
      const { scale = 1, min = 0 } = quantization ?? {};
      const values = Float32Array.from({ length: count }, (_, i) => bytes[read](at + i * size) * scale + min);
      tensors.set(name, { shape, values });
      at += count * size;
    }
  }
  return tensors;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [from, to] = process.argv.slice(2);
  if (!from || !to)
    throw new Error("name the model and the file to write: tfjs-to-onnx.mjs MODEL.json OUT.onnx");
  writeFileSync(to, convert(from));
}
