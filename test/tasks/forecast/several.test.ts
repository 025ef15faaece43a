// One model of several series, and columns that are read beside those that are forecast.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { loadModel, saveModel } from "../../../src/checkpoint/model-files.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import type { TrainOptions } from "../../../src/tasks/train.ts";
import { forecast, type Forecaster } from "../../../src/tasks/forecast/forecast.ts";
import type { ForecastOptions } from "../../../src/tasks/forecast/design.ts";
import { predictionChart } from "../../../src/tasks/forecast/plots.ts";
import { seriesOf } from "../../../src/tasks/forecast/regular-series.ts";
import { readSeries, readSeriesFile } from "../../../src/tasks/forecast/series-files.ts";
import { shopsTable } from "../../../src/tasks/forecast/shops.ts";
import type { SeriesData, SeriesTable } from "../../../src/tasks/forecast/series.ts";
import { train } from "../../../src/tasks/train.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-several-"));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const device = wasmDevice({ threads: 1 });
afterAll(() => device.dispose());

async function trained(
  data: SeriesData,
  options: ForecastOptions = {},
  more: Partial<TrainOptions> = {},
): Promise<Forecaster> {
  const run = train(forecast({ horizon: 6, ...options }), data, { device, ...more });
  await run.finish();
  return run.best();
}
const maseOf = async (model: Forecaster): Promise<number> => (await model.score("test")).mase!;
const geometric = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

const day = (i: number): Date => new Date(Date.UTC(2020, 0, 1 + i));
const month = (i: number): Date => new Date(Date.UTC(2000, i));

/** Series of one shape and one kind of noise on levels from 10 to 10,000: 16 of 32 months, 4 of 120. */
function shops(seed: number): SeriesTable<"value">[] {
  const noise = randomStream(seed, 0);
  const shape = Array.from({ length: 12 }, () => noise.normal());
  return Array.from({ length: 20 }, (_, s) => {
    const steps = s < 16 ? 32 : 120;
    const level = 10 ** (1 + 3 * noise.uniform());
    let rest = 0;
    const value = Array.from({ length: steps }, (_step, i) => {
      rest = 0.6 * rest + 0.05 * noise.normal();
      return level * Math.exp(0.15 * shape[(120 - steps + i) % 12]! + rest);
    });
    return seriesOf({ time: value.map((_v, i) => month(120 - steps + i)), value }, { name: `shop ${s}` });
  });
}

