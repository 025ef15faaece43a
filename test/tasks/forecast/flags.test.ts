// Forecasts as the command line makes them: what its flags read, print and write, and what they refuse.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modelOfVersion2 } from "../../../src/checkpoint/version-2.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import type { Report, UseContext } from "../../../src/tasks/command.ts";
import { taskCommands } from "../../../src/tasks/flags.ts";
import { forecastCommand } from "../../../src/tasks/forecast/flags.ts";
import { forecast, type Forecaster } from "../../../src/tasks/forecast/forecast.ts";
import type { SeriesTable } from "../../../src/tasks/forecast/series.ts";
import type { Given } from "../../../src/tasks/shared/flags.ts";
import { train } from "../../../src/tasks/train.ts";
import { shop, shopCsv } from "./shop.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-forecast-flags-"));
const csv = join(folder, "shop.csv");
writeFileSync(csv, shopCsv(120));
afterAll(() => rmSync(folder, { recursive: true }));

const device = wasmDevice({ threads: 1 });
afterAll(() => device.dispose());

interface Told {
  readonly said: string[];
  readonly files: Record<string, string | Uint8Array>;
}

function contextOf(given: Given, { said, files }: Told): UseContext {
  return {
    say: (line) => said.push(line),
    status: () => {},
    out: async () => {},
    write: async (path, content) => void (files[path] = content),
    given,
    modelPath: "shop.safetensors",
  };
}

async function use(part: "evaluate" | "predict", model: Forecaster, given: Given): Promise<Report & Told> {
  const told: Told = { said: [], files: {} };
  const { flags, run } = forecastCommand[part];
  const report = await run(model, csv, flags.parse(given), contextOf(given, told));
  return { ...report, ...told };
}

const small = { context: "24", horizon: "6", size: "4" };

/** Reads and trains as the command line does. */
async function trained(given: Given): Promise<Forecaster> {
  const { flags, read, options } = forecastCommand.train;
  const values = flags.parse({ ...small, ...given });
  const { data } = await read(csv, values, { seed: 1 }, contextOf(given, { said: [], files: {} }));
  const task = forecast({ ...(options(values, given) as object), size: 4 });
  const run = train(task, data as SeriesTable, { epochs: 2, device });
  await run.finish();
  return run.best();
}

test("the command is in the list, with flags of its own and columns that are remembered", () => {
  expect(taskCommands.map(({ kind }) => kind)).toContain("forecast");
  const { hasEmbedding, defaults, flags } = forecastCommand.train;
  expect({ hasEmbedding, defaults }).toEqual({ hasEmbedding: false, defaults: { cell: "gru", size: 32 } });
  expect(flags.parse({})).toEqual({
    sort: false,
    gaps: "error",
    missing: "error",
    duplicates: "error",
    horizon: 12,
    calendar: false,
    quantiles: [0.1, 0.5, 0.9],
    distribution: "quantiles",
    strategy: "direct",
  });
  for (const part of ["evaluate", "predict"] as const)
    expect(forecastCommand[part].remembered).toEqual(
      "time timeFormat every start frequency sort gaps missing duplicates series past future static".split(
        " ",
      ),
    );
});

test("the columns that were found are told and kept", async () => {
  const { flags, read } = forecastCommand.train;
  const told: Told = { said: [], files: {} };
  const reading = (given: Given): ReturnType<typeof read> =>
    read(csv, flags.parse(given), { seed: 1 }, contextOf(given, told));
  const { data, found } = await reading({ value: "sold, kept" });
  expect(data).toEqual(shop(120));
  expect(found).toEqual({ time: "month", value: "sold,kept" });
  expect(told.said).toEqual(["time: column 'month'"]);
  await reading({ time: "month", value: "sold" });
  expect(told.said).toHaveLength(1);
});

test("flags out of range are refused", () => {
  const { flags } = forecastCommand.train;
  expect(() => flags.parse({ distribution: "normal", strategy: "both", quantiles: "0.1,0.9" })).toThrow(
    /--quantiles must be numbers between 0 and 1, with 0\.5 .*\n.*--distribution must be one of quantiles, gaussian, not 'normal'\n.*--strategy must/u,
  );
  expect(() => forecastCommand.evaluate.flags.parse({ plot: "past.png" })).toThrow(
    "--plot must name a .svg file",
  );
  expect(() => forecastCommand.predict.flags.parse({ csv: "next.txt" })).toThrow(
    "--csv must name a .csv file",
  );
  expect(() => forecastCommand.predict.flags.parse({ paths: "0" })).toThrow(
    "--paths must be a whole number, 1 or more, not '0'",
  );
});

