// Words that people know from other programs, understood as this one's or answered.
import { existsSync } from "node:fs";
import { extname } from "node:path";
import { taskCommands } from "../tasks/flags.ts";

/** Options of other programs, by what they are called here. */
const names: Readonly<Record<string, string>> = {
  "--rate": "--lr --learning-rate",
  "--batch": "--batch-size",
  "--size": "--hidden --hidden-size --hidden-dim --units",
  "--layers": "--num-layers",
  "--embedding": "--embedding-dim --embedding-size",
  "--epochs": "--num-epochs --max-epochs",
  "--steps": "--max-steps --iterations",
  "--window": "--seq-len",
  "--clip": "--grad-clip",
  "--length": "--max-length",
  "--threads": "--num-threads",
  "--beam": "--beam-size",
};

const options = new Map(
  Object.entries(names).flatMap(([name, others]) => others.split(" ").map((other) => [other, name] as const)),
);

const commands: Readonly<Record<string, string>> = {
  evaluate: "eval",
  test: "eval",
  fit: "train",
  infer: "predict",
};

/** Options of other programs that have no counterpart here, and what to know instead. */
const answers: Readonly<Record<string, string>> = {
  "--gpu": "there is no GPU device; by default all cores of the processor are used (--threads, --device)",
  "--cuda": "there is no GPU device; by default all cores of the processor are used (--threads, --device)",
  "--verbose": "progress is always shown, and --json prints every update; leave --verbose out",
  "--fp16": "numbers have 32 bits on every fast device; there is no mixed precision",
};

/** The command line in this program's own words. */
export function withoutSynonyms(words: readonly string[]): string[] {
  const end = words.indexOf("--");
  return words.map((word, i) => {
    if (end >= 0 && i > end) return word;
    if (i === 0 || (i === 1 && isTask(words[0]))) return commandOf(word, words);
    if (!word.startsWith("--")) return word;
    const [name = "", ...value] = word.split("=");
    const dashed = name.replaceAll("_", "-");
    const known = options.get(dashed) ?? dashed;
    return [known, ...value].join("=");
  });
}

const isTask = (word: string | undefined): boolean => taskCommands.some(({ kind }) => kind === word);

function commandOf(word: string, words: readonly string[]): string {
  if (word !== "generate") return commands[word] ?? word;
  return words[0] === "generate" ? "sample" : "predict";
}

/** An answer to an option of another program; undefined for other words. */
export function answerTo(words: readonly string[]): string | undefined {
  const option = words.find((word) => Object.hasOwn(answers, word));
  return option === undefined ? undefined : `${option}: ${answers[option]}`;
}

/** An answer to a file in the place of a command; undefined for other words. */
export function answerToFile(first: string, program: string): string | undefined {
  if (!existsSync(first) && extname(first) === "") return undefined;
  const fitting = taskCommands.filter(({ train }) => train.ending === extname(first));
  const uses =
    extname(first) === ".safetensors"
      ? ["eval", "predict"].map((use) => `${program} ${use} ${first}`)
      : (fitting.length > 0 ? fitting : taskCommands).map(
          ({ kind, shortForms }) => `${program} ${shortForms?.train ?? `${kind} train`} ${first}`,
        );
  return `'${first}' is no command; name what to do with the file first:\n       ${uses.join("\n       ")}`;
}
