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
} from "./tasks/classify.ts";
export {
  captioner,
  captionExamples,
  describe,
  type Caption,
  type CaptionedImage,
  type Captioner,
  type CaptionerSettings,
  type CaptionTask,
} from "./tasks/caption.ts";
export { forecast, type ForecastSettings, type SeriesForecast } from "./tasks/forecast.ts";
export { forecastExamples } from "./tasks/forecast-examples.ts";
export {
  forecaster,
  forecastOutputs,
  forecastStrategies,
  type ForecasterSettings,
  type ForecastOutput,
  type ForecastStrategy,
  type ForecastTask,
} from "./tasks/forecaster.ts";
export {
  compose,
  composer,
  musicExamples,
  type ComposerSettings,
  type CompositionSettings,
  type MusicTask,
} from "./tasks/music.ts";
export {
  tag,
  tagExamples,
  tagger,
  type TaggedSequence,
  type Tagger,
  type TaggerSettings,
  type Tagging,
  type TagTask,
} from "./tasks/tag.ts";
export {
  translate,
  translateExamples,
  translator,
  type TextPair,
  type TranslateTask,
  type Translation,
  type Translator,
  type TranslatorSettings,
} from "./tasks/translate.ts";
export type { DecodeSettings } from "./tasks/decode.ts";
export { codecOf, symbolCount, type LanguageTask, type Subwords, type Symbols } from "./tasks/language.ts";
export type { TaskModel } from "./tasks/model.ts";
export type { Pooling } from "./tasks/pooled.ts";
export type { SequenceInput, SequenceValue } from "./tasks/sequence-input.ts";
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
export { beamSearch, type Beam, type BeamScorer, type BeamSettings } from "./generate/beam.ts";
export { createDecoder, type Decoder, type DecoderSettings } from "./generate/decoder.ts";
export {
  drawTexts,
  searchTexts,
  type DrawSettings,
  type MadeText,
  type SearchSettings,
  type TextBeam,
  type TextsSettings,
} from "./generate/texts.ts";
export { fromAutomaton, type Automaton, type Constraint } from "./generate/constraint.ts";
export { createPredictor, type PredictionSettings, type Predictor } from "./train/predict.ts";
export { textLosses } from "./train/text-losses.ts";

// Data.
export { splitItems, type ItemSplit } from "./data/split.ts";
export { encodeWords, readWords, wordCodec, type WordVocabulary } from "./data/word-text.ts";
export { buildVocabulary, type Vocabulary } from "./data/vocabulary.ts";
export { entitySentence, type TaggedWords } from "./data/entities.ts";
export { origins } from "./data/backtest.ts";
export { readSeries, type Series } from "./data/series.ts";
export { namedPreprocessing, preprocess, type PixelImage, type Preprocessing } from "./data/image.ts";
export { readImageBlob } from "./data/image-blob.ts";
export { datePair, type Pair } from "./data/pairs/dates.ts";
export { reversalPair } from "./data/pairs/reversal.ts";
export { shapesExample, type ShapesExample, type ShapesSettings } from "./data/shapes/shapes.ts";
export { syntheticTaskNamed, syntheticTasks } from "./data/synthetic/index.ts";
export type { SyntheticTask } from "./data/synthetic/task.ts";

// Scores.
export { bleu } from "./measure/bleu.ts";
export { cider, ciderD } from "./measure/cider.ts";
export { classificationReport, type ClassificationReport } from "./measure/classification.ts";
export { confusionPicture } from "./measure/confusion-picture.ts";
export { crpsNormal, crpsSamples } from "./measure/crps.ts";
export {
  forecastPicture,
  type ForecastPanel,
  type ForecastPictureSettings,
  type PanelForecast,
} from "./measure/forecast-picture.ts";
export { mae, mase, rmse, smape } from "./measure/forecast.ts";
export { bits, natsPerUnit, perplexity } from "./measure/language.ts";
export { meteorExact } from "./measure/meteor.ts";
export { normalQuantile } from "./measure/normal.ts";
export { crpsQuantiles, intervalScore, pinballLoss } from "./measure/quantiles.ts";
export { rougeL } from "./measure/rouge.ts";
export { areSpanTags, spanReport, spansOf, type SpanReport } from "./measure/spans.ts";
export { captionTokens } from "./measure/tokens.ts";

// Rivals.
export { fitKeyMarginals, fitKeyMarkov, keyNats } from "./baselines/key-marginals.ts";
export { trainKneserNey, type KneserNey } from "./baselines/kneser-ney.ts";
export { trainMostFrequentTag, type MostFrequentTag } from "./baselines/most-frequent-tag.ts";
export { fitLinear } from "./baselines/linear.ts";
export { trainNaiveBayes, type NaiveBayes } from "./baselines/naive-bayes.ts";
export { fitNaive } from "./baselines/naive.ts";
export { fitSeasonalNaive } from "./baselines/seasonal-naive.ts";
