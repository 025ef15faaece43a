// The commands of translation: files that they read, columns that they find, reports that they give, and flags that they
// refuse.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import type { UseContext } from "../../../src/tasks/command.ts";
import { train } from "../../../src/tasks/train.ts";
import { translateCommand } from "../../../src/tasks/translate/flags.ts";
import { readPairs, readPairsFor, readSources } from "../../../src/tasks/translate/pair-files.ts";
import { translate, type Translator } from "../../../src/tasks/translate/translate.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-pairs-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const pairLines = Array.from({ length: 20 }, (_, i) => {
  const text = ["ab", "ba", "abb", "bab"][i % 4] as string;
  return `${text}\t${[...text].reverse().join("")}\n`;
}).join("");

describe("pairs", () => {
  it("stand in the lines of a text file, or in two columns of a table", async () => {
    expect(await readPairs(await file("pairs.txt", "a b\tc\n\nd\te f\n"))).toEqual([
      { source: "a b", target: "c", place: join(folder, "pairs.txt, line 1") },
      { source: "d", target: "e f", place: join(folder, "pairs.txt, line 3") },
    ]);
    const table = await file("pairs.csv", "written,iso,rest\none,1,x\ntwo,2,y\n");
    expect(await readPairs(table, { source: "written", target: "iso" })).toMatchObject([
      { source: "one", target: "1", place: "pairs.csv, line 2" },
      { source: "two", target: "2" },
    ]);
    const two = await file("two.csv", "target,written\n1,one\n");
    expect(await readPairs(two)).toMatchObject([{ source: "one", target: "1" }]);
  });

  it("are the first two columns where all lines have more, which is said", async () => {
    const said: string[] = [];
    const context = { say: (line: string) => void said.push(line) };
    const path = await file("three.txt", "a\tb\tCC-BY 1\nc\td\tCC-BY 2\n");
    const { data } = await readPairsFor(path, {}, {}, context);
    expect(data).toMatchObject([
      { source: "a", target: "b" },
      { source: "c", target: "d" },
    ]);
    expect(said).toEqual(["source: column 1, target: column 2 of 3"]);
    await expect(readPairs(await file("more.txt", "a\tb\nc\td\te\n"))).rejects.toThrow(
      "more.txt, line 2: expected a source, a tab and a target, got 'c\\td\\te'",
    );
  });

  it("to be translated are all lines and rows, as training reads them", async () => {
    const sources = async (name: string, text: string): Promise<string[]> =>
      (await readSources(await file(name, text))).map(({ source }) => source);
    expect(await sources("s.txt", "\n a \r\n\nb\tc\n\n")).toEqual(["", " a ", "", "b", ""]);
    expect(await sources("s.jsonl", '{"source":"8\\t7"}\n{"source":""}\n{"source":null}\n')).toEqual([
      "8\t7",
      "",
      "",
    ]);
    expect(await sources("s.csv", 'source,target\n"8\t7",x\n,y\n')).toEqual(["8\t7", ""]);
    expect((await readSources(await file("t.txt", "\n\nb\n")))[2]?.place).toBe(join(folder, "t.txt, line 3"));
    const [table] = await readPairs(await file("p.jsonl", '{"source":"8\\t7","target":"x"}\n'));
    expect(table?.source).toBe("8\t7");
  });

  it.each<[string, string, object, string]>([
    [
      "a.txt",
      "one\n",
      {},
      "a.txt, line 1: expected a source, a tab and a target, got 'one'; correct the line",
    ],
    ["b.txt", "a\tb\tc\n", {}, "b.txt, line 1: expected a source, a tab and a target"],
    ["c.csv", "source,target\na,\n", {}, "c.csv, line 2: 'target' is empty; fill it in"],
    ["d.csv", "x,y,z\na,b,c\n", {}, "several columns could be meant; name one (--source) of x, y, z"],
    ["e.csv", "x,y\na,b\n", { source: "x", target: "x" }, "'x' cannot be both source and target"],
    ["f.csv", "x,y\na,b\n", { source: "q" }, "'q'"],
  ])("of %s are refused", async (name, content, columns, message) => {
    await expect(readPairs(await file(name, content), columns)).rejects.toThrow(message);
  });
});

