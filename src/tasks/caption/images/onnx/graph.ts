// ONNX models from a few lines: nodes, weights, inputs and outputs. Does not check that a graph makes sense; the
// program that runs it does.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "./onnx_pb.ts";

/** Whole numbers by themselves are ints; of others, and of a list with one, say `{ float }` or `{ floats }`. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | TensorProto;

/** ONNX's numbers of the types of elements and attributes. */
const elements = { float: 1 } as const;
const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

/** One operation: `onnxNode("Gemm", ["x", "w", "b"], ["y"], { transB: 1 }, "fc6")`. */
export function onnxNode(
  operation: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
  name = "",
): NodeProto {
  return create(NodeProtoSchema, {
    opType: operation,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([key, value]) => onnxAttribute(key, value)),
    ...(name !== "" && { name }),
  });
}

/** Weights of that shape, slowest axis first. Throws where the values are not as many. */
export function floatTensor(name: string, shape: readonly number[], values: ArrayLike<number>): TensorProto {
  checkCount(name, shape, values.length);
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i] as number, true);
  return create(TensorProtoSchema, {
    name,
    dims: shape.map((length) => BigInt(length)),
    dataType: elements.float,
    rawData: bytes,
  });
}

/** An input or output of floats; an axis with a name may have any length. */
export function floatValue(name: string, shape: readonly (number | string)[]): ValueInfoProto {
  const dim = shape.map((axis) =>
    typeof axis === "number" ? { dimValue: BigInt(axis) } : { dimParam: axis },
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: { tensorType: { elemType: elements.float, shape: { dim } } },
  });
}

export interface OnnxGraph {
  /** Each after those that make its inputs. */
  readonly nodes: readonly NodeProto[];
  readonly weights: readonly TensorProto[];
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  /** The graph's name; default "graph". */
  readonly name?: string;
  /** Version of ONNX's operators; default 17, which ONNX 1.12 and all later ones read. */
  readonly opset?: number;
}

export function onnxModel(graph: OnnxGraph): ModelProto {
  return create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: "unrolled",
    opsetImport: [{ domain: "", version: BigInt(graph.opset ?? 17) }],
    graph: {
      name: graph.name ?? "graph",
      node: [...graph.nodes],
      initializer: [...graph.weights],
      input: [...graph.inputs],
      output: [...graph.outputs],
    },
  });
}

function checkCount(name: string, shape: readonly number[], count: number): void {
  const wanted = shape.reduce((product, length) => product * length, 1);
  if (wanted !== count)
    throw new Error(`onnx: weight '${name}' of [${shape.join(", ")}] needs ${wanted} values, not ${count}`);
}

function onnxAttribute(name: string, value: OnnxAttribute): AttributeProto {
  type Parts = MessageInitShape<typeof AttributeProtoSchema>;
  const made = (parts: Parts): AttributeProto => create(AttributeProtoSchema, { name, ...parts } as Parts);
  if (typeof value === "string")
    return made({ s: new TextEncoder().encode(value), type: attributeTypes.string });
  if (typeof value === "number") return made({ i: whole(name, value), type: attributeTypes.int });
  if ("float" in value) return made({ f: value.float, type: attributeTypes.float });
  if ("floats" in value) return made({ floats: [...value.floats], type: attributeTypes.floats });
  if ("dims" in value) return made({ t: value, type: attributeTypes.tensor });
  return made({ ints: value.map((one) => whole(name, one)), type: attributeTypes.ints });
}

function whole(name: string, value: number): bigint {
  if (Number.isInteger(value)) return BigInt(value);
  throw new Error(`onnx: attribute '${name}' is a whole number, not ${value}; write { float: ${value} }`);
}
