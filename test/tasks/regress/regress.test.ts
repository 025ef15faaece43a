// Regressions as programs: trained, scored, used, saved and loaded; and wrong data refused.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { batterySeries, loadModel, openModel, regress, saveModel, train } from "unrolled/node";
import type { RegressItem, Regressor, RegressOptions, TrainOptions } from "unrolled/node";
import { randomStream } from "../../../src/base/random.ts";
import { waveSeries } from "../../../src/tasks/regress/made.ts";
import { fastDevice } from "../../fast-device.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-regress-"));
afterAll(() => rmSync(folder, { recursive: true }));

const device = fastDevice();
const wrong = (value: unknown): never => value as never;

async function trained(
  items: readonly RegressItem[],
  options: RegressOptions,
  settings: TrainOptions,
): Promise<Regressor> {
  const run = train(regress(options), items, { device, ...settings });
  await run.finish();
  return run.best();
}

/** Series of three to eight steps, and the sum of the squares of the first channel. */
const squares = (seed: number, count: number): RegressItem[] => {
  const random = randomStream(seed, 9);
  return Array.from({ length: count }, () => {
    const steps = 3 + Math.floor(6 * random.uniform());
    const value = Array.from({ length: steps }, () => [random.normal(), random.normal()]);
    return { value, target: value.reduce((sum, [x = 0]) => sum + x * x, 0) };
  });
};

