/**
 * Scores and baselines of every task, for predictions of any origin: plain functions of labels, tokens and numbers. What
 * `model.score` reports is computed by them.
 *
 * @module unrolled/metrics
 */

// Classification
export {
  classificationReport,
  type ClassificationReport,
  type ClassScores,
} from "./tasks/shared/classification.ts";
export { trainNaiveBayes, type NaiveBayes, type NaiveBayesSettings } from "./tasks/classify/naive-bayes.ts";

// Tagging
export {
  spanReport,
  spanScheme,
  spansOf,
  type Span,
  type SpanMark,
  type SpanReport,
  type SpanScheme,
  type SpanScores,
} from "./tasks/tag/spans.ts";
export { trainMostFrequentTag, type MostFrequentTag } from "./tasks/tag/most-frequent-tag.ts";

// Texts beside references
export { bleu, type Bleu, type BleuSettings } from "./tasks/shared/bleu.ts";
export type { Comparison, Tokens } from "./tasks/shared/comparison.ts";
export { cider, ciderD, type Cider } from "./tasks/caption/cider.ts";
export { meteorExact, type Meteor } from "./tasks/caption/meteor.ts";
export { rougeL, type RougeL } from "./tasks/caption/rouge.ts";
export { captionTokens } from "./tasks/caption/tokens.ts";
export { translationMemory, type TokenPair } from "./tasks/translate/translation-memory.ts";

// Language models
export { bits, natsPerUnit, perplexity } from "./tasks/language/units.ts";
export { trainKneserNey, type KneserNey, type KneserNeySettings } from "./tasks/language/kneser-ney.ts";
export { symbolLosses } from "./tasks/language/losses.ts";

// Forecasts
export { mae, mase, rmse, seasonalNaiveError, smape } from "./tasks/forecast/errors.ts";
export { crpsNormal, crpsSamples } from "./tasks/forecast/crps.ts";
export { crpsQuantiles, intervalScore, pinballLoss, type IntervalScore } from "./tasks/forecast/quantiles.ts";
export { rollingOrigins, type OriginSettings } from "./tasks/forecast/origins.ts";
export { fitNaive } from "./tasks/forecast/naive.ts";
export { fitSeasonalNaive } from "./tasks/forecast/seasonal-naive.ts";
export { fitLinear, linearHistory, type LinearSettings } from "./tasks/forecast/linear.ts";
export type { Baseline, BaselineSettings, PointForecast } from "./tasks/forecast/baseline.ts";
export { errorRows, type ErrorRow } from "./tasks/forecast/backtest.ts";

// Regression
export { regressScores, type Intervals, type RegressScores } from "./tasks/regress/scores.ts";

// Music
export {
  fitKeyMarginals,
  fitKeyMarkov,
  keyNats,
  type FrameNats,
  type KeyMarginalSettings,
  type KeyProbabilities,
} from "./tasks/music/key-marginals.ts";
