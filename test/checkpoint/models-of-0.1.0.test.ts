// Model files of version 0.1.0, of every task but captions, score as that version scored them, on data that
// `bench/digests/data.mjs` makes. Captions need images; their file is opened in test/tasks/caption.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { fine, objects, temporaryFolder } from "../cli/run.ts";

interface Answer {
  readonly model: string;
  /** The data file and options after the model. */
  readonly words: string;
  readonly numbers: Readonly<Record<string, number>>;
}

const goldens = fileURLToPath(new URL("../goldens/", import.meta.url));
const { answers } = JSON.parse(readFileSync(join(goldens, "models/answers.json"), "utf8")) as {
  readonly answers: readonly Answer[];
};
const folder = temporaryFolder();

beforeAll(async () => {
  const script = new URL("../../bench/digests/data.mjs", import.meta.url).href;
  const { writeData } = (await import(script)) as { writeData(folder: string, tokenizer: string): void };
  writeData(folder, join(goldens, "tokenizer/tokenizer.json"));
});

test.each(answers)("$model of version 0.1.0 scores as it did then", async ({ model, words, numbers }) => {
  const [data, ...options] = words.split(" ") as [string, ...string[]];
  const file = join(goldens, "models", `${model}.safetensors`);
  // By default it is the held-out part today; forecasts always were scored there.
  const part = model.startsWith("forecast") || options.includes("--part") ? [] : ["--part", "all"];
  const command = ["eval", file, join(folder, data), ...options, ...part, "--device", "reference", "--json"];
  const [score] = objects((await fine(...command)).stdout);
  expect(score).toMatchObject(numbers);
});