describe("a regression", () => {
  test("of whole series is better than both baselines, and the same when saved and loaded", async () => {
    const model = await trained(squares(1, 400), { size: 16 }, { steps: 400 });
    const score = await model.score("test");
    expect(score.sequences).toBe(40);
    expect(score.r2).toBeGreaterThan(0.9);
    expect(score.baselines.mean.r2).toBeLessThan(0.01);
    expect(score.baselines.linear.r2).toBeLessThan(score.r2 ?? 0);
    const path = join(folder, "squares.safetensors");
    await saveModel(path, model);
    const loaded = await loadModel(path, regress);
    expect(loaded).toMatchObject({ kind: "regress", targets: ["target"], at: "last", loss: "squared" });
    const [item] = squares(2, 1) as [RegressItem];
    expect(await loaded.predict([item.value])).toEqual(await model.predict([item.value]));
    // A loaded model has its baselines, too.
    expect(await loaded.score(squares(2, 20))).toEqual(await model.score(squares(2, 20)));
    expect((await openModel(path)).kind).toBe("regress");
    const parts = await loaded.parts(squares(1, 400));
    expect(parts.test).toHaveLength(40);
    expect(await loaded.score(parts.test ?? [])).toEqual(score);
    await expect(loaded.parts(squares(1, 399))).rejects.toThrow("these are not the data");
  });

  test("at every step of series with gaps follows what is fed in, with targets missing at some steps", async () => {
    const items = Array.from({ length: 150 }, (_, i) => {
      const { value, target } = batterySeries(1, i);
      return {
        value: value.slice(0, 40),
        target: { core: target.core.slice(0, 40).map((c, t) => (t % 3 ? c : NaN)) },
      };
    });
    const model = await trained(items, { size: 24 }, { steps: 300 });
    expect(model.at).toBe("every");
    const score = await model.score("test");
    expect(score.values).toBe(15 * 26);
    expect(score.r2).toBeGreaterThan(0.95);
    expect(score.r2).toBeGreaterThan(score.baselines.linear.r2 ?? 1);
    const [estimates] = await model.predict([items[0]?.value ?? []]);
    expect(estimates.core?.values).toHaveLength(40);
    expect(estimates.core?.value).toBe(estimates.core?.values.at(-1));
    // Forward alone, so a step depends on none after it.
    const [cut] = await model.predict([items[0]?.value.slice(0, 20) ?? []]);
    cut.core?.values.forEach((value, t) => expect(value).toBeCloseTo(estimates.core?.values[t] as number, 3));
  });

  test("sees the steps after a target, and lets its baseline see them, where it reads in both directions", async () => {
    const random = randomStream(8, 9);
    const items = Array.from({ length: 120 }, () => {
      const value = Array.from({ length: 12 }, () => random.normal());
      return { value, target: { next: value.map((_, t) => value[t + 1] ?? NaN) } };
    });
    const settings = { steps: 150 } as const;
    const forward = await (await trained(items, { size: 8 }, settings)).score("test");
    const both = await (await trained(items, { size: 8, bidirectional: true }, settings)).score("test");
    expect(forward.values).toBe(12 * 11);
    expect(forward.r2).toBeLessThan(0.1);
    expect(forward.baselines.linear.r2).toBeLessThan(0.1);
    expect(both.r2).toBeGreaterThan(0.8);
    expect(both.baselines.linear.r2).toBeGreaterThan(0.99);
  });

  test("predicts intervals that cover about what they should", async () => {
    for (const loss of ["gaussian", "quantiles"] as const) {
      const random = randomStream(3, 9);
      const items = Array.from({ length: 500 }, () => {
        const [x, spread] = [random.normal(), 0.2 + random.uniform()];
        return {
          value: [
            [x, spread],
            [0, 0],
          ],
          target: { y: 3 * x + spread * random.normal() },
        };
      });
      const model = await trained(items, { size: 16, loss }, { steps: 400, split: "0.6/0.1/0.3" });
      const { coverage } = await model.score("test");
      expect(model.intervals).toBeCloseTo(0.8, 12);
      expect(coverage, loss).toBeGreaterThan(0.68);
      expect(coverage, loss).toBeLessThan(0.92);
      const [narrow, wide] = await model.predict([
        [
          [0, 0.2],
          [0, 0],
        ],
        [
          [0, 1.2],
          [0, 0],
        ],
      ]);
      const width = ({ y }: typeof narrow): number =>
        y?.deviations?.[0] ?? (y?.quantiles?.["0.9"]?.[0] as number) - (y?.quantiles?.["0.1"]?.[0] as number);
      expect(width(wide), loss).toBeGreaterThan(2 * width(narrow));
    }
  });

  test.each(["absolute", "huber"] as const)("is trained by the loss %s", async (loss) => {
    const model = await trained(squares(4, 200), { size: 8, loss }, { steps: 150 });
    const { mae, baselines } = await model.score("test");
    expect(mae).toBeLessThan(baselines.mean.mae);
    expect(model.intervals).toBeUndefined();
  });

  test("predicts several targets, each on its own scale, and reads texts", async () => {
    const items = Array.from({ length: 120 }, (_, i) => {
      const value = "ab".repeat(1 + (i % 5)) + "c".repeat(i % 4);
      return { value, target: { length: 1e6 * value.length, cs: i % 4 } };
    });
    const model = await trained(items, { size: 16 }, { steps: 200, batch: 16 });
    const score = await model.score("test");
    expect(model.targets).toEqual(["length", "cs"]);
    expect(score.targets["length"]?.r2).toBeGreaterThan(0.9);
    expect(score.targets["cs"]?.r2).toBeGreaterThan(0.9);
    expect(score.mae).toBeCloseTo(
      ((score.targets["length"]?.mae ?? 0) + (score.targets["cs"]?.mae ?? 0)) / 2,
      3,
    );
    await expect(model.predict(wrong([[1, 2]]))).rejects.toThrow("sequence 0: it must be a text");
  });

  test("of a wave's frequency beats a linear regression on all of its steps", async () => {
    const waves = Array.from({ length: 300 }, (_, i) => waveSeries(1, i));
    const model = await trained(waves, { size: 24 }, { steps: 300 });
    const { r2, baselines } = await model.score("test");
    expect(r2).toBeGreaterThan(0.98);
    expect(baselines.linear.r2).toBeLessThan(0.95);
  });

  test("has a budget in updates, validates between them, and stops when it no longer improves", async () => {
    const run = train(regress({ size: 4 }), squares(1, 40), { device });
    const { options } = await run.prepare();
    // 32 sequences for training are one update per pass.
    expect(options.budget).toEqual({ epochs: 2000 });
    expect(options).toMatchObject({ validateEvery: 25, patience: 20, schedule: { kind: "cosine" } });
    run.dispose();
    const random = train(regress({ size: 4 }), squares(1, 40), { device, patience: 2, steps: 2000 });
    let [best, last] = [0, 0];
    for await (const event of random) {
      if (event.kind === "validation" && event.best) best = event.step;
      last = event.step;
    }
    expect(last - best).toBe(last < 2000 ? 50 : 2000 - best);
    expect((await random.best()).metadata.trained?.updates).toBe(best);
  });
});

