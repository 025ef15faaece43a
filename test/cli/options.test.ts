// Options over all commands: the same word means the same, old words answer with new ones, each model shows what it takes,
// and shells complete them.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { taskCommands } from "../../src/tasks/flags.ts";
import { flagOf, type Flags } from "../../src/tasks/shared/flags.ts";
import { fine, refused, temporaryFolder, unrolled } from "./run.ts";
import { sentences } from "./text.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  writeFileSync(at("text.txt"), sentences(1500));
  writeFileSync(at("table.csv"), "text,label\nab,x\nba,y\n");
  const tiny = ["--size", "4", "--steps", "1"];
  const small = [...tiny, "--batch", "2", "--window", "5"];
  await fine("train", at("text.txt"), ...small, "--out", at("text.safetensors"));
  const one = ["--split", "1", "--out", at("label.safetensors")];
  await fine("classify", "train", at("table.csv"), ...tiny, ...one);
});

const commands = taskCommands.flatMap(({ kind, train, evaluate, predict }) => [
  { name: `${kind} train`, flags: train.flags },
  { name: `${kind} eval`, flags: evaluate.flags },
  { name: `${kind} predict`, flags: predict.flags },
]) as { name: string; flags: Flags<unknown> }[];

/** What an option says in the help of each command that has it. */
async function helpTexts(option: string): Promise<string[]> {
  const texts = await Promise.all(
    [["sample"], ...commands.map(({ name }) => name.split(" "))].map(async (words) => {
      const { stdout } = await fine(...words, "--help");
      const [, text] = new RegExp(`^ {2}${option} ((?:.*)(?:\\n {10,}.*)*)`, "mu").exec(stdout) ?? [];
      return text?.replaceAll(/\s+/gu, " ").trim();
    }),
  );
  return texts.filter((text) => text !== undefined);
}

test.each([
  ["--seed", "<n> random seed (default: 1)"],
  [
    "--part",
    "<part> part to score, as training divided the file: all, train, validation, test (default: the part that training left out)",
  ],
  ["--device", "<name> device: auto, native, wasm, reference (default: auto)"],
  ["--json", "print results as JSON, one object per line"],
])("%s says the same in every command that has it", async (option, text) => {
  const texts = await helpTexts(option);
  expect(texts.length).toBeGreaterThan(5);
  expect([...new Set(texts)]).toEqual([text]);
});

test("the options of a task have one meaning in its commands, and every one is described", () => {
  for (const { name, flags } of commands) {
    const described = Object.values(flags.fields).map((field) => field.description ?? "");
    expect(described.filter((text) => text.length < 8)).toEqual([]);
    const [task] = name.split(" ") as [string];
    for (const other of commands.filter((command) => command.name.startsWith(`${task} `))) {
      for (const [option, field] of Object.entries(flags.fields)) {
        // The network that a captioner is trained with, and where it lies now; plots of different values.
        if (option === "encoder" || option === "plot") continue;
        const same = other.flags.fields[option];
        if (same) expect([option, same.description]).toEqual([option, field.description]);
      }
    }
  }
});

test("help fits 80 columns, also without a terminal", async () => {
  for (const words of [
    [],
    ["train"],
    ["sample"],
    ["cells"],
    ...commands.map(({ name }) => name.split(" ")),
  ]) {
    const { stdout } = await fine(...words, "--help");
    const [help = ""] = stdout.split("\nExamples:");
    const wide = help.split("\n").filter((line) => line.length > 80 && !line.startsWith("Results go to"));
    expect(wide).toEqual([]);
  }
});

test("short forms take what the task's own commands take", async () => {
  const options = async (...words: string[]): Promise<string> =>
    (await fine(...words, "--help")).stdout.split("\n").slice(1).join("\n");
  expect(await options("train")).toBe(await options("language", "train"));
  expect(await options("sample")).toBe(await options("language", "predict"));
  expect(await options("train")).toContain("--bptt <n>");
  const { stdout } = await fine("language", "--help");
  for (const row of ["train", "eval", "predict", "help"])
    expect(stdout).toMatch(new RegExp(`^  ${row} `, "mu"));
  expect(stdout).not.toContain("Cells, devices and tools:");
});

test("eval and predict show what a model takes, wherever the model stands", async () => {
  const classify = await fine("eval", at("label.safetensors"), "--help");
  expect(classify.stdout).toContain("Usage: unrolled classify eval [options] <model> <file>");
  expect(classify.stdout).toContain("--confusion");
  expect(classify.stdout).not.toContain("--ngram");
  const language = await fine("eval", "--device", "wasm", at("text.safetensors"), "--help");
  expect(language.stdout).toContain("--ngram <file>");
  expect((await fine("predict", at("text.safetensors"), "--help")).stdout).toContain("--prompt <text>");
  expect((await fine("eval", "--help")).stdout).toContain("'eval MODEL --help' shows its options");
  await fine("predict", "--length", "3", "--device", "reference", at("text.safetensors"));
});

