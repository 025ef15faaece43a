// The parts of a series: stretches one after another, made for training by shares and found again by the time at which
// the last one begins.
import { readShares } from "../../train/split.ts";
import type { DataRecord, ModelMetadata, Parts } from "../task.ts";
import { addPeriods } from "./frequency.ts";
import { areSeveral, stretchOf, type SeriesData, type SeriesTable } from "./series.ts";

/** Forecasts that a validation part has room for at least. */
const fewestForecasts = 5;

/**
 * The stretches that shares give: training, then validation, then test. A validation part with hardly any room for forecasts
 * of `horizon` steps begins earlier, but not before the middle of what comes before the test part.
 */
export function partsOfSeries<V extends string>(
  series: SeriesTable<V>,
  split: string,
  horizon: number,
): Parts<SeriesTable<V>> {
  const { length } = series.times;
  const [share = length, validated, tested] = partEnds(length, split);
  const latest = validated === undefined ? share : validated - horizon - fewestForecasts + 1;
  const trained =
    validated === undefined ? share : Math.min(share, Math.max(latest, Math.ceil(validated / 2)));
  return {
    train: stretchOf(series, 0, trained),
    validation: validated === undefined ? undefined : stretchOf(series, trained, validated),
    test: tested === undefined ? undefined : stretchOf(series, validated as number, tested),
  };
}

/** The parts of one series or of several, each divided by the same shares. */
export function partsOfData(data: SeriesData, split: string, horizon: number): Parts<SeriesData> {
  if (!areSeveral(data)) return partsOfSeries(data, split, horizon);
  return partsTogether(data.map((series) => partsOfSeries(series, split, horizon)));
}

/** The parts of several series, put together; all series have the same parts. */
function partsTogether(each: readonly Parts<SeriesTable>[]): Parts<SeriesData> {
  const together = (part: "validation" | "test"): SeriesTable[] | undefined => {
    const known = each.map((parts) => parts[part]).filter((series) => series !== undefined);
    return known.length === 0 ? undefined : known;
  };
  return {
    train: each.map(({ train }) => train),
    validation: together("validation"),
    test: together("test"),
  };
}

/** The time at which the last part begins; after the end of the series where all of it is trained on. */
export function recordOfData(data: SeriesData, split: string): DataRecord {
  if (!areSeveral(data)) return { kind: "time", from: lastPartTime(data, split) };
  const series = Object.fromEntries(data.map((one) => [one.name as string, lastPartTime(one, split)]));
  return { kind: "time", from: Math.min(...Object.values(series)), series };
}

/** The first time of a series that training did not see; undefined for a model or a series of which that is not known. */
export function unseenFrom({ data }: ModelMetadata, { name, start }: SeriesTable): number | undefined {
  if (data?.kind !== "time") return undefined;
  return data.series === undefined ? data.from : ((name === undefined ? name : data.series[name]) ?? start);
}

function lastPartTime({ times, start, frequency }: SeriesTable, split: string): number {
  const ends = partEnds(times.length, split);
  return addPeriods(start, frequency, ends.length > 1 ? (ends.at(-2) as number) : times.length);
}

/** The step at which each part ends. */
function partEnds(steps: number, split: string): readonly number[] {
  let sum = 0;
  return readShares(split).map((share) => Math.floor((sum += share) * steps + 1e-6));
}

/** What a model saw of its series, and what it did not. Throws where its file does not say. */
export function recordedParts(data: SeriesData, metadata: ModelMetadata): Parts<SeriesData> {
  if (!areSeveral(data)) return recordedPartsOf(data, metadata);
  return partsTogether(data.map((series) => recordedPartsOf(series, metadata)));
}

function recordedPartsOf(series: SeriesTable, metadata: ModelMetadata): Parts<SeriesTable> {
  const time = unseenFrom(metadata, series);
  if (time === undefined) {
    throw new Error(
      "parts: the model file does not say how far its training went; score the series as a whole instead",
    );
  }
  const from = stepAt(series, time);
  const { length } = series.times;
  if (from === 0)
    throw new Error(
      series.name === undefined
        ? "parts: the series begins after the last time that the model was trained on"
        : `parts: the model was not trained on series '${series.name}', or on later times of it; score it as a whole instead`,
    );
  return {
    train: stretchOf(series, 0, from),
    test: from < length ? stretchOf(series, from, length) : undefined,
  };
}

/** The first step whose forecast is evaluated, and the words for what begins there. */
export interface EvaluationStart {
  readonly step: number;
  readonly where: string;
}

/**
 * The beginning of a part; of a whole series that of the steps which training did not see, or of its last fifth where the
 * model file does not say.
 */
export function evaluationStart(series: SeriesTable, metadata: ModelMetadata): EvaluationStart {
  if (series.partFrom !== undefined) return { step: series.partFrom, where: "the part begins" };
  const unseen = unseenFrom(metadata, series);
  // Of a series that is new to the model, the beginning is read before the first forecast.
  return unseen !== undefined && unseen > series.start
    ? { step: stepAt(series, unseen), where: "the steps begin that training did not see" }
    : { step: stepAt(series, lastPartTime(series, "0.8")), where: "the last fifth of the series begins" };
}

function stepAt({ times }: SeriesTable, from: number): number {
  const step = times.findIndex((time) => time >= from);
  return step < 0 ? times.length : step;
}
