// The public interface for those who build cells: equations, transforms, everything that is derived from them, and the
// checks that they are right.

// Equations.
export { equations, parseCell } from "./language/equations.ts";
export { latex } from "./language/latex.ts";
export { printCell } from "./language/print.ts";
export { EquationError } from "./language/text-error.ts";
export type { Cell } from "./language/cell.ts";

// The cells of the package.
export { cellNamed, cells } from "./cells/index.ts";
export { cellOf } from "./cells/cell-of.ts";
export { dropout, embedding, readout } from "./cells/parts.ts";

// Transforms.
export { applyTransforms, transforms, type Transform } from "./cells/transforms/index.ts";
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

// What is derived, and whether it is right.
export {
  explain,
  explainCell,
  type CellExplanation,
  type CellSizes,
  type PlanSizes,
} from "./model/explain.ts";
export { checkCell, checkDevice, checkNetwork, type CheckOptions, type CheckResult } from "./check/check.ts";
