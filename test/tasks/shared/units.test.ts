// What a task learns does not depend on the unit of its numbers: scaled by a power of two, one channel at a time, all bits of
// the answers are the same; by any other factor, the answers are as right.
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import { classify } from "../../../src/tasks/classify/classify.ts";
import type { LabelledItem } from "../../../src/tasks/classify/design.ts";
import { forecast } from "../../../src/tasks/forecast/forecast.ts";
import { seriesOf } from "../../../src/tasks/forecast/regular-series.ts";
import { type SeriesTable } from "../../../src/tasks/forecast/series.ts";
import { tag } from "../../../src/tasks/tag/tag.ts";
import type { Model, Task } from "../../../src/tasks/task.ts";
import { train, type TrainOptions } from "../../../src/tasks/train.ts";
import { kept, months, sold } from "../forecast/shop.ts";

const device = wasmDevice({ threads: 1 });
afterAll(() => device.dispose());

type Rows = readonly (readonly number[])[];

/** Two channels whose signs are a pattern of each sequence's own; the second is never far from 1. */
const sequences: readonly Rows[] = Array.from({ length: 24 }, (_, s) =>
  Array.from({ length: 8 }, (_, t) => [
    ((s * 7 + t * 3) % 11) - 5,
    1 + (((s + t * (1 + (s % 2))) % 5) - 2) / 100,
  ]),
);

/** A sequence with one channel in another unit. */
const inUnit = (rows: Rows, channel: number, unit: number): number[][] =>
  rows.map((row) => row.map((value, j) => (j === channel ? value * unit : value)));

async function trained<D, M extends Model<D, unknown>>(
  task: Task<D, M>,
  data: D,
  options: TrainOptions,
): Promise<M> {
  const run = train(task, data, { device, ...options });
  await run.finish();
  const model = await run.latest();
  run.dispose();
  return model;
}

/** Powers of two from 1e-13 to 1e9. */
const powers = fc.integer({ min: -43, max: 29 }).map((power) => 2 ** power);
const channels = fc.constantFrom(0, 1);

const labelled = (channel: number, unit: number): LabelledItem[] =>
  sequences.map((rows, s) => ({ value: inUnit(rows, channel, unit), label: s % 2 ? "odd" : "even" }));

async function classified(channel: number, unit: number, training: TrainOptions): Promise<object> {
  const items = labelled(channel, unit);
  const model = await trained(classify({ size: 6 }), items, { ...training, split: 1 });
  const answers = await model.predict(items.map(({ value }) => value));
  model.dispose();
  return { answers: answers.map(({ label, probabilities }) => ({ label, probabilities })) };
}

test("classes", async () => {
  const expected = await classified(0, 1, { steps: 3 });
  await fc.assert(
    fc.asyncProperty(channels, powers, async (channel, unit) => {
      expect(await classified(channel, unit, { steps: 3 })).toEqual(expected);
    }),
    { numRuns: 6 },
  );
});

test.each([1e-13, 1e-7, 3e-6, 1e9])(
  "classes that are told from one channel, in units of %d",
  async (unit) => {
    const items = labelled(1, unit);
    const model = await trained(classify({ size: 12 }), items, {
      epochs: 80,
      rate: 0.02,
      split: 1,
      batch: 8,
    });
    expect((await model.score(items)).accuracy).toBe(1);
    model.dispose();
  },
);

test("tags", async () => {
  const tagged = async (channel: number, unit: number): Promise<object> => {
    const items = sequences.map((rows) => ({
      value: inUnit(rows, channel, unit),
      tags: rows.map(([first = 0]) => (first > 0 ? "up" : "down")),
    }));
    const model = await trained(tag({ size: 6 }), items, { steps: 3, split: 1 });
    const answers = await model.predict(items.map(({ value }) => value));
    model.dispose();
    return answers.map(({ tags, probabilities }) => ({ tags, probabilities }));
  };
  const expected = await tagged(0, 1);
  await fc.assert(
    fc.asyncProperty(channels, powers, async (channel, unit) => {
      expect(await tagged(channel, unit)).toEqual(expected);
    }),
    { numRuns: 6 },
  );
});

const series = (channel: number, unit: number): SeriesTable<"sold" | "kept"> =>
  seriesOf({
    time: months(96),
    sold: sold(96).map((value) => (channel === 0 ? value * unit : value)),
    kept: kept(96).map((value) => (channel === 1 ? value * unit : value)),
  });

test("forecasts, and their scores beside the baselines", async () => {
  const forecasts = async (channel: number, unit: number, seasonalDifference: number): Promise<object> => {
    const data = series(channel, unit);
    // Logarithms turn a factor into a sum, which is rounded.
    const task = forecast({ horizon: 3, context: 12, size: 6, seasonalDifference, log: false });
    const model = await trained(task, data, { steps: 3 });
    const rows = await model.predict(data);
    const { columns } = await model.score(data);
    model.dispose();
    const units = { sold: channel === 0 ? unit : 1, kept: channel === 1 ? unit : 1 };
    const errorsOf = (name: "sold" | "kept"): object => {
      const { baselines, ...own } = columns[name]!;
      return Object.entries({ own, ...baselines }).map(([title, row]) => ({
        title,
        ...row,
        crps: row.crps / units[name],
        winkler: (row.winkler as number) / units[name],
      }));
    };
    return {
      rows: rows.map((row) => [row.sold.median / units.sold, row.kept.median / units.kept]),
      errors: [errorsOf("sold"), errorsOf("kept")],
    };
  };
  for (const difference of [0, 12]) {
    const expected = await forecasts(0, 1, difference);
    await fc.assert(
      fc.asyncProperty(channels, powers, async (channel, unit) => {
        expect(await forecasts(channel, unit, difference)).toEqual(expected);
      }),
      { numRuns: 5 },
    );
  }
});
