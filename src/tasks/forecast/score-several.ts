// Scores of one model on several series.
import { grouped } from "../shared/words.ts";
import type { ModelMetadata } from "../task.ts";
import {
  canBeScored,
  meanScore,
  scoreForecasts,
  type BacktestSettings,
  type ComparedErrors,
  type ForecastScore,
} from "./backtest.ts";
import type { ForecastNetwork } from "./quantile-forecasts.ts";
import type { SeriesTable } from "./series.ts";

/**
 * The score of each series, and their means. A series too short to be scored is left out with a note. Throws where all are,
 * and as `scoreForecasts` does for settings.
 */
export async function scoreSeveral(
  network: ForecastNetwork,
  data: readonly SeriesTable[],
  metadata: ModelMetadata,
  settings: BacktestSettings = {},
): Promise<ForecastScore> {
  const { spec } = network;
  const isLong = (series: SeriesTable): boolean => canBeScored(spec, series, metadata, settings);
  const short = data.filter((series) => !isLong(series)).map(({ name }) => name as string);
  // Where all are too short, the score of the first one says what is missing.
  const scorable = short.length === data.length ? data : data.filter(isLong);
  const scores: Record<string, ForecastScore> = {};
  for (const series of scorable)
    scores[series.name as string] = await scoreForecasts(network, series, metadata, settings);
  const scored = Object.values(scores) as [ForecastScore, ...ForecastScore[]];
  const [first] = scored;
  const columns = Object.fromEntries(
    network.spec.columns.map((name) => [
      name,
      meanScore(scored.map((score) => score.columns[name] as ComparedErrors)),
    ]),
  );
  return {
    ...first,
    ...meanScore(scored),
    columns,
    origins: scored.reduce((sum, { origins }) => sum + origins, 0),
    from: new Date(Math.min(...scored.map(({ from }) => from.getTime()))),
    notes: [
      ...(short.length === 0
        ? []
        : [
            `too short to be scored: ${grouped(short.length)} of ${grouped(data.length)} series (${listed(short)})`,
          ]),
      ...notesTogether(scores),
    ],
    forecasts: [],
    series: scores,
  };
}

const mostListed = 5;

function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return [...names.slice(0, mostListed), ...(more > 0 ? [`${grouped(more)} more`] : [])].join(", ");
}

/** Notes that differ in their reasons alone, once each with the first reason. */
function notesTogether(scores: Readonly<Record<string, ForecastScore>>): string[] {
  const together = new Map<string, { readonly names: string[]; readonly reason: string }>();
  for (const [name, { notes }] of Object.entries(scores))
    for (const note of notes) {
      const [what = "", ...reasons] = note.split(": ");
      const known = together.get(what) ?? { names: [], reason: reasons.join(": ") };
      known.names.push(name);
      together.set(what, known);
    }
  return [...together].map(
    ([what, { names, reason }]) =>
      `${what} for ${listed(names)}: ${reason}${names.length > 1 ? ", and the like" : ""}`,
  );
}
