// Recursive forecasts: what was drawn of the next step is read to forecast the one after, along many paths at once.
import { addPeriods } from "./frequency.ts";
import { invertScaling, type Scaling } from "./scaling.ts";
import type { Series } from "./series.ts";
import { randomStream, streams, type RandomStream } from "../../base/random.ts";
import { createRunner, type Runner, type SequenceResult } from "../../infer/runner.ts";
import { eventLoopTurns } from "../../run/turn.ts";
import { empiricalQuantiles } from "./empirical-quantiles.ts";
import { distributionReader, scoresOf } from "./distribution.ts";
import { calendarOf, columnNamed, rowsBefore, type ScaledSeries } from "./examples.ts";
import { seriesInput, type ForecastTask } from "./forecaster.ts";
import type { TaskModel } from "../shared/model.ts";
import { repeated } from "../../infer/repeated.ts";

export interface PathSettings {
  readonly paths: number;
  readonly seed: number;
}

/** Rows of a run: paths of several origins side by side. */
const mostRows = 2048;

/**
 * By origin and column [levels][horizon], in the series' own units: of the first step the network's own quantiles, of the
 * others those of the paths. What an origin draws depends on the seed and on it alone. Throws where a path grows without
 * bounds.
 */
export async function quantilesOfPaths(
  model: TaskModel<ForecastTask>,
  series: Series,
  scaled: ScaledSeries,
  origins: readonly number[],
  settings: PathSettings,
): Promise<Float64Array[][][]> {
  const { task, network, device, store } = model;
  const { paths } = settings;
  const side = Math.min(origins.length, Math.max(1, Math.floor(mostRows / paths)));
  const made = { network, device, parameters: store };
  const reader = await createRunner({ ...made, rows: side, steps: task.context });
  const walker = await createRunner({ ...made, rows: side * paths, steps: 1 });
  const found: Float64Array[][][] = [];
  try {
    for (let from = 0; from < origins.length; from += side) {
      const own = origins.slice(from, from + side);
      const begun = await readContexts(task, reader, scaled, own);
      const walked = await walk(task, walker, series, scaled, own, begun, settings);
      own.forEach((origin, i) => {
        found.push(
          task.columns.map((name, j) => {
            const history = columnNamed(series, name).subarray(0, origin);
            return quantilesOf(task, walked, i, j, history, paths);
          }),
        );
      });
    }
  } finally {
    reader.dispose();
    walker.dispose();
  }
  return found;
}

/** What the network says after each origin's context, [origins, readout], and the states it is in. */
interface Begun {
  readonly readout: Float64Array;
  readonly states: SequenceResult["final"];
}

async function readContexts(
  task: ForecastTask,
  reader: Runner,
  scaled: ScaledSeries,
  origins: readonly number[],
): Promise<Begun> {
  const [rows, { context }, { width }] = [origins.length, task, scaled];
  const values = new Float32Array(context * rows * width); // [context, rows, width]
  origins.forEach((origin, row) => {
    const own = rowsBefore(task, scaled, origin);
    for (let t = 0; t < context; t++)
      values.set(own.subarray(t * width, (t + 1) * width), (t * rows + row) * width);
  });
  const { outputs, final } = await reader.run({ inputs: { [seriesInput]: values }, rows, steps: context });
  const readout = outputs["readout"] as Float64Array;
  return { readout: readout.subarray((readout.length / context) * (context - 1)), states: final };
}

/** On the scale of the network. */
interface Walked {
  /** [origins, columns, paths, horizon] */
  readonly drawn: Float64Array;
  /** [origins, columns, levels] of the first step. */
  readonly first: Float64Array;
}

async function walk(
  task: ForecastTask,
  walker: Runner,
  series: Series,
  scaled: ScaledSeries,
  origins: readonly number[],
  begun: Begun,
  { paths, seed }: PathSettings,
): Promise<Walked> {
  const { horizon, frequency, columns } = task;
  const rows = origins.length * paths;
  const distribution = distributionReader(task);
  const drawn = new Float64Array(rows * columns.length * horizon);
  const streamOf = (origin: number): RandomStream =>
    randomStream(seed, streams.sampling, origin * paths * columns.length * horizon * 2);
  const draws = origins.map(streamOf);
  const values = new Float32Array(rows * scaled.width);
  let readout = repeated(begun.readout, origins.length, paths);
  let states: Begun["states"] = Object.fromEntries(
    Object.entries(begun.states).map(([name, own]) => [name, repeated(own, origins.length, paths)]),
  );
  const turns = eventLoopTurns();
  for (let k = 0; ; k++) {
    const width = readout.length / rows;
    const times = origins.map((origin) => addPeriods(series.start, frequency, origin + k + 1));
    const calendar = calendarOf(task, times);
    const further = calendar.length / origins.length;
    for (let row = 0; row < rows; row++) {
      const [i, path] = [Math.floor(row / paths), row % paths];
      for (let j = 0; j < columns.length; j++) {
        const value = distribution(readout, row * width, 0, j)((draws[i] as RandomStream).normal());
        if (!Number.isFinite(value)) throw unbounded(origins[i] as number, k, horizon);
        drawn[((i * columns.length + j) * paths + path) * horizon + k] = value;
        values[row * scaled.width + j] = value;
      }
      values.set(calendar.subarray(i * further, (i + 1) * further), row * scaled.width + columns.length);
    }
    if (k + 1 === horizon) return { drawn, first: firstQuantiles(task, begun.readout, origins.length) };
    const said = await walker.run({ inputs: { [seriesInput]: values }, rows, steps: 1, initial: states });
    readout = said.outputs["readout"] as Float64Array<ArrayBuffer>;
    states = said.final;
    await turns();
  }
}

function unbounded(origin: number, k: number, horizon: number): Error {
  return new Error(
    `forecast: a path from step ${origin} grew without bounds at step ${k + 1} of ${horizon}; train the model longer or ` +
      "at a lower rate, or with the direct strategy",
  );
}

/** [origins, columns, levels] of the step that follows what was read. */
function firstQuantiles(task: ForecastTask, readout: Float64Array, origins: number): Float64Array {
  const { columns, levels } = task;
  const [distribution, scores] = [distributionReader(task), scoresOf(levels)];
  const width = readout.length / origins;
  const quantiles = new Float64Array(origins * columns.length * levels.length);
  for (let own = 0; own < origins * columns.length; own++) {
    const [i, j] = [Math.floor(own / columns.length), own % columns.length];
    quantiles.set(scores.map(distribution(readout, i * width, 0, j)), own * levels.length);
  }
  return quantiles;
}

/** [levels][horizon] of an origin and a column, by their numbers. Paths are put in the series' units as wholes. */
function quantilesOf(
  { columns, levels, horizon, scalings }: ForecastTask,
  { drawn, first }: Walked,
  origin: number,
  column: number,
  history: Float64Array,
  paths: number,
): Float64Array[] {
  const own = origin * columns.length + column;
  const scaling = scalings[column] as Scaling;
  const inverted = Array.from({ length: paths }, (_, path) => {
    const from = (own * paths + path) * horizon;
    return invertScaling(scaling, history, drawn.subarray(from, from + horizon));
  });
  const quantiles = levels.map(() => new Float64Array(horizon));
  for (let k = 0; k < horizon; k++) {
    const values =
      k === 0
        ? levels.map(
            (_, q) =>
              invertScaling(scaling, history, [first[own * levels.length + q] as number])[0] as number,
          )
        : empiricalQuantiles(
            inverted.map((path) => path[k] as number),
            levels,
          );
    quantiles.forEach((level, q) => (level[k] = values[q] as number));
  }
  return quantiles;
}
