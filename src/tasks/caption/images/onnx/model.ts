// ONNX files as messages: read, what is in the graph, one more output, written again. What the schema does not list goes
// through untouched. Runs nothing, and knows no images.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  GraphProtoSchema,
  ModelProtoSchema,
  ValueInfoProtoSchema,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from "./onnx_pb.ts";

export interface GraphValue {
  readonly name: string;
  /** ONNX's number of the type of an element: 1 is float; undefined where the file does not say. */
  readonly elements: number | undefined;
  /** Slowest axis first; a name, or "?", where it may be any; undefined where the file does not say. */
  readonly shape: readonly (number | string)[] | undefined;
}

export interface GraphNode {
  /** May be "". */
  readonly name: string;
  readonly operation: string;
  /** Names of values; "" for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface GraphView {
  /** In the order in which they can run. */
  readonly nodes: readonly GraphNode[];
  /** What is to be given: not the weights, which old files list among the inputs. */
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** Names of the weights. */
  readonly weights: readonly string[];
}

const externalLocation = 1;

/**
 * The messages of an ONNX file. `name` is what it is called in errors. Throws for what is none, and for a model whose
 * weights are in other files.
 */
export function readOnnx(bytes: Uint8Array, name = "the model"): ModelProto {
  let model: ModelProto | undefined;
  let said = "it has no graph";
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    said = cause instanceof Error ? cause.message : String(cause);
  }
  const { graph } = model ?? {};
  if (!model || !graph || graph.node.length === 0)
    throw new Error(`${name}: it is no ONNX file, or one that was cut (${said}); export or copy it again`);
  const tensors = [
    ...graph.initializer,
    ...graph.node.flatMap((node) => node.attribute.flatMap((a) => a.t ?? [])),
  ];
  const away = tensors.find((tensor) => tensor.dataLocation === externalLocation);
  if (away)
    throw new Error(
      `${name}: its weights, as '${away.name}', are in another file; save it as one file, with ` +
        `onnx.save_model(model, path, save_as_external_data=False)`,
    );
  return model;
}

/** The bytes of an ONNX file. */
export function writeOnnx(model: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}

/** What a graph is made of, as plain data. */
export function viewGraph(model: ModelProto): GraphView {
  const graph = graphOf(model);
  const weights = graph.initializer.map((tensor) => tensor.name);
  const isWeight = new Set(weights);
  return {
    nodes: graph.node.map(viewNode),
    inputs: graph.input.filter((value) => !isWeight.has(value.name)).map(viewValue),
    outputs: graph.output.map(viewValue),
    weights,
  };
}

/**
 * The same model with one output more, the value `name` of its graph; the same one where it is an output already.
 * Its type is what the file says of it, or left for ONNX Runtime to find out. Throws where no node makes it.
 */
export function withOutput(model: ModelProto, name: string): ModelProto {
  const graph = graphOf(model);
  if (graph.output.some((output) => output.name === name)) return model;
  if (!graph.node.some((node) => node.output.includes(name)))
    throw new Error(`onnx: no node of the graph makes '${name}'; name an output of a node`);
  const known = graph.valueInfo.find((value) => value.name === name);
  const output = [...graph.output, known ?? create(ValueInfoProtoSchema, { name })];
  // Shallow copies: the weights are shared, and what is not in the schema comes along.
  const more = Object.assign(create(GraphProtoSchema), graph, { output });
  return Object.assign(create(ModelProtoSchema), model, { graph: more });
}

function graphOf(model: ModelProto): GraphProto {
  if (model.graph) return model.graph;
  throw new Error("onnx: the model has no graph; read it with readOnnx, or make one with onnxModel");
}

function viewNode(node: NodeProto): GraphNode {
  return { name: node.name, operation: node.opType, inputs: node.input, outputs: node.output };
}

function viewValue({ name, type }: ValueInfoProto): GraphValue {
  const tensor = type?.tensorType;
  return {
    name,
    elements: tensor?.elemType,
    // Some exporters write 0 or -1 where an axis may have any length.
    shape: tensor?.shape?.dim.map(({ dimValue, dimParam }) =>
      dimValue > 0n ? Number(dimValue) : dimParam || "?",
    ),
  };
}