describe("a model of several series", () => {
  test("forecasts short ones better than models of their own", async () => {
    const data = shops(1);
    const together = await (await trained(data)).score("test");
    expect(Object.keys(together.series!)).toEqual(data.map(({ name }) => name));
    const short = data.filter(({ times }) => times.length === 32);
    const ratios: number[] = [];
    for (const series of short)
      ratios.push(together.series![series.name!]!.mase! / (await maseOf(await trained(series))));
    expect(geometric(ratios)).toBeLessThan(0.8); // 0.57
  });

  test("says the same of a series in another unit, and of one that it has not seen", async () => {
    const [first, ...rest] = shops(2);
    const model = await trained([first!, ...rest], {}, { epochs: 2 });
    const path = join(folder, "shops.safetensors");
    await saveModel(path, model);
    const loaded = await loadModel(path, forecast);
    const rows = await model.predict([first!]);
    expect(await loaded.predict([first!])).toEqual(rows);
    expect(rows[0]).toMatchObject({ series: "shop 0", time: month(120) });
    const two = [first!, rest[0]!];
    const chart = predictionChart(two, await model.predict(two));
    for (const name of ["shop 0", "shop 1"]) expect(chart).toContain(name);
    const alone = await model.predict(first!);
    expect(alone.map(({ value }) => value)).toEqual(rows.map(({ value }) => value));
    expect(alone[0]).not.toHaveProperty("series");

    const { times, columns } = first!;
    const values = columns[0]!.values.map((value) => 1000 * value);
    const larger = seriesOf(
      { time: Array.from(times, (time) => new Date(time)), value: values },
      { name: "new" },
    );
    const again = await model.predict([larger]);
    // The scale of a new series is that of all its values, not of those that training saw.
    again.forEach(({ value }, k) => {
      expect(value.median / 1000 / rows[k]!.value.median).toBeGreaterThan(0.9);
      expect(value.median / 1000 / rows[k]!.value.median).toBeLessThan(1.1);
    });
    await expect(loaded.predict(seriesOf({ time: [month(0), month(1)], other: [1, 2] }))).rejects.toThrow(
      "the model reads a column 'value', and the series has only other",
    );
  });

  test("leaves out what is too short to be scored, with a note", async () => {
    const data = shops(3);
    const { times, columns } = data[0]!;
    const tiny = seriesOf(
      {
        time: Array.from(times.subarray(0, 3), (time) => new Date(time)),
        value: columns[0]!.values.subarray(0, 3),
      },
      { name: "tiny" },
    );
    const model = await trained([tiny, ...data], {}, { epochs: 1 });
    const { notes, series, baselines, mase } = await model.score("test");
    expect(notes[0]).toBe("too short to be scored: 1 of 21 series (tiny)");
    expect(notes[1]).toMatch(/^the linear baseline is left out for shop 0, .*11 more: it needs 55 steps/u);
    expect(series).not.toHaveProperty("tiny");
    expect(Object.keys(baselines)).not.toContain("linear");
    const all = Object.values(series!);
    expect(mase).toBeCloseTo(all.reduce((sum, score) => sum + score.mase!, 0) / all.length, 12);
    expect(await model.predict([tiny])).toHaveLength(6);
    await expect(model.score([tiny])).rejects.toThrow("give a longer series");
  });

  test("needs names, each once", async () => {
    const series = seriesOf({ time: [month(0), month(1)], value: [1, 2] });
    const named = { ...series, name: "a" };
    await expect(trained([series])).rejects.toThrow("each of several series needs a name");
    await expect(trained([named, named])).rejects.toThrow("two series are named 'a'");
    await expect(trained([])).rejects.toThrow("got an empty list");
  });
});

/** Days with a season of a week and the effect of a column that is known ahead. */
function driven(seed: number, steps: number, effect: number) {
  const noise = randomStream(seed, 1);
  let rest = 0;
  const driver = Array.from({ length: steps + 6 }, () => (noise.uniform() < 0.2 ? 1 : 0));
  const value = driver.map((on, i) => {
    rest = 0.5 * rest + noise.normal();
    return i < steps ? 100 + effect * on + 3 * Math.sin((2 * Math.PI * i) / 7) + rest : null;
  });
  return { time: value.map((_, i) => day(i)), value, driver };
}

