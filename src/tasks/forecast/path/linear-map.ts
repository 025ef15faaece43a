// Forecasts that are weighted sums of the last values. Naive forecasts, regressions, exponential smoothing from a fixed
// number of values, and any mean of such forecasts are of this form, so a mixture of methods is one map.

/** Each step ahead as a constant and a weighted sum of the last `reads` values. */
export interface LinearMap {
  /** Values that it reads. */
  readonly reads: number;
  /** [horizon, reads] the weight of the last value first. */
  readonly weights: Float64Array;
  /** [horizon] */
  readonly constants: Float64Array;
}

/** A map that is read only, such as one of a model file. */
export interface ReadonlyMap {
  readonly reads: number;
  readonly weights: ArrayLike<number>;
  readonly constants: ArrayLike<number>;
}

/** A map without weights. */
export function emptyMap(horizon: number, reads: number): LinearMap {
  return { reads, weights: new Float64Array(horizon * reads), constants: new Float64Array(horizon) };
}

/** The forecasts [horizon] of the steps after the first `end` of `values`. */
export function applyMap(map: ReadonlyMap, values: ArrayLike<number>, end: number): Float64Array {
  const { reads, weights, constants } = map;
  return Float64Array.from(constants, (constant, k) => {
    let sum = constant;
    for (let lag = 0, at = k * reads; lag < reads; lag++) sum += weights[at + lag]! * values[end - 1 - lag]!;
    return sum;
  });
}

/**
 * The step whose value stands for step `at`, which may be before the first of `end`: the next one at the same time of a season,
 * or any of a series that is shorter than that.
 */
export function standIn(at: number, season: number, end: number): number {
  const cycle = Math.min(season, end);
  return at < 0 ? at + cycle * Math.ceil(-at / cycle) : at;
}

/** The mean of maps by shares that sum to 1. */
export function mixMaps(maps: readonly LinearMap[], shares: readonly number[]): LinearMap {
  const reads = Math.max(...maps.map((map) => map.reads));
  const horizon = maps[0]!.constants.length;
  const mixed = emptyMap(horizon, reads);
  maps.forEach((map, m) => {
    for (let k = 0; k < horizon; k++) {
      mixed.constants[k]! += shares[m]! * map.constants[k]!;
      for (let lag = 0; lag < map.reads; lag++)
        mixed.weights[k * reads + lag]! += shares[m]! * map.weights[k * map.reads + lag]!;
    }
  });
  return mixed;
}

/** A map of one step ahead, repeated: each step reads the forecasts of the steps before as if they were values. */
export function iterateMap({ reads, weights, constants }: LinearMap, horizon: number): LinearMap {
  const iterated = emptyMap(horizon, reads);
  for (let k = 0; k < horizon; k++) {
    let constant = constants[0]!;
    const row = iterated.weights.subarray(k * reads, (k + 1) * reads);
    for (let lag = 0; lag < reads; lag++) {
      const weight = weights[lag]!;
      const before = k - 1 - lag; // the step ahead that this lag reads; below 0 it is a value
      if (before < 0) {
        row[-1 - before]! += weight;
        continue;
      }
      constant += weight * iterated.constants[before]!;
      const earlier = iterated.weights.subarray(before * reads, (before + 1) * reads);
      for (let i = 0; i < reads; i++) row[i]! += weight * earlier[i]!;
    }
    iterated.constants[k] = constant;
  }
  return iterated;
}
