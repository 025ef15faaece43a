// Regression as a person uses it: made data, trained on, scored, used, resumed; and errors in files and flags.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { fine, objects, refused, temporaryFolder, unrolled } from "../../cli/run.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const made = async (name: string, ...count: string[]): Promise<string> =>
  write(name, (await fine("data", name, "--count", ...count)).stdout);
const small = ["--size", "8", "--steps", "60"];

describe("a row per step", () => {
  const model = at("core.safetensors");
  let csv = "";
  let training = "";

  beforeAll(async () => {
    csv = await made("batteries.csv", "30");
    const words = ["--sequence", "battery", "--target", "core", ...small, "--out", model];
    training = (await fine("regress", "train", csv, ...words, "--loss", "gaussian")).stderr;
  });

  test("is read with its gaps, which is said, and scored beside both baselines", () => {
    expect(training).toContain("series: column 'current,air'");
    expect(training).toContain('predicts core at every step (at "last": at the last step alone)');
    expect(training).toContain("train on 24 sequences, validate on 3, leave 3 for testing");
    expect(training).toContain("there are some in these columns of the series: 1, 2");
    expect(training).toMatch(/^update 25: validation .*, R² -?\d/mu);
    expect(training).toMatch(/^model +MAE +RMSE +R² +in 80 % intervals\nthis model .*\nmean .*\nlinear /mu);
  });

  test("is evaluated by the remembered columns, on the part that was left out", async () => {
    const { stdout, stderr } = await fine("eval", model, csv, "--json");
    expect(stderr).toContain("scored on the test part, 3 of 30");
    const [own, mean, linear] = objects(stdout);
    expect(own).toMatchObject({ model: "this model", sequences: 3, values: 360 });
    expect(own?.["coverage"]).toBeGreaterThan(0.3);
    expect(mean).toMatchObject({ model: "mean" });
    expect(linear?.["rmse"]).toBeLessThan(mean?.["rmse"] as number);
    const all = objects((await fine("eval", model, csv, "--part", "all", "--json")).stdout);
    expect(all[0]).toMatchObject({ sequences: 30, values: 3600 });
  });

  test("is predicted without its targets, step by step with intervals", async () => {
    const rows = readFileSync(csv, "utf8").split("\n").slice(0, 5);
    const bare = write("bare.csv", rows.map((row) => row.split(",").slice(0, 3).join(",")).join("\n"));
    const { stdout } = await fine("predict", model, bare);
    expect(stdout).toMatch(/^sequence +step +core +from +to\n1 +1 +[\d.]+ +-?[\d.]+ +[\d.]+\n/u);
    expect(stdout.trimEnd().split("\n")).toHaveLength(5);
    const [json] = objects((await fine("predict", model, bare, "--json")).stdout) as [
      { core: { deviations: number[] } },
    ];
    expect(json).toMatchObject({ sequence: "1" });
    expect(json.core.deviations).toHaveLength(4);
  });
});

describe("a row per sequence", () => {
  const model = at("sum.safetensors");
  let jsonl = "";

  beforeAll(async () => {
    jsonl = await made("adding.jsonl", "60");
    await fine("regress", "train", jsonl, "--target", "sum", "--loss", "quantiles", ...small, "--out", model);
  });

  test("gives one number each, with its quantiles", async () => {
    const { stdout } = await fine("predict", model, jsonl, "--json");
    const lines = objects(stdout) as { sum: { value: number; quantiles: Record<string, number> } }[];
    expect(lines).toHaveLength(60);
    for (const { sum } of lines) {
      expect(sum.quantiles["0.5"]).toBe(sum.value);
      expect(sum.quantiles["0.1"]).toBeLessThanOrEqual(sum.value);
      expect(sum.quantiles["0.9"]).toBeGreaterThanOrEqual(sum.value);
    }
    expect((await fine("predict", model, jsonl)).stdout).toMatch(/^sequence +sum +from +to\n1 +\d/u);
  });

  test("is said to be worse than the linear baseline, where it is", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7} ${i},${2 * i + (i % 7)}\n`);
    const csv = write("straight.csv", `series,load\n${rows.join("")}`);
    const few = ["--steps", "2", "--size", "4", "--out", at("few.safetensors")];
    const { stderr } = await fine("regress", "train", csv, ...few);
    expect(stderr).toContain(
      "linear regression is at least as good as the model, after only 2 updates; train longer",
    );
  });

  test("is resumed with the bits of a run that was not stopped", async () => {
    const words = ["regress", "train", jsonl, "--target", "sum", "--size", "4", "--split", "1"];
    await fine(...words, "--steps", "40", "--schedule", "constant", "--out", at("whole.safetensors"));
    const half = ["--steps", "20", "--schedule", "constant", "--resumable", "--out", at("half.safetensors")];
    await fine(...words, ...half);
    await fine(...words, "--resume", at("half.safetensors"), "--steps", "40");
    const [whole, resumed] = ["whole", "half"].map((name) => at(`${name}.safetensors`));
    const scores = async (path: string): Promise<string> =>
      (await fine("eval", path, jsonl, "--part", "all", "--json")).stdout;
    expect(await scores(resumed as string)).toBe(await scores(whole as string));
  });

  test("has several targets, scored each and together, and a place that is chosen", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i} ${i + 1} ${i + 2},${3 * i},${i % 5}\n`);
    const csv = write("two.csv", `series,load,heat\n${rows.join("")}`);
    const out = ["--out", at("two.safetensors"), ...small];
    const { stderr } = await fine("regress", "train", csv, "--target", "load,heat", "--at", "every", ...out);
    expect(stderr).toContain("predicts load, heat at every step");
    const { stdout } = await fine("eval", at("two.safetensors"), csv);
    expect(stdout).toMatch(
      /^this model, load .*\nthis model, heat .*\nthis model, mean of targets .*\nmean, load /mu,
    );
    expect(stdout).toContain("4 sequences, 12 targets of each name");
  });
});