describe("a direct model", () => {
  let model: Forecaster;
  beforeAll(async () => {
    model = await trained({ value: "sold", seasonalDifference: "12", log: true });
  });

  test("is backtested", async () => {
    const { json, text, files, said } = await use("evaluate", model, { plot: "past.svg" });
    const table = await model.backtest(await dataOf());
    expect(json).toEqual(
      Object.entries(table).map(([name, row]) => ({ model: name, ...row, origins: 19, horizon: 6 })),
    );
    expect(text).toMatch(/^model +MASE +sMAPE +CRPS +in 80 % intervals\nthis model /u);
    expect(text).toContain("\n19 origins from 1998-01-01, 6 steps each; a season is 12 steps");
    expect(said).toEqual([]);
    expect(files["past.svg"]).toContain("<title>sold: 6 steps ahead, and the actual values</title>");
    const { json: fewer } = await use("evaluate", model, {
      origins: "2",
      stride: "3",
      period: "6",
      calibrate: "0",
    });
    expect(fewer[0]).toMatchObject({ model: "this model", origins: 2 });
    const long = await use("evaluate", model, { period: "120" });
    expect(long.said).toEqual([
      "MASE is left out: a season is 120 steps, and there are 96 before the first forecast; another period (--period) may give it",
      "the seasonal naive baseline is left out: it needs 126 steps to fit, and there are 96",
      "the seasonal naive with drift baseline is left out: it needs 126 steps to fit, and there are 96",
      "the linear baseline is left out: it needs 487 steps to fit, and there are 96",
    ]);
    expect(long.text).toMatch(/^model +MASE .*\nthis model +– +\d+\.\d{3} .*\nnaive +– /u);
    expect(long.json[0]).toMatchObject({ model: "this model", mase: undefined, origins: 19 });
  });

  test("has errors that can be read in any unit", async () => {
    const [before = "", ...lines] = shopCsv(120).trim().split("\n");
    const inUnit = (unit: number): string =>
      [
        before,
        ...lines.map((line) =>
          line
            .split(",")
            .map((cell, i) => (i === 1 ? String(Number(cell) * unit) : cell))
            .join(","),
        ),
      ].join("\n");
    const small = join(folder, "small.csv");
    writeFileSync(small, inUnit(1e-12));
    const { flags, run } = forecastCommand.evaluate;
    const { text } = await run(model, small, flags.parse({}), contextOf({}, { said: [], files: {} }));
    expect(text).toMatch(/\nseasonal naive +\d+\.\d{3} +\d+\.\d{3} +\d\.\d{3}e-12 /u);
  });

  test("forecasts, and writes the forecast as a table and as a chart", async () => {
    const { json, text, files } = await use("predict", model, { csv: "next.csv", plot: "next.svg" });
    const rows = await model.predict(await dataOf());
    expect(json).toEqual(
      rows.map(({ time, sold: { quantiles } }) => ({
        time: time.toISOString().slice(0, 10),
        "sold 0.1": quantiles["0.1"],
        "sold 0.5": quantiles["0.5"],
        "sold 0.9": quantiles["0.9"],
      })),
    );
    expect(text).toMatch(/^time +sold 0\.1 +sold 0\.5 +sold 0\.9\n2000-01-01 /u);
    const lines = String(files["next.csv"]).trim().split("\n");
    expect(lines).toHaveLength(7);
    expect(lines[0]).toBe("time,sold 0.1,sold 0.5,sold 0.9");
    expect(lines[1]).toBe(Object.values(json[0]!).join(","));
    expect(files["next.svg"]).toContain("<title>sold: the next 6 steps</title>");
  });

  test("draws no paths", async () => {
    for (const given of [{ paths: "5" }, { seed: "2" }])
      for (const part of ["evaluate", "predict"] as const)
        await expect(use(part, model, given)).rejects.toThrow(
          "shop.safetensors forecasts all steps at once and draws no paths; leave out --" +
            Object.keys(given)[0],
        );
  });

  async function dataOf(): Promise<SeriesTable<"sold">> {
    const { columns, ...series } = shop(120);
    return { ...series, columns: [{ name: "sold", values: columns[0]!.values }] };
  }
});

test("a recursive model draws other paths by another seed", async () => {
  const model = await trained({ value: "sold,kept", strategy: "recursive", distribution: "gaussian" });
  const predict = async (given: Given): Promise<readonly object[]> =>
    (await use("predict", model, { calibrate: "0", paths: "9", ...given })).json;
  const [first, other, few] = [
    await predict({}),
    await predict({ seed: "2" }),
    await predict({ paths: "1" }),
  ];
  expect(other[0]).toEqual(first[0]); // the first step is not drawn
  expect(other[5]).not.toEqual(first[5]);
  expect(few[5]).toMatchObject({ "kept 0.9": (few[5] as Record<string, number>)["kept 0.1"] });
  const { json, text } = await use("evaluate", model, { calibrate: "0", paths: "9", origins: "2" });
  expect(json.map((row) => (row as { model: string }).model)).toEqual(
    ["sold", "kept"].flatMap((name) =>
      ["this model", "naive", "seasonal naive", "seasonal naive with drift", "linear", "theta"].map(
        (title) => `${name}: ${title}`,
      ),
    ),
  );
  expect(text).toContain("2 origins from 1999-06-01");
});

test("settings of version 0.1.0 are found under the names of today", () => {
  const notes = {
    train: JSON.stringify({ time: "month", lag: "12", levels: "0.1,0.5,0.9" }),
    judged: "883612800000",
  };
  expect(modelOfVersion2({ notes, task: { kind: "forecast" } })).toMatchObject({
    metadata: {
      settings: { time: "month", seasonalDifference: "12", quantiles: "0.1,0.5,0.9" },
      data: { kind: "time", from: 883612800000 },
    },
  });
});
