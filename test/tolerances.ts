// The tolerances of all tests. Those that the library applies itself are imported from it.
import { cellTolerance, deviceTolerances } from "../src/check/check.ts";

type Name =
  | "op"
  | "cellGradient"
  | "goldens"
  | "onnx"
  | "plan"
  | "truncation"
  | "wasmOp"
  | "orthogonal"
  | "image"
  | "encoder";

type Swept = "exp" | "tanh" | "sigmoid" | "log" | "softplus";

export const tolerances: Readonly<Record<Name, number>> & {
  readonly device: typeof deviceTolerances;
  readonly units: Readonly<Record<Swept, number>>;
} = {
  /** A row's derivative against a central difference, relative, float64. */
  op: 1e-6,
  /** A cell's derived gradients against central differences, relative, float64. */
  cellGradient: cellTolerance,
  /** The reference device against independent implementations in float64, relative to the largest element. */
  goldens: 1e-10,
  /** Any device against ONNX Runtime, which computes in float32. */
  onnx: 1e-6,
  /** A scheduled plan against the plain equations, both interpreted, relative to the largest element. */
  plan: 1e-12,
  /** Chunks with the carried state, and truncated gradients, against the chain made by hand. */
  truncation: 1e-12,
  /** An operation as wasm spells it against the op table, relative, float32: about eight units in the last place. */
  wasmOp: 1e-6,
  /** The products of orthonormal rows of an initial value. */
  orthogonal: 1e-12,
  /** A resized image in float32 against PyTorch in float64, relative to the largest colour value. */
  image: 1e-6,
  /** Features of an encoder against the same network run on one image at a time, relative to the largest feature. */
  encoder: 1e-5,
  /** A function of a fast device against the exact value, in units in the last place. */
  units: { exp: 1.1, tanh: 2.6, sigmoid: 2.5, log: 1, softplus: 2 },
  /** A device in float32 against the reference, relative to the largest element of each quantity. */
  device: deviceTolerances,
};
