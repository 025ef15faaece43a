// Forecasts on the command line: normal distributions and recursive ones, several series, plots.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { fine, objects, refused, temporaryFolder, unrolled, type Result } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

const csv = at("shop.csv");
const stream = randomStream(5, 2);
const rows = Array.from({ length: 144 }, (_, i) => {
  const month = `${1990 + Math.floor(i / 12)}-${String(1 + (i % 12)).padStart(2, "0")}`;
  const season = Math.sin((Math.PI * i) / 6);
  return `${month},${200 + i + 40 * season + 5 * stream.normal()},${20 - 8 * season + stream.normal()}\n`;
});
writeFileSync(csv, `time,sold,warmth\n${rows.join("")}`);

const small = ["--context", "24", "--horizon", "6", "--size", "12", "--epochs", "30"];
const train = (...words: string[]): Promise<Result> => fine("forecast", "train", csv, ...small, ...words);

type Row = Readonly<Record<string, number>>;
const json = async (...words: string[]): Promise<Row[]> =>
  objects((await fine(...words, "--json")).stdout) as Row[];

describe.each([
  ["gaussian", "direct"],
  ["gaussian", "recursive"],
  ["quantiles", "recursive"],
])("%s, %s", (output, strategy) => {
  const model = at(`${output}-${strategy}.safetensors`);

  beforeAll(async () => {
    const words = [
      "--value",
      "sold,warmth",
      "--seasonal-difference",
      "12",
      "--calendar",
      "--quantiles",
      "0.05,0.25,0.5,0.75,0.95",
    ];
    await train(...words, "--distribution", output, "--strategy", strategy, "--out", model);
  });

  test("is better than naive forecasts, and its intervals cover what they should", async () => {
    const found = await json("eval", model, csv);
    expect(found.map((row) => row["model"])).toEqual(
      ["sold", "warmth"].flatMap((name) =>
        ["this model", "naive", "seasonal naive", "seasonal naive with drift", "linear", "theta"].map(
          (title) => `${name}: ${title}`,
        ),
      ),
    );
    for (const own of [found[0], found[6]]) {
      expect(own).toMatchObject({ horizon: 6, origins: 24 });
      expect(own?.["coverage"]).toBeGreaterThan(0.75);
    }
    expect(found[0]?.["mase"]).toBeLessThan(0.5 * (found[1]?.["mase"] as number));
  });

  test("predicts its quantiles in order, the same each time", async () => {
    const found = await json("predict", model, csv);
    expect(found).toHaveLength(6);
    for (const row of found) {
      for (const name of ["sold", "warmth"]) {
        const own = [0.05, 0.25, 0.5, 0.75, 0.95].map((level) => row[`${name} ${level}`] as number);
        expect(own.toSorted((a, b) => a - b)).toEqual(own);
      }
    }
    expect(await json("predict", model, csv)).toEqual(found);
  });

  test("plots actual values, intervals and baselines, one panel per series", async () => {
    const [next, past] = [at(`${output}-${strategy}-next.svg`), at(`${output}-${strategy}-past.svg`)];
    await fine("forecast", "predict", model, csv, "--plot", next);
    await fine("forecast", "eval", model, csv, "--plot", past);
    const [first, second] = [next, past].map((path) => readFileSync(path, "utf8"));
    for (const svg of [first, second])
      for (const label of [
        "sold",
        "warmth",
        "actual",
        "median",
        "quantiles 0.05 to 0.95",
        "quantiles 0.25 to 0.75",
      ])
        expect(svg).toContain(`>${label}</text>`);
    expect(first).not.toContain(">linear</text>");
    for (const baseline of ["naive", "seasonal naive", "linear"])
      expect(second).toContain(`>${baseline}</text>`);
    // The last origin, and those a horizon and two before.
    expect(second?.match(/stroke-dasharray="1 3"/gu)).toHaveLength(3 * 2);
  });
});

test("another seed draws other paths, and their number may be given", async () => {
  const model = at("gaussian-recursive.safetensors");
  const raw = ["predict", model, csv, "--calibrate", "0"];
  const [own, other, few] = [
    await json(...raw),
    await json(...raw, "--seed", "2"),
    await json(...raw, "--paths", "1"),
  ];
  expect(other[0]).toEqual(own[0]); // the next step is not drawn
  expect(other[5]).not.toEqual(own[5]);
  expect(few[5]?.["sold 0.05"]).toBe(few[5]?.["sold 0.95"]);
});

test("resumes where it was stopped, with the same bits", async () => {
  const [whole, parts] = [at("whole.safetensors"), at("parts.safetensors")];
  const words = ["--value", "sold", "--distribution", "gaussian", "--strategy", "recursive"];
  await train(...words, "--out", whole);
  let interrupts = 0;
  const first = await unrolled(["forecast", "train", csv, ...small, ...words, "--out", parts], {
    onTalk: (said, interrupt) => {
      if (said.includes("validation loss") && interrupts++ === 0) interrupt();
    },
  });
  expect(first.code).toBe(130);
  await fine("forecast", "train", csv, "--resume", parts, "--resumable");
  expect(await json("predict", parts, csv)).toEqual(await json("predict", whole, csv));
  await refused(
    ["forecast", "train", csv, "--resume", parts, "--strategy", "direct"],
    "--strategy was recursive",
  );
});

test("refuses options that would do nothing", async () => {
  const model = at("gaussian-direct.safetensors");
  const training = ["forecast", "train", csv, "--value", "sold", ...small, "--out", at("none.safetensors")];
  await refused(
    [...training, "--distribution", "normal"],
    "--distribution must be one of quantiles, gaussian, not 'normal'",
  );
  await refused(
    [...training, "--strategy", "both"],
    "--strategy must be one of direct, recursive, not 'both'",
  );
  await refused(
    ["predict", model, csv, "--paths", "50"],
    "gaussian-direct.safetensors forecasts all steps at once and draws no paths; leave out --paths",
  );
  await refused(["predict", model, csv, "--seed", "2"], "leave out --seed");
  const recursive = at("gaussian-recursive.safetensors");
  await refused(
    ["predict", recursive, csv, "--paths", "0"],
    "--paths must be a whole number, 1 or more, not '0'",
  );
  await refused(["predict", model, csv, "--plot", at("next.png")], "--plot must name a .svg file");
  await refused(["eval", model, csv, "--plot", at("past.png")], "--plot must name a .svg file");
  expect(["none.safetensors", "next.png", "past.png"].filter((name) => existsSync(at(name)))).toEqual([]);
});