describe("the commands", () => {
  const said: string[] = [];
  const context = (given: UseContext["given"] = {}): UseContext => ({
    given,
    modelPath: "m.safetensors",
    say: (line) => said.push(line),
    status: () => {},
    out: async () => {},
    write: async () => {},
  });
  const reading = { seed: 1 };
  let model: Translator;
  let path = "";

  beforeAll(async () => {
    path = await file("words.txt", pairLines);
    const { data } = await translateCommand.train.read(path, {}, reading, context());
    const run = train(translate({ size: 8, embedding: 4 }), data as never, {
      split: [0.6, 0.4],
      steps: 20,
      device: wasmDevice(),
    });
    await run.finish();
    model = await run.best();
  });

  it("tell the columns that they found, and keep them", async () => {
    const csv = await file("dates.csv", "written,target\none,1\n");
    const { found } = await translateCommand.train.read(csv, {}, reading, context());
    expect(found).toEqual({ source: "written", target: "target" });
    expect(said.at(-1)).toBe("source: column 'written'");
  });

  it("refuse flags that would do nothing", async () => {
    const { flags, options } = translateCommand.train;
    const parsed = (given: Record<string, unknown>) => options(flags.parse(given), given);
    expect(() => parsed({ attention: "none", maxSourceLength: "9" })).toThrow(
      "--max-source-length needs attention; leave it out",
    );
    expect(parsed({ minCount: "2" })).toEqual({
      unit: "char",
      minCount: 2,
      lowerCase: false,
      attention: true,
    });
    await expect(translateCommand.train.read(path, { source: "a" }, reading, context())).rejects.toThrow(
      "a text file has no columns, so --source would do nothing",
    );
    // Models of 0.1.0 keep the usual names for any file.
    await translateCommand.train.read(path, { source: "source", target: "target" }, reading, context());
    const { evaluate } = translateCommand;
    const given = { part: "all", baseline: true };
    await expect(evaluate.run(model, path, evaluate.flags.parse(given), context(given))).rejects.toThrow(
      "--baseline learns from the training part; give --part validation or --part test",
    );
  });

  it("score a part beside the baseline", async () => {
    const { evaluate } = translateCommand;
    const run = (given: Record<string, unknown>) =>
      evaluate.run(model, path, evaluate.flags.parse(given), context(given));
    const { json, text } = await run({ part: "validation", baseline: true });
    expect(json).toMatchObject([
      { model: "this model", pairs: 8 },
      { model: "translation memory", exact: 1, pairs: 8 },
    ]);
    expect(Object.keys(json[0] ?? {})).toEqual(["model", "exact", "bleu4", "nats", "pairs"]);
    expect(text).toMatch(/^model +exact +BLEU-4 +nats per char\nthis model +/u);
    expect((await run({})).json).toMatchObject([{ pairs: 8 }]);
    expect((await run({ part: "all" })).json).toMatchObject([{ pairs: 20 }]);
    await expect(run({ part: "test" })).rejects.toThrow("--part test: training had no such part");
  });

  it("translate the lines of a file, up to a tab, and the cells of a table", async () => {
    const { predict } = translateCommand;
    const run = (from: string, given: Record<string, unknown>) =>
      predict.run(model, from, predict.flags.parse(given), context(given));
    const lines = await run(await file("new.txt", "ab\nba\tab\n"), {});
    expect(lines.text).toBe((await model.predict(["ab", "ba"])).map(({ text }) => `${text}\n`).join(""));
    const blank = await run(await file("blank.txt", "ab\n\n \nba\n"), {});
    expect(blank.text.split("\n")).toEqual(lines.text.split("\n").toSpliced(1, 0, "", ""));
    const csv = await file("new.csv", "source,other\nab,1\n");
    const { json } = await run(csv, { beam: "3" });
    expect(json).toMatchObject([{ source: "ab" }]);
    expect((json[0] as { beams: object[] }).beams).toHaveLength(3);
    said.length = 0;
    await run(await file("known.txt", "ab\nba\n\n"), {});
    expect(said).toEqual([]);
    await run(await file("unknown.txt", "ab\naξ\n"), {});
    expect(said).toEqual(["1 of 4 symbols (25.0 %) are unknown to the model, such as 'ξ'"]);
    await expect(run(await file("long.txt", `a\n${"a".repeat(9)}\n`), {})).rejects.toThrow(
      "long.txt, line 2: expected at most 3 symbols",
    );
  });
});
