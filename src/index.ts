// The public interface for most people, in Node and in browsers, with no Node-only part: tasks, training, models, texts,
// scores and charts. `cells.ts` and `plan.ts` are for those who build cells and engines; `node.ts` adds files.

// Training, and the models that it makes.
export { train, type Run, type RunState, type RunSummary, type TrainOptions } from "./tasks/train.ts";
export type {
  DataRecord,
  Design,
  DesignSettings,
  LossWords,
  Maker,
  Model,
  ModelFile,
  ModelMetadata,
  Part,
  Parts,
  ScoreOptions,
  Task,
  TaskDefaults,
  TaskSpec,
  Trained,
} from "./tasks/task.ts";
export { encodeModel, encodeRun } from "./checkpoint/checkpoint.ts";
export { decodeModel, type Opener, type OpenSettings } from "./checkpoint/open.ts";

// Tasks.
export {
  language,
  type LanguageLoss,
  type LanguageModel,
  type LanguageScore,
  type LanguageScoreOptions,
  type SearchSettings,
  type WriteSettings,
} from "./tasks/language/language.ts";
export type { LanguageOptions } from "./tasks/language/design.ts";
export { helloLetters, trainHello, type Hello, type HelloStep } from "./tasks/language/hello.ts";
export {
  classify,
  type Classifier,
  type ClassifyScore,
  type LabelProbability,
} from "./tasks/classify/classify.ts";
export type { ClassifyOptions, LabelledItem } from "./tasks/classify/design.ts";

// Texts.
export { learnText, type TextSettings } from "./text/learn-text.ts";
export type { Chunks, SymbolDecoder, Symbols, SymbolsData, Text, Unit } from "./text/symbols.ts";