describe("a column that is known ahead", () => {
  test.each([120, 400])("and drives a series of %i days halves the error", async (steps) => {
    const { time, value, driver } = driven(1, steps, 20);
    const without = await trained(seriesOf({ time: time.slice(0, steps), value: value.slice(0, steps) }));
    const series = seriesOf({ time, value, driver }, { future: ["driver"] });
    const used = await trained(series);
    expect((await maseOf(used)) / (await maseOf(without))).toBeLessThan(0.5); // 0.13, 0.39
    const rows = await used.predict(series);
    // Six days ahead, of which the driver says which are high.
    rows.forEach(({ value: { median } }, k) => expect(median > 110).toBe(driver[steps + k] === 1));
  });

  test("and means nothing does no harm", async () => {
    const ratios: number[] = [];
    for (const [seed, steps] of [60, 120, 200, 400, 60, 120].entries()) {
      const { time, value } = driven(seed + 1, steps, 0);
      const noise = randomStream(seed + 1, 2);
      const random = value.map(() => noise.normal());
      const without = await trained(seriesOf({ time: time.slice(0, steps), value: value.slice(0, steps) }));
      const used = await trained(seriesOf({ time, value, random }, { future: ["random"] }));
      ratios.push((await maseOf(used)) / (await maseOf(without)));
    }
    expect(geometric(ratios)).toBeLessThan(1.03);
  });

  test("may be texts, and is missed where it ends too early", async () => {
    const { time, value, driver } = driven(2, 120, 20);
    const feast = driver.map((on) => (on ? "Feast" : ""));
    const series = seriesOf({ time, value, feast }, { future: ["feast"] });
    const model = await trained(series, {}, { epochs: 1 });
    const rows = await model.predict(series);
    rows.forEach(({ value: { median } }, k) => expect(median > 110).toBe(driver[120 + k] === 1));
    const short = seriesOf(
      { time: time.slice(0, 123), value: value.slice(0, 123), feast: feast.slice(0, 123) },
      { future: ["feast"] },
    );
    await expect(model.predict(short)).rejects.toThrow(
      "the column 'feast' must be known ahead, and has no value at 2020-05-03T00:00:00Z to 2020-05-05T00:00:00Z; add rows after the last",
    );
    await expect(
      model.predict(seriesOf({ time: time.slice(0, 120), value: value.slice(0, 120) })),
    ).rejects.toThrow(
      "the model reads the future column 'feast', and the series lacks it; add it (--future)",
    );
  });

  test("is read step by step by a recursive model, unlike one of the past", async () => {
    const { time, value, driver } = driven(3, 80, 20);
    const series = seriesOf({ time, value, driver }, { future: ["driver"] });
    const recursive = { strategy: "recursive", distribution: "gaussian", size: 8 } as const;
    const model = await trained(series, recursive, { epochs: 60, rate: 0.02 });
    const rows = await model.predict(series, { calibrate: 0 });
    const mean = (on: number): number => {
      const own = rows.filter((_, k) => driver[80 + k] === on).map((row) => row.value.median);
      return own.reduce((sum, median) => sum + median, 0) / own.length;
    };
    expect(mean(1)).toBeGreaterThan(mean(0) + 8);
    const past = seriesOf(
      { time: time.slice(0, 80), value: value.slice(0, 80), x: driver.slice(0, 80) },
      { past: ["x"] },
    );
    await expect(trained(past, recursive)).rejects.toThrow("columns of the past");
  });
});

test("a column of the past that runs ahead is used", async () => {
  const noise = randomStream(1, 3);
  let level = 0;
  const lead = Array.from({ length: 200 }, () => (level = 0.9 * level + noise.normal()));
  const value = lead.map((_, i) => 50 + 3 * (lead[i - 3] ?? 0) + 0.5 * noise.normal());
  const time = value.map((_, i) => day(i));
  const without = await maseOf(await trained(seriesOf({ time, value }), { horizon: 3 }));
  const used = await maseOf(
    await trained(seriesOf({ time, value, lead }, { past: ["lead"] }), { horizon: 3 }),
  );
  expect(used / without).toBeLessThan(0.8); // 0.5
});

test("holidays that one shop lacks are none", async () => {
  const rows = ["a,feast", "b,"].map((shop) =>
    [0, 1, 2].map((i) => `${day(i).toISOString().slice(0, 10)},${shop},${i}`),
  );
  const path = write("rare.csv", `day,shop,holiday,sold\n${rows.flat().join("\n")}\n`);
  const data = await readSeries(path, { series: "shop", value: "sold", future: "holiday" });
  expect(data.map(({ future }) => future)).toEqual(
    ["feast", ""].map((label) => [{ name: "holiday", labels: [label, label, label] }]),
  );
  await expect(readSeries(path, { series: "shop", value: "sold", futureFile: path })).rejects.toThrow(
    "(--future)",
  );
});

test("made shops are read and forecast better than any baseline does", async () => {
  const path = write("made.csv", shopsTable(6, 1));
  const data = await readSeries(path, {
    series: "shop",
    value: "sold",
    future: "holiday",
    statics: "region",
  });
  expect(data.map(({ times, future }) => [times.length, future![0]!.name])).toEqual(
    Array(6).fill([120, "holiday"]),
  );
  const { mase, baselines } = await (await trained(data, {}, { epochs: 2 })).score("test");
  expect(mase).toBeLessThan(0.7 * Math.min(...Object.values(baselines).map((errors) => errors.mase!))); // 0.52
});

