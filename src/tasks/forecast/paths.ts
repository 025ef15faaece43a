// Recursive forecasts: a draw from the predicted next step is read to predict the one after, along many paths at once.
import { randomStream, streams, type RandomStream } from "../../base/random.ts";
import { repeatRows } from "../../infer/repeat-rows.ts";
import type { SequenceResult, Session } from "../../infer/session.ts";
import { readoutOf } from "../../model/readout.ts";
import { eventLoopTurns } from "../../run/turn.ts";
import { seriesInput, type ForecastSpec } from "./design.ts";
import { distributionReader, normalScores } from "./distribution.ts";
import { empiricalQuantiles } from "./empirical-quantiles.ts";
import { featuresAfter, rowsBefore, type ScaledSeries } from "./examples.ts";
import { invertScaling, type Scaling } from "./scaling.ts";
import { columnValues, type SeriesTable } from "./series.ts";

export interface PathSettings {
  readonly paths: number;
  readonly seed: number;
}

/** The most paths side by side, of several origins together. */
const mostRows = 2048;

/**
 * By origin and column [levels][horizon], in the series' units: for the first step the network's own quantiles, for the
 * others those of the paths. The draws of an origin depend on nothing but the seed and the origin. Throws where a path
 * grows without bounds.
 */
export async function quantilesOfPaths(
  { spec, open }: { readonly spec: ForecastSpec; readonly open: () => Session },
  series: SeriesTable,
  scaled: ScaledSeries,
  origins: readonly number[],
  settings: PathSettings,
): Promise<Float64Array[][][]> {
  const { paths } = settings;
  const side = Math.min(origins.length, Math.max(1, Math.floor(mostRows / paths)));
  // One session reads few rows of many steps, the other takes many rows one step further.
  const [reader, walker] = [open(), open()];
  const forecasts: Float64Array[][][] = [];
  try {
    for (let from = 0; from < origins.length; from += side) {
      const chunk = origins.slice(from, from + side);
      const start = await readContexts(spec, reader, scaled, chunk);
      const walked = await walk(spec, walker, series, scaled, chunk, start, settings);
      chunk.forEach((origin, i) => {
        forecasts.push(
          spec.columns.map((name, j) => {
            const history = columnValues(series, name).subarray(0, origin);
            return quantilesOf(spec, walked, i, j, history, paths);
          }),
        );
      });
    }
  } finally {
    reader.dispose();
    walker.dispose();
  }
  return forecasts;
}

/** The network after the contexts of several origins. */
interface PathStart {
  readonly readout: Float64Array; // [origins, readout]
  readonly states: SequenceResult["final"];
}

async function readContexts(
  spec: ForecastSpec,
  reader: Session,
  scaled: ScaledSeries,
  origins: readonly number[],
): Promise<PathStart> {
  const [rows, { lag, width }] = [origins.length, scaled];
  const context = Math.min(spec.context, ...origins.map((origin) => origin - lag));
  const values = new Float32Array(context * rows * width); // [context, rows, width]
  origins.forEach((origin, row) => {
    const before = rowsBefore(scaled, origin, context);
    for (let t = 0; t < context; t++)
      values.set(before.subarray(t * width, (t + 1) * width), (t * rows + row) * width);
  });
  const { outputs, final } = await reader.sequence({
    inputs: { [seriesInput]: values },
    rows,
    steps: context,
  });
  const readout = outputs[readoutOf(reader.network)] as Float64Array;
  return { readout: readout.subarray((readout.length / context) * (context - 1)), states: final };
}

/** Values on the network's scale. */
interface WalkedPaths {
  readonly draws: Float64Array; // [origins, columns, paths, horizon]
  /** Quantiles of the first step. */
  readonly first: Float64Array; // [origins, columns, levels]
}

