// The public interface: all that works in Node and in a browser, with no dependency. Models as bytes are in
// `checkpoint.ts`, which needs zod; what reads and writes files is in `node.ts`.

// Cells: equations, and what can be said of them.
export { cellNamed, cells } from "./cells/index.ts";
export { dropout, embedding, readout } from "./cells/parts.ts";
export { candidateDropout } from "./cells/transforms/candidate-dropout.ts";
export { deepTransition } from "./cells/transforms/deep-transition.ts";
export { highway } from "./cells/transforms/highway.ts";
export { applyTransforms, transforms, type Transform } from "./cells/transforms/index.ts";
export { initialised } from "./cells/transforms/initialised.ts";
export { layerNormed } from "./cells/transforms/layer-norm.ts";
export { learnedStart } from "./cells/transforms/learned-start.ts";
export { recurrentDropout } from "./cells/transforms/recurrent-dropout.ts";
export { residual } from "./cells/transforms/residual.ts";
export { weightDrop } from "./cells/transforms/weight-drop.ts";
export { zoneout, type ZoneoutRates } from "./cells/transforms/zoneout.ts";
export type { Cell } from "./language/cell.ts";
export { equations, parseCell } from "./language/equations.ts";
export { latex } from "./language/latex.ts";
export { printCell } from "./language/print.ts";
export { EquationError } from "./language/text-error.ts";
export { checkCell, checkDevice, checkNetwork, type CheckOptions, type CheckResult } from "./check/check.ts";

export {
  explain,
  explainCell,
  type CellExplanation,
  type CellSizes,
  type PlanSizes,
} from "./model/explain.ts";

// Models.
export {
  ctcTargets,
  planHead,
  readoutWidth,
  type CtcTargets,
  type Head,
  type PlannedHead,
} from "./model/head.ts";
export { initialParameters } from "./model/initialise.ts";
export { languageModel, type LanguageModelSettings } from "./model/language-model.ts";
export { checkMemory, memoryNeeded, showBytes, type MemoryNeeded } from "./model/memory.ts";
export { packRows, type PackedRows } from "./infer/packed-rows.ts";
export {
  createRunner,
  type ByName,
  type Runner,
  type RunnerSettings,
  type SequenceBatch,
  type SequenceResult,
} from "./infer/runner.ts";
export { stack, type Merge, type Stack, type StackSettings } from "./model/stack.ts";
export { buildPlan, parameterLayout, type PlanOptions } from "./plan/build.ts";
export type { Connection, Loss, Network, NetworkInput, NetworkLayer, Part } from "./plan/network.ts";
export type { ParameterLayout, ParameterPlace } from "./plan/parameters.ts";
export type { Plan } from "./plan/plan.ts";
export type { UpdateRule } from "./plan/update.ts";

// Devices.
export type {
  Device,
  Numbers,
  ParameterStore,
  Program,
  Roofline,
  RunExtent,
  WorkTimes,
} from "./run/device.ts";
export { referenceDevice } from "./run/reference/device.ts";
export { wasmDevice, type WasmOptions } from "./run/wasm/device.ts";

// Data.
export { checkAlphabet, type Alphabet, type Ids, type Unit } from "./text/alphabet.ts";
export { decodeIds, encodePrompt, idDecoder, textCodec, type IdDecoder } from "./text/prompt.ts";
export { nextSymbols, type Example } from "./model/example.ts";
export { describeSplit, splitIds, type Split, type SplitShares } from "./train/split.ts";
export {
  encodeString,
  encodeWith,
  readAlphabet,
  readText,
  type Chunks,
  type EncodedText,
} from "./text/text.ts";

// Training.
export type { ClipSettings } from "./train/clip.ts";
export { TrainingError } from "./train/diverged.ts";
export { evaluate, type Evaluation, type EvaluationData, type EvaluationSettings } from "./train/evaluate.ts";
export { fit, type TrainingEvent, type TrainingRun, type TrainingSettings } from "./train/fit.ts";
export { optimizerKinds, updateOf, type OptimizerKind, type OptimizerSettings } from "./train/optimizers.ts";
export { scheduleKinds, scheduleOf, type ScheduleKind, type ScheduleSettings } from "./train/schedules.ts";
export { resolveOptions, type Budget, type ResolvedOptions, type TrainingOptions } from "./train/settings.ts";
export { bestWeights, type TrainingState } from "./train/state.ts";
export type { TrainingData } from "./train/trainer.ts";

// Generation.
export { choose, type ChoiceSettings } from "./infer/choose.ts";
export type { GenerateSettings } from "./infer/continuation.ts";
export { createSampler, type Sampler, type TextCodec } from "./infer/sample.ts";

// File formats, as bytes.
export { decodeSafetensors, encodeSafetensors, type Tensor, type TensorFile } from "./formats/safetensors.ts";
export { libraryVersion } from "./base/version.ts";