describe("a table of several series", () => {
  const table = write(
    "shops.csv",
    `day,shop,region,sold,promo\n${Array.from({ length: 40 }, (_, i) =>
      ["a,east", "b,west"]
        .map(
          (shop, s) =>
            `${day(i).toISOString().slice(0, 10)},${shop},${i < 38 ? 10 * (s + 1) + i : ""},${i % 2}\n`,
        )
        .join(""),
    ).join("")}`,
  );
  const columns = { series: "shop", value: "sold", future: "promo", statics: "region" } as const;

  test("is read in the order of the names, with what is known ahead", async () => {
    const [a, b, ...more] = await readSeries(table, columns);
    expect(more).toEqual([]);
    expect(a).toMatchObject({ name: "a", frequency: { unit: "day", every: 1 } });
    expect([a!.times.length, a!.columns[0]!.values[37], b!.columns[0]!.values[0]]).toEqual([38, 47, 20]);
    expect(b!.statics).toEqual([{ name: "region", labels: ["west"] }]);
    expect(b!.future).toEqual([
      { name: "promo", values: Float64Array.from({ length: 40 }, (_, i) => i % 2) },
    ]);
  });

  test("in order and with a step keeps its times unread, which is said", async () => {
    const { notes } = await readSeriesFile(table, { ...columns, every: "day" });
    expect(notes).toEqual(["column 'day' has times, which are not read, since the step is given"]);
  });

  test("may have what is to come in another table", async () => {
    const ahead = write(
      "promo.csv",
      `day,promo\n${Array.from(
        { length: 6 },
        (_, i) =>
          `${day(38 + i)
            .toISOString()
            .slice(0, 10)},1\n`,
      ).join("")}`,
    );
    const text = (rows: number): string =>
      `day,sold,promo\n${Array.from({ length: rows }, (_, i) => `${day(i).toISOString().slice(0, 10)},${i},0\n`).join("")}`;
    const main = write("main.csv", text(38));
    const { future } = await readSeries(main, { value: "sold", future: "promo", futureFile: ahead });
    expect(future).toEqual([
      { name: "promo", values: Float64Array.from([...Array(38).fill(0), 1, 1, 1, 1, 1, 1]) },
    ]);
    const one = write("one.csv", "day,promo\n2020-02-08,1\n");
    const { future: next } = await readSeries(main, { value: "sold", future: "promo", futureFile: one });
    expect(next).toEqual([{ name: "promo", values: Float64Array.from([...Array(38).fill(0), 1]) }]);
    const early = write("early.csv", text(30).replaceAll(",promo", ",other"));
    await expect(readSeries(early, { value: "sold", future: "promo", futureFile: ahead })).rejects.toThrow(
      "the column 'promo' has no value at 2020-01-01; add it to one of the two tables",
    );
  });

  test.each([
    [{ value: "sold" }, "line 3: 2020-01-01 must occur only once, but is on line 2, too", "(--series shop)"],
    [{ ...columns, statics: "sold" }, "'sold' is forecast, so it is read, too", "name it once"],
    [
      { series: "shop", value: "sold", statics: "promo", missing: "fill" },
      "column 'promo' must stay the same in a series, but is '0' and '1'",
      "--past",
    ],
    [{ ...columns, series: "shopp" }, "there is no column 'shopp'", "'shop'"],
    [{ value: "sold", statics: "region" }, "what stays the same tells series apart", "--series"],
  ])("%o is refused", async (settings, problem, remedy) => {
    const reading = readSeries(table, settings as typeof columns);
    await expect(reading).rejects.toThrow(problem);
    await expect(reading).rejects.toThrow(remedy);
  });
});

const panel = fileURLToPath(new URL("../../../../shared/data/cases/42-panel/long.csv", import.meta.url));
test.skipIf(!existsSync(panel))("two shops in one file are two series, as its folder has them", async () => {
  const [north, south, ...more] = await readSeries(panel, { series: "store" });
  expect([more.length, north!.name, south!.name]).toEqual([0, "north", "south"]);
  for (const { times, frequency } of [north!, south!]) {
    expect([times.length, frequency]).toEqual([150, { unit: "month", every: 1 }]);
  }
  const model = await trained([north!, south!], { horizon: 3 }, { epochs: 1 });
  const rows = await model.predict([north!, south!]);
  // Both are straight lines.
  expect(rows.map((row) => Math.round(row["value"]!.median))).toEqual([250, 251, 252, 450, 447, 444]);
  await expect(readSeries(panel)).rejects.toThrow("name the column that tells them apart (--series store)");
});
