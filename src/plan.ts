/**
 * For those who build networks, engines and tasks of their own: networks of layers, plans, devices, sessions, the training
 * loop below the tasks, and what a task is made of.
 *
 * @module unrolled/plan
 */

// Networks
export { stack, type Merge, type RecurrentLayer, type Stack, type StackSettings } from "./model/stack.ts";
export { planHead, readoutWidth, type Head, type PlannedHead } from "./model/head.ts";
export { readoutOf } from "./model/readout.ts";
export { crfTargets, transitionsBetween, type CrfTargets, type Transitions } from "./model/crf.ts";
export { ctcTargets, type CtcTargets } from "./model/ctc.ts";
export { languageModel, type LanguageModelSettings } from "./model/language-model.ts";
export { initialParameters } from "./model/initialise.ts";
export { checkMemory, memoryNeeded, type MemoryNeeded } from "./model/memory.ts";
export type {
  Connection,
  Encoder,
  Loss,
  Network,
  NetworkInput,
  NetworkLayer,
  NetworkPart,
} from "./plan/network.ts";
export type { Sizes } from "./graph/lower.ts";

// Plans
export { buildPlan, parameterLayout, type PlanOptions } from "./plan/build.ts";
export type { ParameterLayout, ParameterPlace } from "./plan/parameters.ts";
export type {
  Access,
  Buffer,
  Extent,
  Kernel,
  Loop,
  MatrixPlace,
  Mode,
  Over,
  Pass,
  PhaseName,
  Plan,
  PointwiseKernel,
  Ports,
  StatePorts,
  Value,
  View,
} from "./plan/plan.ts";
export type { UpdateRule } from "./plan/update.ts";
export type { PointwiseOp } from "./graph/graph.ts";
export type { Operator, PointwiseFunction } from "./language/functions.ts";
export type { Initial, Period } from "./language/cell.ts";

// Devices
export { referenceDevice } from "./run/reference/device.ts";
export { wasmDevice, type WasmOptions } from "./run/wasm/device.ts";
export type { Tile } from "./emit/wasm/layout.ts";
export type {
  Device,
  Numbers,
  ParameterStore,
  Program,
  Roofline,
  RunExtent,
  WorkTimes,
  Writable,
} from "./run/device.ts";

// Networks run forward
export { decodeChain, type ChainScores, type DecodedChain } from "./infer/chain.ts";
export { nextSymbols, type Example, type Variation } from "./batch/example.ts";
export type { Batch, PackedValues, Position } from "./batch/feed.ts";
export { packRows, type Packing } from "./batch/packing.ts";
export {
  createSession,
  type ByName,
  type PackedResult,
  type SequenceBatch,
  type SequenceResult,
  type Session,
  type SessionSettings,
} from "./infer/session.ts";
export { predict, type PredictionSettings } from "./infer/predict.ts";
export { evaluate, type Evaluation, type EvaluationData, type EvaluationSettings } from "./infer/evaluate.ts";
export { beamSearch, type Beam, type BeamScorer, type BeamSettings } from "./infer/beam.ts";
export { choose, type ChoiceSettings } from "./infer/choose.ts";
export type { Constraint } from "./infer/constraint.ts";

// The training loop
export { fit, type TrainingEvent, type TrainingRun, type TrainingSettings } from "./train/fit.ts";
export { updateOf, type OptimizerSettings, type Update } from "./train/optimizers.ts";
export { scheduleOf, type Schedule, type ScheduleSettings } from "./train/schedules.ts";
export type { ClipSettings } from "./train/clip.ts";
export { bestWeights, type BestWeights, type TrainingState } from "./train/state.ts";
export type { Budget, ResolvedOptions, TrainingOptions } from "./train/settings.ts";
export type { Fingerprints } from "./train/fingerprint.ts";
export type { TrainerSettings, TrainingData } from "./train/trainer.ts";

// Tasks of your own
export {
  maker,
  plainLoss,
  type DataRecord,
  type Design,
  type DesignSettings,
  type LossWords,
  type ValidationScore,
  type TaskDefaults,
  type TaskSpec,
  type Trained,
} from "./tasks/task.ts";
export type { OptionRule, OptionRules } from "./base/options.ts";

// Symbols as plain data
export { openSymbols } from "./text/open-symbols.ts";
export type { Ids, Alphabet } from "./text/alphabet.ts";
export type { SubwordData, Symbols, SymbolsData, WordVocabulary } from "./text/symbols.ts";
export type { Vocabulary } from "./text/vocabulary.ts";

// Speed
export { bench, type BenchResult, type BenchSettings, type Profile } from "./measure/bench.ts";
export { configurations, configurationsNamed, type Configuration } from "./measure/configurations.ts";
export {
  openLayer,
  relativeCost,
  type CostSizes,
  type OpenLayer,
  type RelativeCost,
} from "./measure/costs.ts";
export type { TimingLimits } from "./measure/timing.ts";

// Benchmark problems of the literature
export { syntheticProblemNamed, syntheticProblems } from "./synthetic/index.ts";
export type { Chance, SyntheticExample, SyntheticProblem } from "./synthetic/problem.ts";

// File formats as bytes
export { decodeSafetensors, encodeSafetensors, type Tensor, type TensorFile } from "./formats/safetensors.ts";
