// What people do with networks, in Node and in browsers, with no dependency: tasks from data in memory to answers, their
// scores, simple rivals, and data that the project makes. Files are read by `node.ts`.

// Tasks.
export {
  balancedWeights,
  classifier,
  classify,
  classifyExamples,
  type Classification,
  type Classifier,
  type ClassifierSettings,
  type ClassifyTask,
  type LabelledSequence,
} from "./tasks/classify/classify.ts";
export {
  captioner,
  captionExamples,
  describe,
  type Caption,
  type CaptionedImage,
  type Captioner,
  type CaptionerSettings,
  type CaptionTask,
} from "./tasks/caption/caption.ts";
export { forecast, type ForecastSettings, type SeriesForecast } from "./tasks/forecast/forecast.ts";
export { forecastExamples } from "./tasks/forecast/examples.ts";
export {
  forecaster,
  forecastOutputs,
  forecastStrategies,
  type ForecasterSettings,
  type ForecastOutput,
  type ForecastStrategy,
  type ForecastTask,
} from "./tasks/forecast/forecaster.ts";
export {
  compose,
  composer,
  musicExamples,
  type ComposerSettings,
  type CompositionSettings,
  type MusicTask,
} from "./tasks/music/music.ts";
export {
  tag,
  tagExamples,
  tagger,
  type TaggedSequence,
  type Tagger,
  type TaggerSettings,
  type Tagging,
  type TagTask,
} from "./tasks/tag/tag.ts";
export {
  translate,
  translateExamples,
  translator,
  type TextPair,
  type TranslateTask,
  type Translation,
  type Translator,
  type TranslatorSettings,
} from "./tasks/translate/translate.ts";
export type { DecodeSettings } from "./tasks/shared/decode.ts";
export {
  codecOf,
  symbolCount,
  type LanguageTask,
  type Subwords,
  type Symbols,
} from "./tasks/language/language.ts";
export type { TaskModel } from "./tasks/shared/model.ts";
export type { Pooling } from "./tasks/classify/pooling.ts";
export type { SequenceInput, SequenceValue } from "./tasks/shared/sequence-input.ts";
export type { Task, TaskKind } from "./tasks/task.ts";

// What they are made of.
export { attending, attentionWidths, type AttendingCell } from "./cells/transforms/attending.ts";
export {
  conditioned,
  contextWidth,
  type ConditionedCell,
  type Conditioning,
} from "./cells/transforms/conditioned.ts";
export { attentionPooling, firstStep, maxPooling, meanPooling } from "./cells/pooling.ts";
export { beamSearch, type Beam, type BeamScorer, type BeamSettings } from "./infer/beam.ts";
export { createDecoder, type Decoder, type DecoderSettings } from "./infer/decoder.ts";
export {
  drawTexts,
  searchTexts,
  type DrawSettings,
  type MadeText,
  type SearchSettings,
  type TextBeam,
  type TextsSettings,
} from "./infer/texts.ts";
export { fromAutomaton, type Automaton, type Constraint } from "./infer/constraint.ts";
export { createPredictor, type PredictionSettings, type Predictor } from "./train/predict.ts";
export { textLosses } from "./tasks/language/losses.ts";

// Data.
export { splitItems, type ItemSplit } from "./train/split.ts";
export { encodeWords, readWords, wordCodec, type WordVocabulary } from "./text/word-text.ts";
export { buildVocabulary, type Vocabulary } from "./text/vocabulary.ts";
export { entitySentence, type TaggedWords } from "./tasks/tag/entities.ts";
export { origins } from "./tasks/forecast/origins.ts";
export { readSeries, type Series } from "./tasks/forecast/series.ts";
export {
  namedPreprocessing,
  preprocess,
  type PixelImage,
  type Preprocessing,
} from "./tasks/caption/images/image.ts";
export { readImageBlob } from "./tasks/caption/images/image-blob.ts";
export { datePair, type Pair } from "./tasks/translate/dates.ts";
export { reversalPair } from "./tasks/translate/reversal.ts";
export { shapesExample, type ShapesExample, type ShapesSettings } from "./tasks/caption/shapes/shapes.ts";
export { syntheticProblemNamed, syntheticProblems } from "./synthetic/index.ts";
export type { SyntheticProblem } from "./synthetic/problem.ts";

// Scores.
export { bleu } from "./tasks/shared/bleu.ts";
export { cider, ciderD } from "./tasks/caption/cider.ts";
export { classificationReport, type ClassificationReport } from "./tasks/shared/classification.ts";
export { confusionPicture } from "./charts/confusion.ts";
export { crpsNormal, crpsSamples } from "./tasks/forecast/crps.ts";
export {
  forecastPicture,
  type ForecastPanel,
  type ForecastPictureSettings,
  type PanelForecast,
} from "./tasks/forecast/chart.ts";
export { mae, mase, rmse, smape } from "./tasks/forecast/errors.ts";
export { bits, natsPerUnit, perplexity } from "./tasks/language/units.ts";
export { meteorExact } from "./tasks/caption/meteor.ts";
export { normalQuantile } from "./tasks/forecast/normal.ts";
export { crpsQuantiles, intervalScore, pinballLoss } from "./tasks/forecast/quantiles.ts";
export { rougeL } from "./tasks/caption/rouge.ts";
export { areSpanTags, spanReport, spansOf, type SpanReport } from "./tasks/tag/spans.ts";
export { captionTokens } from "./tasks/caption/tokens.ts";

// Rivals.
export { fitKeyMarginals, fitKeyMarkov, keyNats } from "./tasks/music/key-marginals.ts";
export { trainKneserNey, type KneserNey } from "./tasks/language/kneser-ney.ts";
export { trainMostFrequentTag, type MostFrequentTag } from "./tasks/tag/most-frequent-tag.ts";
export { fitLinear } from "./tasks/forecast/linear.ts";
export { trainNaiveBayes, type NaiveBayes } from "./tasks/classify/naive-bayes.ts";
export { fitNaive } from "./tasks/forecast/naive.ts";
export { fitSeasonalNaive } from "./tasks/forecast/seasonal-naive.ts";
