// Reads and writes ONNX files, lists the content of a graph, and adds an output to it. Fields that the schema does not list
// pass through unchanged.
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
  /** ONNX's number for the type of an element: 1 is float; undefined if the file does not say. */
  readonly elements: number | undefined;
  /** Slowest axis first; an axis of any length has a name or "?"; undefined if the file does not say. */
  readonly shape: readonly (number | string)[] | undefined;
}

export interface GraphNode {
  /** May be "". */
  readonly name: string;
  readonly operation: string;
  /** Names of values; "" for an optional one that is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface GraphView {
  /** In the order in which they can run. */
  readonly nodes: readonly GraphNode[];
  /** Without the weights, which old files list among the inputs. */
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** Names of the weights. */
  readonly weights: readonly string[];
}

const externalLocation = 1;

/**
 * The content of an ONNX file; `name` names it in errors. Throws for files that are not ONNX, and for a model whose weights
 * are in other files.
 */
export function readOnnx(bytes: Uint8Array, name = "the model"): ModelProto {
  let model: ModelProto | undefined;
  let reason = "it has no graph";
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    reason = cause instanceof Error ? cause.message : String(cause);
  }
  const { graph } = model ?? {};
  if (!model || !graph || graph.node.length === 0)
    throw new Error(`${name}: this is not an ONNX file, or it was cut (${reason}); export or copy it again`);
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

/** The content of a graph, as plain data. */
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
 * The model with the value `name` of its graph as a further output; the same model if it is an output already. Its type is
 * the file's or, if absent, for ONNX Runtime to infer. Throws if no node computes the value.
 */
export function withOutput(model: ModelProto, name: string): ModelProto {
  const graph = graphOf(model);
  if (graph.output.some((output) => output.name === name)) return model;
  if (!graph.node.some((node) => node.output.includes(name)))
    throw new Error(`onnx: no node of the graph computes '${name}'; name an output of a node`);
  const known = graph.valueInfo.find((value) => value.name === name);
  const output = [...graph.output, known ?? create(ValueInfoProtoSchema, { name })];
  // Shallow copies: the weights are shared, and fields outside the schema are kept.
  const more = Object.assign(create(GraphProtoSchema), graph, { output });
  return Object.assign(create(ModelProtoSchema), model, { graph: more });
}

function graphOf(model: ModelProto): GraphProto {
  if (model.graph) return model.graph;
  throw new Error("onnx: the model has no graph; read it with readOnnx, or build one with onnxModel");
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
