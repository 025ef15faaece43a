// The commands of tagging: what they read, the reports that they give, and the flags that they refuse.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import type { Report, UseContext } from "../../../src/tasks/command.ts";
import type { TagOptions, TaggedItem } from "../../../src/tasks/tag/design.ts";
import { entitySentence } from "../../../src/tasks/tag/entities.ts";
import { tagCommand } from "../../../src/tasks/tag/flags.ts";
import { tag, type Tagger } from "../../../src/tasks/tag/tag.ts";
import { train } from "../../../src/tasks/train.ts";

const device = wasmDevice();
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-tag-"));
});
afterAll(async () => {
  device.dispose();
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const said: string[] = [];
const context: UseContext = {
  given: {},
  modelPath: "m.safetensors",
  say: (line) => void said.push(line),
  status: () => {},
  out: async () => {},
  write: async () => {},
};

type Given = Readonly<Record<string, unknown>>;

async function read(path: string, given: Given = {}): Promise<readonly TaggedItem[]> {
  const { data } = await tagCommand.train.read(
    path,
    tagCommand.train.flags.parse(given),
    { seed: 1 },
    context,
  );
  return data as readonly TaggedItem[];
}

const options = (given: Given): unknown =>
  tagCommand.train.options(tagCommand.train.flags.parse(given), given);

async function trained(path: string, given: Given, steps: number): Promise<Tagger> {
  const settings = { size: 16, embedding: 8, ...(options(given) as TagOptions) };
  const run = train(tag(settings), await read(path, given), {
    split: [0.7, 0.1, 0.2],
    batch: 16,
    rate: 0.02,
    steps,
    device,
  });
  await run.finish();
  return run.best();
}

const use = (which: "evaluate" | "predict", model: Tagger, path: string, given: Given): Promise<Report> =>
  tagCommand[which].run(model, path, tagCommand[which].flags.parse(given), { ...context, given });

const sentences = Array.from({ length: 300 }, (_, i) => entitySentence(1, i));

describe("spans", () => {
  let [conll, jsonl] = ["", ""];
  let model: Tagger;
  beforeAll(async () => {
    const lines = sentences.map(({ value, tags }) =>
      value.map((word, t) => `${word} x ${tags[t]}\n`).join(""),
    );
    conll = await file("names.conll", `-DOCSTART- x O\n\n${lines.join("\n")}`);
    jsonl = await file(
      "names.jsonl",
      sentences.map(({ value: tokens, tags }) => `${JSON.stringify({ tokens, tags })}\n`).join(""),
    );
    model = await trained(conll, {}, 120);
  });

  it("are scored in total and by type, beside two baselines", async () => {
    const { json, text } = await use("evaluate", model, conll, { part: "test", baseline: true });
    expect(text).toMatch(
      /^model +accuracy +macro-F1 +span precision +recall +F1\nthis model( +\d+\.\d %){5}\nmost frequent tag( +\d+\.\d %){5}\nperceptron( +\d+\.\d %){5}\n\ntype +precision +recall +F1 +spans\n/u,
    );
    for (const type of ["LOC", "ORG", "PER"])
      expect(text).toMatch(new RegExp(`^${type}( +\\d+\\.\\d %){3} +\\d+$`, "mu"));
    const [first, second] = json;
    expect(first).toMatchObject({ model: "this model", sequences: 60, labels: model.labels });
    expect(first).toHaveProperty("spans.byType.LOC.f1");
    expect(second).toMatchObject({ model: "most frequent tag", sequences: 60 });
    expect(second).not.toHaveProperty("confusion");
    const table = await use("evaluate", model, jsonl, { part: "test" });
    expect(table.json).toEqual([first]);
    await expect(use("evaluate", model, conll, { part: "all", baseline: true })).rejects.toThrow(
      "--baseline learns from the training part; give --part",
    );
  });

  it("are predicted for sentences, and for lines of tokens with tags or without", async () => {
    const path = await file("new.txt", "Paris hired forty people.\n\nin spring Paris lies on a river .\n");
    const { json, text } = await use("predict", model, path, {});
    expect(json[0]).toMatchObject({ tokens: ["Paris", "hired", "forty", "people", "."] });
    expect((json[0] as { probabilities: unknown[] }).probabilities).toHaveLength(5);
    const tokens = text.split("\n").map((line) => line.split("\t")[0]);
    expect(tokens).toEqual("Paris hired forty people .  in spring Paris lies on a river . ".split(" "));
    const untagged = await file("new.conll", text.replaceAll(/\t\S+$/gmu, ""));
    expect((await use("predict", model, untagged, {})).text).toBe(text);
    const tagged = await file("tagged.txt", text);
    expect((await use("predict", model, tagged, {})).text).toBe(text);
  });

  it("are predicted from columns and layouts that are said, and so are unknown tokens", async () => {
    const notesOf = async (name: string, content: string, given: Given = {}): Promise<string[]> => {
      said.length = 0;
      await use("predict", model, await file(name, content), given);
      return [...said];
    };
    expect(await notesOf("a.txt", "Paris hired people .\n")).toEqual(["a sentence per line"]);
    expect(await notesOf("b.txt", "Paris B-ORG\nhired O\n")).toEqual([
      "a token per line",
      "token: column 1, tag: column 2 of 2",
    ]);
    expect(await notesOf("c.conll", "x Paris\nx hired\n", { columns: "2,1" })).toEqual([
      "a token per line",
      "token: column 2, tag: column 1 of 2",
    ]);
    expect(await notesOf("d.jsonl", '{"words":["Paris","hired"]}\n')).toEqual(["tokens: column 'words'"]);
    expect(await notesOf("e.csv", "Sentence #,tokens\n1,Paris\n1,hired\n2,Paris\n")).toEqual([
      "a token per row; sentences: column 'Sentence #'",
    ]);
    expect(await notesOf("f.jsonl", '{"tokens":["Paris","Gh\\u001bent","hired"]}\n')).toEqual([
      "1 of 3 tokens (33.3 %) are unknown to the model, such as 'Gh\\u001bent'",
    ]);
  });

  it("that were not learned are refused by line", async () => {
    const slip = await file("slip.conll", "in O\nParis B-LOK\n");
    await expect(use("evaluate", model, slip, {})).rejects.toThrow(
      "slip.conll, line 2: there is no label 'B-LOK'",
    );
  });
});

it("labels that are no spans are scored by token; columns are found and said", async () => {
  const csv = await file(
    "speech.csv",
    `words,kinds\n${"a dog runs,D N V\nit runs a dog,P V D N\n".repeat(20)}`,
  );
  said.length = 0;
  const model = await trained(csv, { tokens: "words", lowerCase: true, oneDirection: true }, 40);
  expect(said).toEqual(["tags: column 'kinds'"]);
  const { text } = await use("evaluate", model, csv, { tokens: "words" });
  expect(text).toMatch(/^model +accuracy +macro-F1\nthis model +100\.0 %/u);
  expect(text).toMatch(/^label +precision +recall +F1 +tokens\n/mu);
});

it("series are tagged step by step, without a baseline", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => {
    const points = [0, 1, 2].map((t) => [(i + t) % 2, t]);
    return JSON.stringify({ points, tags: points.map(([value]) => (value ? "up" : "down")) });
  });
  const path = await file("series.jsonl", rows.join("\n"));
  const series = { series: "points" };
  const model = await trained(path, series, 60);
  const { text } = await use("predict", model, path, series);
  expect(text).toMatch(/^\[0,0\]\tdown\n\[1,1\]\tup\n\[0,2\]\tdown\n\n\[1,0\]\tup\n/u);
  await expect(
    use("evaluate", model, path, { ...series, part: "validation", baseline: true }),
  ).rejects.toThrow("series.jsonl, line 1: --baseline counts tokens, and series have none; leave it out");
});

describe("flags that would do nothing are refused", () => {
  it("a column of a file without columns", async () => {
    const path = await file("few.conll", "in O\nParis B-LOC\n");
    for (const name of ["tokens", "series", "tags"])
      await expect(read(path, { [name]: "words" })).rejects.toThrow(
        `--${name} names a column of a table, and ${path} has a token per line; leave it out`,
      );
  });

  it.each(["unit", "minCount", "lowerCase", "embedding"])("%s of series", (name) => {
    const given = { series: "points", [name]: name === "lowerCase" ? true : name === "unit" ? "char" : "2" };
    const flag = name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
    expect(() => options(given)).toThrow(
      `series have no tokens, so --${flag} would do nothing; leave it out`,
    );
  });

  it("others give the options of the task", () => {
    expect(options({ minCount: "2", unit: "char", oneDirection: true })).toEqual({
      unit: "char",
      minCount: 2,
      lowerCase: false,
      bidirectional: false,
    });
  });
});