async function walk(
  spec: ForecastSpec,
  walker: Session,
  series: SeriesTable,
  scaled: ScaledSeries,
  origins: readonly number[],
  start: PathStart,
  { paths, seed }: PathSettings,
): Promise<WalkedPaths> {
  const { horizon, columns } = spec;
  const features = featuresAfter(spec, series);
  const rows = origins.length * paths;
  const distributionOf = distributionReader(spec);
  const draws = new Float64Array(rows * columns.length * horizon);
  // A normal draw takes two random numbers.
  const noise = origins.map((origin) =>
    randomStream(seed, streams.sampling, origin * paths * columns.length * horizon * 2),
  );
  const values = new Float32Array(rows * scaled.width);
  let readout = repeatRows(start.readout, origins.length, paths);
  let states: PathStart["states"] = Object.fromEntries(
    Object.entries(start.states).map(([name, state]) => [name, repeatRows(state, origins.length, paths)]),
  );
  const turns = eventLoopTurns();
  for (let k = 0; ; k++) {
    const width = readout.length / rows;
    const after = origins.map((origin) => features.at(origin + k));
    for (let row = 0; row < rows; row++) {
      const [i, path] = [Math.floor(row / paths), row % paths];
      for (let j = 0; j < columns.length; j++) {
        const value = distributionOf(readout, row * width, 0, j)((noise[i] as RandomStream).normal());
        if (!Number.isFinite(value)) throw unboundedPath(origins[i] as number, k, horizon);
        draws[((i * columns.length + j) * paths + path) * horizon + k] = value;
        values[row * scaled.width + j] = value;
      }
      values.set(after[i] as Float64Array, row * scaled.width + columns.length);
    }
    if (k + 1 === horizon) return { draws, first: firstQuantiles(spec, start.readout, origins.length) };
    const { outputs, final } = await walker.sequence({
      inputs: { [seriesInput]: values },
      rows,
      steps: 1,
      initial: states,
    });
    readout = outputs[readoutOf(walker.network)] as Float64Array<ArrayBuffer>;
    states = final;
    await turns();
  }
}

function unboundedPath(origin: number, k: number, horizon: number): Error {
  return new Error(
    `forecast: a path from step ${origin} grew without bounds at step ${k + 1} of ${horizon}; train the model longer or ` +
      "at a lower rate, or with the direct strategy",
  );
}

/** Quantiles of the step after the contexts, [origins, columns, levels]. */
function firstQuantiles(spec: ForecastSpec, readout: Float64Array, origins: number): Float64Array {
  const { columns, levels } = spec;
  const [distributionOf, scores] = [distributionReader(spec), normalScores(levels)];
  const width = readout.length / origins;
  const quantiles = new Float64Array(origins * columns.length * levels.length);
  for (let row = 0; row < origins * columns.length; row++) {
    const [i, j] = [Math.floor(row / columns.length), row % columns.length];
    quantiles.set(scores.map(distributionOf(readout, i * width, 0, j)), row * levels.length);
  }
  return quantiles;
}

/** The quantiles of one column after one origin, [levels][horizon]. Paths are put in the series' units as wholes. */
function quantilesOf(
  { columns, levels, horizon, scalings }: ForecastSpec,
  { draws, first }: WalkedPaths,
  origin: number,
  column: number,
  history: Float64Array,
  paths: number,
): Float64Array[] {
  const row = origin * columns.length + column;
  const scaling = scalings[column] as Scaling;
  const inverted = Array.from({ length: paths }, (_, path) => {
    const from = (row * paths + path) * horizon;
    return invertScaling(scaling, history, draws.subarray(from, from + horizon));
  });
  const firstStep = levels.map((_, q) => {
    return invertScaling(scaling, history, [first[row * levels.length + q] as number])[0] as number;
  });
  const quantiles = levels.map(() => new Float64Array(horizon));
  for (let k = 0; k < horizon; k++) {
    const pathValues = inverted.map((path) => path[k] as number);
    const values = k === 0 ? firstStep : empiricalQuantiles(pathValues, levels);
    quantiles.forEach((level, q) => (level[k] = values[q] as number));
  }
  return quantiles;
}