test("the help shows the defaults, among them the budget in updates", async () => {
  const { stdout } = await fine("regress", "train", "--help");
  expect(stdout.replaceAll(/\s+/gu, " ")).toContain(
    "passes over the training data (default: 8, but 2000 updates or more)",
  );
  expect(stdout).toMatch(/--loss <name>[^]*?\(default:\s+"?squared/u);
});

test("a series of texts has symbols, and of numbers none", async () => {
  const csv = write("texts.csv", `text,price\n${"good,3\nvery bad,1\n".repeat(20)}`);
  const words = ["regress", "train", csv, "--unit", "word", "--embedding", "4", ...small, "--force"];
  const { stderr } = await fine(...words, "--out", at("texts.safetensors"));
  expect(stderr).toContain("target: column 'price'");
  const lines = write("new.txt", "good\nvery bad\n");
  expect((await fine("predict", at("texts.safetensors"), lines)).stdout).toMatch(
    /^sequence +price\n1 +[\d.]+\n2 /u,
  );
});

describe("wrong files and flags are refused", () => {
  const series = write("one.csv", `series,load\n${"1 2,3\n2 3,4\n".repeat(10)}`);
  test.each<[string, string[], string]>([
    [
      "a line",
      [write("line.csv", "series,load\n1 2,3\n1 x,4\n")],
      "line.csv, line 3: 'series' must be numbers",
    ],
    [
      "a gap in the targets",
      [write("gap.csv", `series,load\n1 2,3\n1 3,\n${"1 2,4\n".repeat(20)}`)],
      "gap.csv, line 3: load is missing; fill it in",
    ],
    [
      "symbols of series",
      [series, "--series", "series", "--unit", "word"],
      "series have no symbols, so --unit would do nothing",
    ],
    ["both kinds", [series, "--series", "series", "--text", "load"], "give one"],
    [
      "levels",
      [series, "--loss", "quantiles", "--quantiles", "0.1,0.9"],
      "--quantiles must be numbers between 0 and 1, with 0.5 among them",
    ],
    [
      "levels without their loss",
      [series, "--quantiles", "0.1,0.5"],
      'quantiles are for the loss "quantiles"',
    ],
    [
      "a loss",
      [series, "--loss", "mse"],
      "--loss must be one of squared, absolute, huber, gaussian, quantiles, not 'mse'",
    ],
    ["a target", [series, "--target", "lod"], "there is no column 'lod'; did you mean 'load'?"],
  ])("%s", async (_, words, message) => {
    const { code, stderr } = await unrolled(["regress", "train", ...words, "--out", at("none.safetensors")]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("bug in unrolled");
    expect(code).toBe(2);
  });

  test("a file of other columns", async () => {
    const other = write("other.csv", "values\n1 2\n");
    const model = at("one.safetensors");
    await fine("regress", "train", series, ...small, "--out", model);
    await refused(["predict", model, other], "other.csv: there is no column 'series'");
    await refused(
      ["predict", model, write("wide.csv", 'series\n"[[1, 2]]"\n')],
      "sequence 0: step 0 must have 1 numbers, not 2",
    );
  });
});
