// The command that `train` prints at its end works as it stands, for every task: columns, repairs and folders are remembered.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { fine, objects, refused, temporaryFolder } from "./run.ts";
import { sentences } from "./text.ts";

const folder = temporaryFolder();
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const out = (name: string): string[] => ["--force", "--out", join(folder, `${name}.safetensors`)];
const tiny = ["--size", "6", "--steps", "2"];

/** Trains, and runs the last command that is printed, word by word. */
async function follow(words: string[], expected: string): Promise<string> {
  const { stderr } = await fine(...words);
  const command = stderr.trimEnd().split("\n").at(-1) ?? "";
  expect(command).toMatch(/^ {2}unrolled /u);
  const [, ...next] = command.trim().split(" ");
  expect(next[0]).toBe(expected);
  return (await fine(...next)).stdout;
}

test("of a text", async () => {
  const text = write("text.txt", sentences(2000));
  const small = [...tiny, "--batch", "4", "--window", "10"];
  expect(await follow(["train", text, ...small, ...out("text")], "sample")).toHaveLength(501);
  expect(await follow(["language", "train", text, ...small, ...out("text")], "sample")).toHaveLength(501);
});

const reviews = ["good film,5", "bad film,1", "so good,5", "so bad,1"].join("\n");

test("of a table, whose columns are found, said and remembered", async () => {
  const table = write("reviews.csv", `review,stars,place\n${reviews.replaceAll(/$/gmu, ",here")}\n`);
  const words = ["classify", "train", table, ...tiny, "--split", "1"];
  await refused(words, "name one (--label) of review, stars, place");
  const stdout = await follow([...words, "--text", "review", "--label", "stars", ...out("stars")], "predict");
  expect(stdout).toMatch(/^[15]\t0\.\d{3}\tgood film\n/u);
  expect((await fine("eval", join(folder, "stars.safetensors"), table)).stdout).toContain("this model");
  const two = write("two.csv", `review,label\n${reviews}\n`);
  const { stderr } = await fine("classify", "train", two, ...tiny, "--split", "1", ...out("two"));
  expect(stderr).toContain("text: column 'review'\n");
});

test("of a folder, which is scored, since predict takes texts", async () => {
  mkdirSync(join(folder, "words"));
  for (const label of ["ab", "cd"]) write(`words/${label}.txt`, `${label}\n`.repeat(10));
  const stdout = await follow(["classify", "train", join(folder, "words"), ...tiny, ...out("words")], "eval");
  expect(stdout).toContain("this model");
});

test("of a forecast, whose columns and repairs are remembered", async () => {
  const days = Array.from({ length: 60 }, (_, i) => {
    const day = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
    return i === 20 ? [] : [`${day},${10 + (i % 7)}`];
  });
  const csv = write("sales.csv", `day,sold\n${days.flat().join("\n")}\n`);
  const shape = ["--context", "7", "--horizon", "3", "--gaps", "fill", ...tiny];
  const { stderr } = await fine("forecast", "train", csv, ...shape, ...out("sales"));
  expect(stderr).toContain("time: column 'day', value: column 'sold'\n");
  const stdout = await follow(["forecast", "train", csv, ...shape, ...out("sales")], "predict");
  expect(stdout).toMatch(/^time +sold 0\.1 +sold 0\.5 +sold 0\.9\n2024-03-01 /u);
});

test("of tags, pairs and pieces", async () => {
  const tags = write("names.conll", "in O\nParis LOC\n\nat O\nRome LOC\n\nof O\nOslo LOC\n");
  expect(await follow(["tag", "train", tags, ...tiny, "--split", "1", ...out("tag")], "predict")).toMatch(
    /^in\t(O|LOC)\n/u,
  );
  const pairs = write("pairs.txt", "ab\tba\ncd\tdc\n");
  const stdout = await follow(
    ["translate", "train", pairs, ...tiny, "--split", "1", ...out("pairs")],
    "predict",
  );
  expect(stdout.split("\n")).toHaveLength(3);
  const pieces = write("pieces.json", JSON.stringify({ train: [[[60], [64]], [[62]]] }));
  const { stderr } = await fine("music", "train", pieces, ...tiny, "--split", "1", ...out("music"));
  expect(stderr).toContain(`unrolled predict ${join(folder, "music.safetensors")}\n`);
});

