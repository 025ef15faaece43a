// The rolling origins of a backtest: each has everything before it as history, and the steps after it as target
// (Tashman 2000, International Journal of Forecasting 16(4)).

/** Settings of `rollingOrigins`. */
export interface OriginSettings {
  /** Steps of the series. */
  readonly length: number;
  /** Steps to forecast from each origin. */
  readonly horizon: number;
  /** Number of origins. */
  readonly count: number;
  /** Steps from one origin to the next. Default 1. */
  readonly stride?: number;
  /** Steps that the first origin must have before it. Default 1. */
  readonly minimum?: number;
}

/**
 * The origins, [count], ascending: an origin `o` has the history [0, o) and the target [o, o + horizon). The last target
 * ends with the series. Throws for settings that are not whole numbers from 1, and for a series that is too short.
 */
export function rollingOrigins(settings: OriginSettings): readonly number[] {
  const { length, horizon, count, stride = 1, minimum = 1 } = settings;
  for (const [name, value] of Object.entries({ horizon, count, stride, minimum }))
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`backtest: ${name} must be a whole number, 1 or more, not ${value}`);
  const needed = minimum + (count - 1) * stride + horizon;
  if (!(length >= needed))
    throw new Error(
      `backtest: ${count} origins, ${stride} apart, with ${minimum} steps before the first and horizon ${horizon} need a ` +
        `series of ${needed} steps or more, not ${length}; ${remedy(length - horizon - minimum, stride)}`,
    );
  return Array.from({ length: count }, (_, i) => length - horizon - (count - 1 - i) * stride);
}

/** `room`: steps from the first possible origin to the last. */
function remedy(room: number, stride: number): string {
  if (!(room >= 0)) return "use a longer series, or a shorter horizon";
  return `use a longer series, or at most ${Math.floor(room / stride) + 1} origins`;
}
