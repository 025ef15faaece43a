// The errors of forecasts as a command prints them.
import type { Report } from "../command.ts";
import { counted, decimals, grouped, percent, table } from "../shared/words.ts";
import { errorRows, type ForecastScore } from "./backtest.ts";
import { formatTime } from "./time.ts";

/** An error in the units of a series, which may be of any size. */
function inUnits(error: number): string {
  return error === 0 || (error >= 0.01 && error < 1e6) ? error.toFixed(3) : error.toPrecision(4);
}

/** A table of the errors beside those of baselines; of several series their means, and MASE for each. */
export function reportOf(score: ForecastScore, quantiles: readonly number[], zoned?: boolean): Report {
  const { origins, horizon, from, period, series } = score;
  const rows = Object.entries(errorRows(score));
  const wanted = Math.round(100 * ((quantiles.at(-1) as number) - (quantiles[0] as number)));
  const text = [
    table(
      ["model", "MASE", "sMAPE", "CRPS", `in ${wanted} % intervals`],
      rows.map(([title, { mase, smape, crps, coverage }]) => [
        title,
        maseInWords(mase),
        smape.toFixed(3),
        inUnits(crps),
        percent(coverage),
      ]),
    ),
    ...(series ? [maseBySeries(series)] : []),
    `${grouped(origins)} origins from ${formatTime(from.getTime(), zoned)}, ${horizon} steps each; ` +
      `a season is ${counted(period, "step")}`,
  ];
  const json = (of: ForecastScore, name?: string): object[] =>
    Object.entries(errorRows(of)).map(([model, errors]) => ({
      ...(name !== undefined && { series: name }),
      model,
      ...errors,
      origins: of.origins,
      horizon,
    }));
  return {
    json: [...json(score), ...Object.entries(series ?? {}).flatMap(([name, one]) => json(one, name))],
    text: text.join("\n"),
  };
}

function maseInWords(mase: number | undefined): string {
  return mase === undefined ? "–" : decimals(mase);
}

const mostSeries = 50;

/** The MASE of each series, beside baselines; of very many the first. */
function maseBySeries(series: Readonly<Record<string, ForecastScore>>): string {
  const all = Object.entries(series);
  const titles = [...new Set(all.flatMap(([, score]) => Object.keys(score.baselines)))];
  const rows = all.slice(0, mostSeries).map(([name, { mase, baselines }]) => {
    return [name, ...[mase, ...titles.map((title) => baselines[title]?.mase)].map(maseInWords)];
  });
  const more = all.length - mostSeries;
  return [
    "",
    table(["MASE by series", "this model", ...titles], rows),
    ...(more > 0 ? [`${grouped(more)} more series are among the means, and in the results of --json`] : []),
    "",
  ].join("\n");
}
