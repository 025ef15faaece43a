// Builds ONNX models from nodes, weights, inputs and outputs. Does not check that a graph makes sense; the runtime does.
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

/** Plain numbers are ints; write `{ float }` and `{ floats }` for others. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | TensorProto;

/** ONNX's numbers for the types of elements and attributes. */
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

/** Weights of a shape, slowest axis first. Throws for another number of values. */
export function floatTensor(name: string, shape: readonly number[], values: ArrayLike<number>): TensorProto {
  const wanted = shape.reduce((product, length) => product * length, 1);
  if (wanted !== values.length) {
    throw new Error(
      `onnx: expected ${wanted} values for weight '${name}' of [${shape.join(", ")}], got ${values.length}`,
    );
  }
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

/** An input or output of floats; a named axis may have any length. */
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
  /** Each after those that compute its inputs. */
  readonly nodes: readonly NodeProto[];
  readonly weights: readonly TensorProto[];
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  /** The graph's name. Default "graph". */
  readonly name?: string;
  /** Version of ONNX's operators. Default 17, which ONNX 1.12 and later read. */
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

function onnxAttribute(name: string, value: OnnxAttribute): AttributeProto {
  type Parts = MessageInitShape<typeof AttributeProtoSchema>;
  const attribute = (parts: Parts): AttributeProto =>
    create(AttributeProtoSchema, { name, ...parts } as Parts);
  if (typeof value === "string")
    return attribute({ s: new TextEncoder().encode(value), type: attributeTypes.string });
  if (typeof value === "number") return attribute({ i: whole(name, value), type: attributeTypes.int });
  if ("float" in value) return attribute({ f: value.float, type: attributeTypes.float });
  if ("floats" in value) return attribute({ floats: [...value.floats], type: attributeTypes.floats });
  if ("dims" in value) return attribute({ t: value, type: attributeTypes.tensor });
  return attribute({ ints: value.map((one) => whole(name, one)), type: attributeTypes.ints });
}

function whole(name: string, value: number): bigint {
  if (Number.isInteger(value)) return BigInt(value);
  throw new Error(
    `onnx: attribute '${name}' must be a whole number, not ${value}; write { float: ${value} }`,
  );
}
