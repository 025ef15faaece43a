// The small fixed set of methods that a forecaster's linear path is mixed from.
import { anchorMap, type Anchor } from "./anchors.ts";
import { emptyMap, type LinearMap } from "./linear-map.ts";
import { fitRidge } from "./ridge.ts";
import { fitSmoothing } from "./smoothing.ts";

export interface CandidateSettings {
  readonly horizon: number;
  /** Steps of the seasons, ascending; empty for none. */
  readonly seasons: readonly number[];
  /** The most values that a forecast may read. */
  readonly context: number;
  /** Of all series together, before any is left out for later. */
  readonly steps: number;
  /** The only anchors to use; default all. */
  readonly anchors?: readonly Anchor[] | undefined;
}

/** A method, fitted to one series or several: as many maps as it has settings, or none where values are too few. */
export interface Candidate {
  /** In words, for the line that says what was chosen. */
  readonly name: string;
  /** What it is a variant of: `regression on changes`. */
  readonly family: string;
  /** The lag of the differences that it is about: 0 for values, 1 for changes, a season. */
  readonly lag: number;
  fit(series: readonly Float64Array[]): readonly LinearMap[] | undefined;
}

const penalties = [0.1, 1, 10, 100];
/** Of series so long that penalties hardly matter. */
const fewPenalties = [1, 30];
const longSeries = 1000;
/** The most lags of a regression. */
const mostLags = 100;
/** Longer seasons are left to regressions, which read them as differences. */
const longestSmoothed = 60;

export function candidatesOf(settings: CandidateSettings): Candidate[] {
  const { seasons, context, horizon } = settings;
  const anchors: readonly Anchor[] = settings.anchors ?? [
    { kind: "none", season: 1 },
    { kind: "last", season: 1 },
    ...seasons.flatMap((season): Anchor[] => [
      { kind: "season", season },
      { kind: "both", season },
    ]),
  ];
  const plain = anchors.flatMap((anchor) => plainCandidates(anchor, horizon));
  const regressions = anchors.flatMap((anchor) =>
    lagsOf(seasons).flatMap((lags) =>
      [false, true].map((isIterated): Candidate => {
        return {
          name: `regression on ${lags} ${wordsOf(anchor)}`,
          family: `regression on ${wordsOf(anchor)}${isIterated ? ", step by step" : ""}`,
          lag: lagOf(anchor),
          fit: (series) =>
            fitRidge(series, {
              anchor,
              lags,
              penalties: settings.steps > longSeries ? fewPenalties : penalties,
              horizon,
              isIterated,
            }),
        };
      }),
    ),
  );
  const season = seasons[0] ?? 1;
  const smoothed = settings.anchors === undefined && season <= longestSmoothed;
  const smoothing = (smoothed ? [false, true] : []).map((hasTrend): Candidate => {
    return {
      name: `exponential smoothing${hasTrend ? " with trend" : ""}`,
      family: "exponential smoothing",
      lag: 1,
      fit(series) {
        const map = fitSmoothing(series, { season, hasTrend, horizon });
        return map && [map];
      },
    };
  });
  return [...plain, ...regressions, ...smoothing].map((candidate) => ({
    ...candidate,
    fit: (series) => {
      const maps = candidate.fit(series);
      return maps?.every(({ reads }) => reads <= context) === true ? maps : undefined;
    },
  }));
}

/** The anchors themselves, without and with drift. */
function plainCandidates(anchor: Anchor, horizon: number): Candidate[] {
  if (anchor.kind !== "last" && anchor.kind !== "season") return [];
  const name = anchor.kind === "last" ? "naive" : `seasonal naive`;
  const map = anchorMap(anchor, horizon);
  const lag = lagOf(anchor);
  return [
    { name, family: name, lag, fit: (series) => (isLong(series, map.reads) ? [map] : undefined) },
    {
      name: `${name} with drift`,
      family: `${name} with drift`,
      lag,
      fit(series) {
        if (!isLong(series, map.reads + 1)) return undefined;
        const [rise, steps] = series.reduce(
          ([sum, count], values) => [sum + values.at(-1)! - values[0]!, count + values.length - 1],
          [0, 0],
        ) as [number, number];
        const drift = rise / steps;
        const drifting: LinearMap = { ...emptyMap(horizon, map.reads), weights: map.weights };
        for (let k = 0; k < horizon; k++)
          drifting.constants[k] =
            drift * (anchor.kind === "last" ? k + 1 : anchor.season * Math.ceil((k + 1) / anchor.season));
        return [drifting];
      },
    },
  ];
}

/** Whether a series has more values than a method reads. */
function isLong(series: readonly Float64Array[], reads: number): boolean {
  return series.some(({ length }) => length > reads);
}

/** Lags for series with seasons: part of one, and one, two and three; without any a few powers of two. */
function lagsOf(seasons: readonly number[]): number[] {
  const [season] = seasons;
  if (season === undefined) return [2, 5, 10, 20, 50];
  const lags =
    season > 24
      ? [Math.ceil(season / 2), season + 1]
      : [Math.max(4, Math.ceil(season / 2)), season + 1, 2 * season + 1, 3 * season + 1];
  return [...new Set(lags.map((count) => Math.min(count, mostLags)))];
}

function lagOf({ kind, season }: Anchor): number {
  return kind === "none" ? 0 : kind === "last" ? 1 : season;
}

function wordsOf({ kind, season }: Anchor): string {
  switch (kind) {
    case "none":
      return "values";
    case "last":
      return "changes";
    case "season":
      return `changes over ${season} steps`;
    case "both":
      return `changes of changes over ${season} steps`;
  }
  return kind satisfies never;
}