test.each([
  [["run", "m.safetensors"], "'run' is now 'predict': use 'unrolled predict MODEL …'"],
  [["classify", "run", "m"], "'run' is now 'predict': use 'unrolled classify predict MODEL …'"],
  [["train", "t", "--horizon", "5"], "--horizon is now --bptt"],
  [["language", "train", "t", "--horizon", "5"], "--horizon is now --bptt"],
  [["train", "t", "--at-least", "2"], "--at-least is now --min-count"],
  [["tag", "train", "t", "--at-least", "2"], "--at-least is now --min-count"],
  [["translate", "train", "t", "--widths", "P=2"], "--widths is now --sizes"],
  [["translate", "train", "t", "--places", "2"], "--places is now --max-source-length"],
  [["forecast", "train", "t", "--lag", "2"], "--lag is now --seasonal-difference"],
  [["forecast", "train", "t", "--levels", "0.5"], "--levels is now --quantiles"],
  [["forecast", "train", "t", "--output", "gaussian"], "--output is now --distribution"],
  [["forecast", "eval", "m", "t", "--step", "2"], "--step is now --stride"],
  [["forecast", "predict", "m", "t", "--out", "a.csv"], "--out is now --csv"],
  [["forecast", "eval", "m", "t", "--picture", "a.svg"], "--picture is now --plot"],
  [["music", "predict", "m", "--out", "a.mid"], "--out is now --midi"],
  [["classify", "eval", "m", "t", "--picture", "a.svg"], "--picture is now --plot"],
  [["caption", "train", "t", "--sees", "every"], "--sees is now --condition"],
  [["caption", "eval", "m", "t", "--shuffle"], "--shuffle is now --baseline"],
  [["cells", "--unpriced"], "--unpriced is now --no-costs"],
  [["cells", "--window", "5"], "--window is now --time-steps"],
  [["bench", "--config", "online"], "--config is now --workload"],
])("%j answers with today's name", async (words, message) => {
  await refused(words, message);
});

test("an option that another task has is refused, and says whose it is", async () => {
  await refused(
    ["eval", at("label.safetensors"), at("table.csv"), "--ngram", "t"],
    "'classify eval' has no option --ngram; only 'language eval' has it",
  );
  await refused(
    ["train", "t", "--pooling", "max"],
    "'language train' has no option --pooling; only 'classify train'",
  );
  await refused(
    ["sample", "m", "--midi", "a.mid"],
    "'language predict' has no option --midi; only 'music predict'",
  );
  const unknown = await unrolled(["train", "t", "--sizs", "P=2"]);
  expect(unknown.stderr).toBe("error: unknown option '--sizs'\n(Did you mean one of --size, --sizes?)\n");
});

describe("completion", () => {
  /** The answers of bash, after these words. */
  const complete = (script: string, ...words: string[]): string[] => {
    const line = [
      script,
      'COMP_WORDS=("$@")',
      "COMP_CWORD=$(($# - 1))",
      "_unrolled",
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ];
    const stdout = execFileSync("bash", ["-c", line.join("\n"), "bash", "unrolled", ...words]).toString();
    return stdout.split("\n").filter((answer) => answer !== "");
  };

  test("bash completes commands, tasks, and the options of each", async () => {
    const { stdout: script } = await fine("completion", "bash");
    expect(complete(script, "cla")).toEqual(["classify"]);
    expect(complete(script, "")).toEqual(expect.arrayContaining(["train", "sample", "forecast", "info"]));
    expect(complete(script, "")).not.toContain("start");
    expect(complete(script, "forecast", "")).toEqual(expect.arrayContaining(["train", "eval", "predict"]));
    expect(complete(script, "forecast", "pre")).toEqual(["predict"]);
    expect(complete(script, "forecast", "train", "a.csv", "--hor")).toEqual(["--horizon"]);
    expect(complete(script, "train", "book.txt", "--bp")).toEqual(["--bptt"]);
    expect(complete(script, "train", "book.txt", "--hor")).toEqual([]);
    expect(complete(script, "eval", "m.safetensors", "--ngr")).toEqual(["--ngram"]);
    expect(complete(script, "eval", "m.safetensors", "--conf")).toEqual(["--confusion"]);
    expect(complete(script, "train", "boo")).toEqual([]);
  });

  test("the scripts of zsh and fish have every option of every command", async () => {
    const fish = (await fine("completion", "fish")).stdout;
    const zsh = (await fine("completion", "zsh")).stdout;
    expect(zsh).toContain("bashcompinit");
    for (const { name, flags } of commands) {
      const [task = "", command = ""] = name.split(" ");
      for (const option of Object.keys(flags.fields).map(flagOf)) {
        const when = `__fish_seen_subcommand_from ${task}; and __fish_seen_subcommand_from ${command}`;
        expect(fish).toContain(`complete -c unrolled -n '${when}' -l ${option.slice(2)}\n`);
        expect(zsh).toContain(option);
      }
    }
  });

  test("of another shell is refused", () =>
    refused(["completion", "tcsh"], "shell must be one of bash, zsh, fish, not 'tcsh'"));
});
