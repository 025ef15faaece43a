// What a forecaster chose, in words.
import { counted, percent } from "../../shared/words.ts";
import type { ColumnSettings, FittedColumn } from "./columns.ts";

/** The smallest share of a method that is worth a word. */
const leastShare = 0.15;
const mostMethods = 3;

/** A line for each column: "sold: logarithms, season of 12 steps; regression on changes over 12 steps 48 %, … ". */
export function pathsInWords(
  fitted: readonly FittedColumn[],
  { log, lag }: Pick<ColumnSettings, "log" | "lag">,
  readsColumns = false,
): string[] {
  return fitted.map(({ name, seasons, found }) => {
    const season =
      seasons.length === 0
        ? "no season"
        : seasons
            .map(
              ({ season, correlation }) =>
                `a season of ${counted(season, "step")} (autocorrelation ${correlation.toFixed(2)})`,
            )
            .join(" and ");
    const chosen = [
      `${found.log ? "logarithms" : "values"}${log === undefined ? "" : " as asked"}`,
      ...(lag === undefined ? [] : [`differences over ${counted(lag, "step")} as asked`]),
      season,
      ...(readsColumns && found.effectsShare >= leastShare
        ? [`less what the columns known ahead add (${percent(found.effectsShare)})`]
        : []),
    ].join(", ");
    const methods = found.methods
      .filter(({ share }, i) => i === 0 || (share >= leastShare && i < mostMethods))
      .map(({ name: method, share }) => `${method} (${percent(share)})`)
      .join(", ");
    const why =
      found.origins === 0
        ? "too short to compare"
        : `least errors at ${counted(found.origins, "earlier origin")}`;
    return `${fitted.length === 1 ? "" : `${name}: `}${chosen}; starts from ${methods}: ${why}`;
  });
}
