// Where a backtest cuts a series: rolling origins, each with all before it as history and what follows as target
// (Tashman 2000, International Journal of Forecasting 16(4)). Gives indices; knows no values and no forecast.

export interface OriginSettings {
  /** Values of the series. */
  readonly length: number;
  /** Steps that each origin has to forecast. */
  readonly horizon: number;
  /** Origins. */
  readonly count: number;
  /** From an origin to the next; default 1. */
  readonly step?: number;
  /** Values that the first origin must have before it, as what a method needs to fit; default 1. */
  readonly minimum?: number;
}

/**
 * [count] ascending: an origin `o` has the history [0, o) and the target [o, o + horizon). The last target ends the series.
 * Throws at settings that are not whole numbers from 1, and where the series is too short, naming the length it takes.
 */
export function origins(settings: OriginSettings): readonly number[] {
  const { length, horizon, count, step = 1, minimum = 1 } = settings;
  for (const [name, value] of Object.entries({ horizon, count, step, minimum }))
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`backtest: ${name} must be a whole number, 1 or more, not ${value}`);
  const needed = minimum + (count - 1) * step + horizon;
  if (!(length >= needed))
    throw new Error(
      `backtest: ${count} origins, ${step} apart, with ${minimum} values before the first and horizon ${horizon} need a ` +
        `series of ${needed} values or more, not ${length}; ${remedy(length - horizon - minimum, step)}`,
    );
  return Array.from({ length: count }, (_, i) => length - horizon - (count - 1 - i) * step);
}

/** `room` is from the first origin there may be to the last. */
function remedy(room: number, step: number): string {
  if (!(room >= 0)) return "give more of it, or a shorter horizon";
  return `give more of it, or at most ${Math.floor(room / step) + 1} origins`;
}