test("of captions, which are scored, since predict takes images", async () => {
  await fine("caption", "shapes", join(folder, "shapes"), "--count", "6");
  const captions = join(folder, "shapes/captions.json");
  const words = [
    "caption",
    "train",
    captions,
    ...tiny,
    "--embedding",
    "4",
    "--split",
    "1",
    ...out("caption"),
  ];
  expect(await follow(words, "eval")).toContain("this model");
});

test("a short run with many validations prints few of them", async () => {
  const text = write("short.txt", "abcd".repeat(30));
  const words = ["--size", "4", "--batch", "2", "--window", "10", "--epochs", "40", ...out("short")];
  const { stderr, stdout } = await fine("train", text, ...words, "--json");
  const validations = objects(stdout).filter((line) => line["event"] === "validation");
  expect(validations.length).toBeGreaterThanOrEqual(40);
  const plain = (await fine("train", text, ...words)).stderr;
  expect(plain.match(/: validation /gu)?.length).toBeLessThan(10);
  expect(stderr).not.toContain(": validation ");
});

test("settings come from a YAML or JSON file; the command line overrides them; the model file keeps them", async () => {
  const text = write("config.txt", sentences(1500));
  const yaml = write("run.yaml", "size: 6\nsave-every: 1\nbatch: 4\nwindow: 10\nsteps: 3\nsplit: 0.8\n");
  const json = write("run.json", JSON.stringify({ size: 6, batch: 4, window: 10, steps: 9, split: "0.8" }));
  const typed = ["--size", "6", "--batch", "4", "--window", "10", "--steps", "3", "--split", "0.8"];
  await fine("train", text, ...typed, ...out("typed"));
  await fine("train", text, "--config", yaml, ...out("yaml"));
  await fine("train", text, "--config", json, "--steps", "3", ...out("json"));
  const info = async (name: string): Promise<Record<string, unknown>> => {
    const [line] = objects((await fine("info", join(folder, `${name}.safetensors`), "--json")).stdout);
    return line as Record<string, unknown>;
  };
  const { settings, task, training } = await info("typed");
  expect(task).toBe("language");
  expect(training).toMatchObject({ step: 3 });
  expect(settings).toMatchObject({
    size: "6",
    steps: "3",
    split: "0.8",
    bptt: "10",
    cell: "lstm",
    seed: "1",
  });
  expect(settings).not.toHaveProperty("out");
  expect((await info("yaml"))["settings"]).toEqual(settings);
  expect((await info("json"))["settings"]).toEqual(settings);
  const weights = (name: string): unknown =>
    decodeSafetensors(readFileSync(join(folder, `${name}.safetensors`))).tensors;
  expect(weights("yaml")).toEqual(weights("typed"));
  expect(weights("json")).toEqual(weights("typed"));
  const shown = (await fine("info", join(folder, "typed.safetensors"))).stdout;
  for (const row of [
    "task +language",
    "cell +lstm",
    "bptt +10",
    "split +0.8",
    "weight-decay +0",
    "updates +3",
  ])
    expect(shown).toMatch(new RegExp(`^  ${row}$`, "mu"));
});

test.each([
  ["sise: 6\n", "this command has no setting 'sise'; did you mean 'size'?"],
  ["horizon: 6\n", "this command has no setting 'horizon'"],
  ["size: [6]\n", "size must be a text or a number, as the option is typed, not [6]"],
  ["tied: yes\n", 'tied must be true or false, not "yes"'],
  ["size: 0\n", "--size must be a whole number, 1 or more, not '0'"],
  ["just words\n", "expected a setting per line, such as size: 64"],
  ["a: b: c\n", "write it as YAML or JSON"],
])("a settings file with %j is refused", async (content, message) => {
  const text = write("config.txt", sentences(1500));
  await refused(["train", text, "--config", write("wrong.yaml", content), ...out("wrong")], message);
});