test("predictions scale with the units of inputs and targets, wherever these begin", async () => {
  const items = squares(6, 60);
  const fit = (data: readonly RegressItem[]): Promise<Regressor> =>
    trained(data, { size: 6 }, { steps: 12, batch: 16 });
  const [plain, fresh] = [await fit(items), squares(7, 5)];
  const expected = await plain.predict(fresh.map(({ value }) => value));
  const score = await plain.score(fresh);
  // Offsets are in units of the scale, since others would be more than the digits of a number can hold.
  const scale = fc.integer({ min: -9, max: 9 }).map((power) => 10 ** power);
  const offset = fc.constantFrom(0, -3, 1000);
  await fc.assert(
    fc.asyncProperty(scale, offset, scale, offset, async (a, b, c, d) => {
      const turned = (data: readonly RegressItem[]): RegressItem[] =>
        data.map(({ value, target }) => ({
          value: (value as number[][]).map((step) => step.map((x) => a * (x + b))),
          target: c * ((target as number) + d),
        }));
      const model = await fit(turned(items));
      const found = await model.predict(turned(fresh).map(({ value }) => value));
      found.forEach(({ target }, i) => {
        const back = (target?.value ?? NaN) / c - d;
        expect(Math.abs(back - (expected[i]?.target?.value ?? NaN))).toBeLessThan(1e-3);
      });
      const { baselines, r2 } = await model.score(turned(fresh));
      expect(r2).toBeCloseTo(score.r2 ?? NaN, 3);
      expect(baselines.linear.r2).toBeCloseTo(score.baselines.linear.r2 ?? NaN, 4);
    }),
    { numRuns: 12 },
  );
});

describe("wrong data and options", () => {
  const few = { device, steps: 2, split: "1" } as const;
  const begin = (items: unknown, options: RegressOptions = { size: 3 }): Promise<unknown> =>
    trained(wrong(items), options, few);

  test.each<[string, unknown, string]>([
    ["no list", "good", 'regress: expected a list of items with value, got "good"'],
    ["no value", [{ target: 1 }], "regress, item 0: value must be a text or a list, not undefined"],
    ["no target", [{ value: [1] }], "sequence 0: target must be finite numbers, not undefined"],
    [
      "another kind",
      [
        { value: [1], target: 1 },
        { value: "a", target: 1 },
      ],
      "sequence 1: it must be numbers",
    ],
    [
      "another width",
      [
        { value: [[1, 2]], target: 1 },
        { value: [[1]], target: 1, place: "b" },
      ],
      "b: step 0 must have 2 numbers, not 1",
    ],
    [
      "an empty series",
      [
        { value: [1], target: 1 },
        { value: [], target: 1 },
      ],
      "sequence 1: the sequence is empty",
    ],
    ["infinity", [{ value: [1, Infinity], target: 1 }], "step 1 must be 1 finite numbers"],
    [
      "a missing target",
      [{ value: [1, 2], target: NaN, place: "x.csv, line 2" }],
      "x.csv, line 2: target is missing; fill it in",
    ],
    ["other lengths", [{ value: [1, 2], target: [1, 2, 3] }], "sequence 0: target has 3 numbers for 2 steps"],
  ])("%s", async (_, items, message) => {
    await expect(begin(items)).rejects.toThrow(message);
  });

  test.each<[unknown, string]>([
    [{ los: "huber" }, "regress: there is no option 'los'; did you mean 'loss'?"],
    [{ loss: "l2" }, "loss must be one of squared, absolute, huber, gaussian, quantiles"],
    [{ at: "end" }, "at must be one of last, every"],
    [
      { loss: "quantiles", quantiles: [0.1, 0.9] },
      "the quantiles must have 0.5, which is the prediction, not only 0.1, 0.9",
    ],
    [{ loss: "quantiles", quantiles: [0.5, 90] }, "a quantile must be between 0 and 1, not 90"],
    [{ quantiles: [0.5] }, 'quantiles are for the loss "quantiles"; choose it, or leave them out'],
    [{ size: 0 }, "size must be a whole number, 1 or more, not 0"],
  ])("%j", (options, message) => {
    expect(() => regress(wrong(options))).toThrow(message);
  });

  test("a damaged part of a model file is refused, naming the field", async () => {
    const { spec } = await (await trained(squares(1, 20), { size: 3 }, few)).file();
    expect(regress.check(spec)).toEqual(spec);
    const damaged =
      (part: object): (() => unknown) =>
      () =>
        regress.check({ ...spec, ...part });
    expect(damaged({ at: "end" })).toThrow("task, at: ");
    expect(damaged({ loss: "quantiles" })).toThrow(
      "the numbers of targets, levels, channels and weights do not fit",
    );
    expect(damaged({ targets: ["a", "b"] })).toThrow("do not fit");
    expect(damaged({ scale: { mean: [0], deviation: [0] } })).toThrow("task, scale.deviation.0");
    expect(damaged({ more: 1 })).toThrow("the file is damaged, copy or save it again");
  });

  test("a loaded model has no parts, and scores no empty list", async () => {
    const model = await trained(squares(1, 20), { size: 3 }, few);
    await expect(model.score([])).rejects.toThrow("there are no sequences; give one or more");
    await expect(model.score("test")).rejects.toThrow("without a part 'test'");
    await expect(model.predict(wrong("abc"))).rejects.toThrow("predict: expected a list");
  });
});
