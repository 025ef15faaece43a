/**
 * For most people, in Node and in browsers: tasks, training, models, texts, charts.
 *
 * A task such as `classify` says what a network is for. `train(task, data)` is a run that the caller drives, and the run
 * makes models, which predict and score. Files are in `unrolled/node`; cells of your own in `unrolled/cells`; networks,
 * engines and tasks of your own in `unrolled/plan`; scores and baselines on their own in `unrolled/metrics`.
 *
 * @module unrolled
 */

// Training
export { train, type Run, type RunState, type RunSummary, type TrainOptions } from "./tasks/train.ts";
export type { TrainingEvent } from "./train/fit.ts";
export { TrainingError } from "./train/diverged.ts";
export type { ClipSettings } from "./train/clip.ts";
export type { OptimizerKind, OptimizerSettings } from "./train/optimizers.ts";
export type { ScheduleKind, ScheduleSettings } from "./train/schedules.ts";

// Tasks and models
export type {
  Maker,
  Model,
  ModelFile,
  ModelMetadata,
  Part,
  Parts,
  ScoreOptions,
  Task,
} from "./tasks/task.ts";
export type { RecurrentOptions } from "./tasks/shared/recurrent-options.ts";
export type { InputOptions, SequenceValue } from "./tasks/shared/sequence-input.ts";
export type { BeamOptions } from "./tasks/shared/beam-options.ts";
export { encodeModel, encodeRun } from "./checkpoint/checkpoint.ts";
export { decodeModel, type Opener, type OpenSettings } from "./checkpoint/open.ts";

// Language models
export {
  language,
  type LanguageModel,
  type LanguageScoreOptions,
  type SearchSettings,
  type WriteSettings,
} from "./tasks/language/language.ts";
export type { LanguageOptions } from "./tasks/language/options.ts";
export type { LanguageLoss, LanguageScore } from "./tasks/language/score.ts";
export { trainHello, type Hello, type HelloStep } from "./tasks/language/hello.ts";
export type { ChoiceSettings } from "./infer/choose.ts";
export type { GeneratedText, TextBeam } from "./infer/texts.ts";

// Texts
export { learnText, type TextSettings } from "./text/learn-text.ts";
export type { Chunks, SymbolDecoder, Symbols, Text, Unit } from "./text/symbols.ts";
export type { Ids } from "./text/alphabet.ts";

// Classification
export {
  classify,
  type Classifier,
  type ClassifyBaseline,
  type ClassifyScore,
  type LabelProbability,
} from "./tasks/classify/classify.ts";
export type { ClassifyOptions, LabelledItem } from "./tasks/classify/design.ts";
export type { Pooling } from "./tasks/classify/pooling.ts";
export type { ClassificationReport, ClassScores } from "./tasks/shared/classification.ts";

// Tagging
export { tag, type Tagger, type Tagging, type TagScore } from "./tasks/tag/tag.ts";
export type { TaggedItem, TagOptions } from "./tasks/tag/design.ts";
export type { TagScores } from "./tasks/tag/scores.ts";
export type { SpanReport, SpanScores } from "./tasks/tag/spans.ts";

// Translation
export {
  translate,
  type TranslateScore,
  type TranslateScoreOptions,
  type TranslateSearchOptions,
  type Translation,
  type Translator,
} from "./tasks/translate/translate.ts";
export type { TranslationScores } from "./tasks/translate/scores.ts";
export type { TextPair, TranslateOptions } from "./tasks/translate/design.ts";

// Forecasts
export { forecast, type Forecaster } from "./tasks/forecast/forecast.ts";
export type { ForecastOptions, ForecastStrategy } from "./tasks/forecast/design.ts";
export type {
  BacktestSettings,
  ComparedErrors,
  ErrorRow,
  ForecastScore,
  OriginForecast,
} from "./tasks/forecast/backtest.ts";
export type { ForecastSettings } from "./tasks/forecast/quantile-forecasts.ts";
export type { ForecastRow, NamedRow, Prediction } from "./tasks/forecast/rows.ts";
export { seriesOf, type SeriesRoles } from "./tasks/forecast/regular-series.ts";
export {
  type Covariate,
  type NumberCell,
  type SeriesColumn,
  type SeriesData,
  type SeriesSettings,
  type SeriesTable,
} from "./tasks/forecast/series.ts";
export type { Frequency } from "./tasks/forecast/frequency.ts";
export type { TimeCell } from "./tasks/forecast/time.ts";

// Regression
export { regress, type Regressor } from "./tasks/regress/regress.ts";
export type { RegressItem, RegressLoss, RegressOptions } from "./tasks/regress/design.ts";
export type { Estimate } from "./tasks/regress/estimates.ts";
export type { RegressScore, TargetScores } from "./tasks/regress/score.ts";
export type { RegressScores } from "./tasks/regress/scores.ts";
export type { Target, TargetPlace, Targets } from "./tasks/regress/targets.ts";

// Music
export { music, type Composer, type MusicScore } from "./tasks/music/music.ts";
export type { ComposeSettings } from "./tasks/music/compose.ts";
export type { MusicOptions } from "./tasks/music/design.ts";
export type { MusicData } from "./tasks/music/music-data.ts";
export { midiBytes, type MidiSettings } from "./tasks/music/midi-bytes.ts";
export type { Frame, KeyRange, Piece } from "./tasks/music/piano-roll.ts";

// Captions of images
export {
  caption,
  type Caption,
  type Captioner,
  type CaptionScore,
  type CaptionScoreOptions,
} from "./tasks/caption/caption.ts";
export type { CaptionedImage, CaptionedImages, CaptionOptions } from "./tasks/caption/design.ts";
export type { EncoderChoice } from "./tasks/caption/encoder-choice.ts";
export type { CaptionScores } from "./tasks/caption/scores.ts";
export { captionPage, type CaptionedRow } from "./tasks/caption/caption-page.ts";
export { readImageBlob } from "./tasks/caption/images/image-blob.ts";
export {
  namedPreprocessing,
  preprocess,
  type PixelImage,
  type Preprocessing,
  type PreprocessingName,
} from "./tasks/caption/images/image.ts";
export type { ImageSize } from "./tasks/caption/images/image-resize.ts";

// Charts as SVG
export { confusionChart, type ConfusionChartSettings } from "./charts/confusion.ts";
export { lineChart, type LineChartSettings, type LineSeries } from "./charts/line.ts";
export { backtestChart, predictionChart, type ForecastPlotSettings } from "./tasks/forecast/plots.ts";

// Toy data
export { datePair } from "./tasks/translate/dates.ts";
export { reversalPair } from "./tasks/translate/reversal.ts";
export { shapesExample, type ShapesExample } from "./tasks/caption/shapes/shapes.ts";
export type { Scene, SceneObject, ShapesSettings } from "./tasks/caption/shapes/scene.ts";
export { entitySentence, type TaggedWords } from "./tasks/tag/entities.ts";
export { batterySeries, type BatterySeries } from "./tasks/regress/made.ts";

// Devices
export { wasmDevice, type WasmOptions } from "./run/wasm/device.ts";
export type { Device, Numbers } from "./run/device.ts";

// Cells by name
export { cellNamed, cells } from "./cells/index.ts";
export { EquationError } from "./language/text-error.ts";
export type { Cell } from "./language/cell.ts";
export { libraryVersion } from "./base/version.ts";
