/**
 * For those who build cells: equations, transforms, everything that is derived from them, and the checks that they are
 * right.
 *
 * @module unrolled/cells
 */

// Equations
export { equations, parseCell } from "./language/equations.ts";
export { latex } from "./language/latex.ts";
export { printCell } from "./language/print.ts";
export { EquationError } from "./language/text-error.ts";
export type {
  Cell,
  CellInput,
  CellParameter,
  CellState,
  Equation,
  Expression,
  Initial,
  Period,
  TextSpan,
  Width,
} from "./language/cell.ts";

// The cells of the package
export { cellNamed, cells } from "./cells/index.ts";
export { cellOf } from "./cells/cell-of.ts";
export { dropout, embedding, readout } from "./cells/parts.ts";

// Transforms
export {
  applyTransforms,
  transforms,
  type Transform,
  type TransformSettings,
} from "./cells/transforms/index.ts";
export { candidateDropout } from "./cells/transforms/candidate-dropout.ts";
export { deepTransition } from "./cells/transforms/deep-transition.ts";
export { highway } from "./cells/transforms/highway.ts";
export { initialised } from "./cells/transforms/initialised.ts";
export { layerNormed } from "./cells/transforms/layer-norm.ts";
export { learnedStart } from "./cells/transforms/learned-start.ts";
export { recurrentDropout } from "./cells/transforms/recurrent-dropout.ts";
export { residual } from "./cells/transforms/residual.ts";
export { weightDrop } from "./cells/transforms/weight-drop.ts";
export { zoneout, type ZoneoutRates } from "./cells/transforms/zoneout.ts";

// What is derived
export {
  explain,
  explainCell,
  type CellExplanation,
  type CellSizes,
  type ParameterRow,
  type PlanSizes,
} from "./model/explain.ts";
export type { PlanBytes } from "./plan/print.ts";
export type { Sizes } from "./graph/lower.ts";

// Checks
export {
  checkCell,
  checkDevice,
  checkNetwork,
  checkNetworkOnDevice,
  type CheckOptions,
  type CheckResult,
  type DeviceCheckOptions,
  type Finding,
} from "./check/check.ts";
export type { CaseForm, CaseSizes } from "./check/random-case.ts";
export type { WantedSizes } from "./model/single-cell.ts";
export { zoo, type Subject } from "./check/zoo.ts";
