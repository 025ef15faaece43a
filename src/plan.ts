// The public interface for those who build networks and engines: networks of layers, plans, devices, sessions, and the
// training loop below the tasks.

// Networks.
export { stack, type Merge, type Stack, type StackSettings } from "./model/stack.ts";
export {
  ctcTargets,
  planHead,
  readoutWidth,
  type CtcTargets,
  type Head,
  type PlannedHead,
} from "./model/head.ts";
export { readoutOf } from "./model/head.ts";
export { languageModel, type LanguageModelSettings } from "./model/language-model.ts";
export { initialParameters } from "./model/initialise.ts";
export { checkMemory, memoryNeeded, type MemoryNeeded } from "./model/memory.ts";
export type { Connection, Encoder, Loss, Network, NetworkInput, NetworkLayer } from "./plan/network.ts";

// Plans.
export { buildPlan, parameterLayout, type PlanOptions } from "./plan/build.ts";
export type { ParameterLayout, ParameterPlace } from "./plan/parameters.ts";
export type { Plan } from "./plan/plan.ts";
export type { UpdateRule } from "./plan/update.ts";

// Devices.
export { referenceDevice } from "./run/reference/device.ts";
export { wasmDevice, type WasmOptions } from "./run/wasm/device.ts";
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

// Examples, and networks run forward.
export { nextSymbols, type Example } from "./batch/example.ts";
export { packRows, type Packing } from "./batch/packing.ts";
export {
  createSession,
  type ByName,
  type SequenceBatch,
  type SequenceResult,
  type Session,
  type SessionSettings,
} from "./infer/session.ts";
export { predict, type PredictionSettings } from "./infer/predict.ts";
export { evaluate, type Evaluation, type EvaluationData, type EvaluationSettings } from "./infer/evaluate.ts";
export { beamSearch, type Beam, type BeamScorer, type BeamSettings } from "./infer/beam.ts";
export { choose, type ChoiceSettings } from "./infer/choose.ts";

// Training.
export { fit, type TrainingEvent, type TrainingRun, type TrainingSettings } from "./train/fit.ts";
export { updateOf } from "./train/optimizers.ts";
export { scheduleOf } from "./train/schedules.ts";
export { bestWeights, type TrainingState } from "./train/state.ts";
export type { TrainingData } from "./train/trainer.ts";

// Benchmark problems of the literature.
export { syntheticProblemNamed, syntheticProblems } from "./synthetic/index.ts";

// File formats, as bytes.
export { decodeSafetensors, encodeSafetensors, type Tensor, type TensorFile } from "./formats/safetensors.ts";
