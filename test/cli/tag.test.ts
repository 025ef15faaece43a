// Tags on the command line: trained on tokens and their tags, scored by spans beside two baselines, and
// predicted for sentences; errors in files.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { entitySentence } from "../../src/tasks/tag/entities.ts";
import { fine, objects, refused, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};

const sentences = Array.from({ length: 600 }, (_, i) => entitySentence(1, i));

describe("tag", () => {
  const lines = sentences.map(({ value, tags }) => value.map((word, t) => `${word} x ${tags[t]}\n`).join(""));
  const conll = write("names.conll", `-DOCSTART- x O\n\n${lines.join("\n")}`);
  const jsonl = write(
    "names.jsonl",
    sentences.map(({ value: tokens, tags }) => `${JSON.stringify({ tokens, tags })}\n`).join(""),
  );
  const model = at("names.safetensors");
  const small = ["--size", "24", "--embedding", "16", "--rate", "0.02", "--batch", "16"];

  beforeAll(async () => {
    const words = [...small, "--epochs", "20", "--split", "0.7/0.1/0.2", "--out", model];
    const { stderr } = await fine("tag", "train", conll, ...words);
    expect(stderr).toContain("7 labels; train on 420 sequences, validate on 60, leave 120 for testing");
  });

  test("is scored by tokens and spans, in total and by type, beside two baselines", async () => {
    const words = ["tag", "eval", model, conll, "--part", "test", "--baseline"];
    const { stdout } = await fine(...words);
    expect(stdout).toMatch(
      /^model +accuracy +macro-F1 +span precision +recall +F1\nthis model( +\d+\.\d %){5}\nmost frequent tag( +\d+\.\d %){5}\nperceptron( +\d+\.\d %){5}\n\ntype +precision +recall +F1 +spans\n/u,
    );
    for (const type of ["LOC", "ORG", "PER"])
      expect(stdout).toMatch(new RegExp(`^${type}( +\\d+\\.\\d %){3} +\\d+$`, "mu"));
    const [own, baseline] = objects((await fine(...words, "--json")).stdout);
    expect(own).toMatchObject({ model: "this model", sequences: 120, labels: expect.arrayContaining(["O"]) });
    expect(own?.["accuracy"]).toBeGreaterThan(0.98);
    const f1 = (row: typeof own): unknown => (row?.["spans"] as { f1: number } | undefined)?.f1;
    expect(f1(own)).toBeGreaterThan(0.95);
    expect(baseline?.["accuracy"]).toBeLessThan(0.95);
    expect(f1(baseline)).toBeLessThan(0.4);
    const table = objects((await fine("eval", model, jsonl, "--part", "test", "--json")).stdout);
    expect(table).toEqual([own]);
  });

  test("tags sentences and lines of tokens, as 'tag predict' and as 'predict'", async () => {
    const text = write("new.txt", "Paris hired forty people.\n\nin spring Paris lies on a river .\n");
    const { stdout } = await fine("predict", model, text);
    const columns = stdout.split("\n").map((line) => line.split("\t"));
    expect(columns.map(([token]) => token)).toEqual(
      "Paris hired forty people .  in spring Paris lies on a river . ".split(" "),
    );
    expect([columns[0]?.[1], columns[8]?.[1]]).toEqual(["B-ORG", "B-LOC"]);
    expect((await fine("tag", "predict", model, text)).stdout).toBe(stdout);
    const [first] = objects((await fine("predict", model, text, "--json")).stdout);
    expect(first).toMatchObject({ tokens: ["Paris", "hired", "forty", "people", "."] });
    expect(first?.["tags"]).toEqual(["B-ORG", "O", "O", "O", "O"]);
    expect(first?.["probabilities"]).toHaveLength(5);
    const untagged = write("new.conll", stdout.replaceAll(/\t\S+$/gmu, ""));
    expect((await fine("predict", model, untagged)).stdout).toBe(stdout);
    expect((await fine("predict", model, write("tagged.txt", stdout))).stdout).toBe(stdout);
  });

  test("takes labels that are not spans, columns by name, and series", async () => {
    const csv = write("speech.csv", `words,kinds\n${"a dog runs,D N V\nit runs a dog,P V D N\n".repeat(20)}`);
    const named = ["--tokens", "words", "--tags", "kinds"];
    const other = [
      "--force",
      "--out",
      at("other.safetensors"),
      "--steps",
      "40",
      "--lower-case",
      "--one-direction",
    ];
    await fine("tag", "train", csv, ...small, ...named, ...other);
    const { stdout } = await fine("eval", at("other.safetensors"), csv, ...named);
    expect(stdout).toMatch(/^model +accuracy +macro-F1\nthis model +100\.0 %/u);
    expect(stdout).toMatch(/^label +precision +recall +F1 +tokens\n/mu);
    const rows = Array.from({ length: 40 }, (_, i) => {
      const points = [0, 1, 2].map((t) => [(i + t) % 2, t]);
      return JSON.stringify({ points, tags: points.map(([value]) => (value ? "up" : "down")) });
    });
    const series = write("series.jsonl", rows.join("\n"));
    const numbers = ["--size", "24", "--rate", "0.02", "--series", "points"];
    await refused(
      ["tag", "train", series, ...numbers, "--lower-case"],
      "series have no tokens, so --lower-case would do nothing; leave it out",
    );
    await fine("tag", "train", series, ...numbers, ...other.filter((word) => word !== "--lower-case"));
    const said = (await fine("predict", at("other.safetensors"), series, "--series", "points")).stdout;
    expect(said).toMatch(/^\[0,0\]\tdown\n\[1,1\]\tup\n\[0,2\]\tdown\n\n\[1,0\]\tup\n/u);
    await refused(
      ["eval", at("other.safetensors"), series, "--series", "points", "--part", "validation", "--baseline"],
      "--baseline counts tokens, and series have none; leave it out",
    );
  });

  test("takes the columns of CoNLL-U, or those of --columns, and keeps them", async () => {
    const rows = (kinds: readonly string[]): string =>
      kinds
        .map((kind, i) => [i + 1, kind.toLowerCase(), "x", kind, kind[0], ..."_____"].join("\t"))
        .join("\n");
    const text = Array.from(
      { length: 20 },
      (_, i) => `# n ${i}\n${rows(i % 2 ? ["DET", "NOUN"] : ["NOUN", "VERB"])}\n`,
    );
    const conllu = write("a.conllu", text.join("\n"));
    const out = ["--force", "--out", at("conllu.safetensors"), "--steps", "40"];
    const first = await fine("tag", "train", conllu, ...small, ...out);
    expect(first.stderr).toContain(
      "CoNLL-U; token: column 2, tag: column 4 of 10\nleft out 20 comments, the first in line 1: '# n 0'\n3 labels",
    );
    const columns = await fine("tag", "train", conllu, ...small, ...out, "--columns", "2,5");
    expect(columns.stderr).toContain("CoNLL-U; token: column 2, tag: column 5 of 10");
    const other = write("other.conll", text.join("\n"));
    const { stderr, stdout } = await fine("eval", at("conllu.safetensors"), other);
    expect(stderr).toContain("token: column 2, tag: column 5");
    expect(stdout).toMatch(/^label.*\n[DNV] /mu);
    expect((await fine("predict", at("conllu.safetensors"), other)).stdout).toMatch(
      /^noun\tN\nverb\tV\n\ndet\tD\n/u,
    );
    for (const wrong of ["2", "0,1", "2,2", "a,b"])
      await refused(
        ["tag", "train", conllu, "--columns", wrong],
        `--columns must be the numbers of two columns, such as 2,4, not '${wrong}'`,
      );
    await refused(
      ["tag", "train", jsonl, "--columns", "1,2"],
      "columns by number are those of a file with a token per line",
    );
  });

  test("scores the spans of other schemes, which is said", async () => {
    const bioes = sentences.slice(0, 60).map(({ value, tags }) =>
      value
        .map((word, t) => {
          const goesOn = tags[t + 1]?.startsWith("I-") === true;
          const tag = tags[t]?.replace(/^([BI])-/u, (_, letter: string) =>
            goesOn ? `${letter}-` : letter === "B" ? "S-" : "E-",
          );
          return `${word} ${tag}\n`;
        })
        .join(""),
    );
    const file = write("bioes.conll", bioes.join("\n"));
    const { stderr } = await fine(
      "tag",
      "train",
      file,
      ...small,
      "--steps",
      "2",
      "--out",
      at("bioes.safetensors"),
    );
    expect(stderr).toContain("spans: BIOES\n");
    const { stdout } = await fine("eval", at("bioes.safetensors"), file);
    expect(stdout).toContain("spans as BIOES marks them");
    const [row] = objects((await fine("eval", at("bioes.safetensors"), file, "--json")).stdout);
    expect(row?.["spans"]).toMatchObject({ byType: { LOC: {}, ORG: {}, PER: {} } });
    const mixed = write("mixed.conll", `${bioes.join("\n")}\nAda NE\n`);
    const said = await fine(
      "tag",
      "train",
      mixed,
      ...small,
      "--steps",
      "2",
      "--force",
      "--out",
      at("bioes.safetensors"),
    );
    expect(said.stderr).toContain("spans are not scored: tags such as ");
    expect(said.stderr).toContain("with one token only: 'NE'");
  });

  test("refuses damaged files, by line, and labels that were not learned", async () => {
    const train = (name: string, text: string, message: string): Promise<void> =>
      refused(["tag", "train", write(name, text), "--out", at("none.safetensors")], message);
    await train(
      "short.conll",
      "in O\nParis\n",
      "short.conll, line 2: expected 2 columns, as in line 1, got 1",
    );
    await train("bare.conll", "in\nParis\n", "bare.conll, line 1: expected a token and its tag");
    await train(
      "uneven.csv",
      "tokens,tags\nin Paris,O\n",
      "uneven.csv, line 2: expected 2 tags, one per token or step, got 1",
    );
    await train("one.conll", "in O\n\nat O\n", "tagging needs two labels or more");
    await train("empty.conll", "", "empty.conll: the file is empty");
    await train("a.docx", "in O\n", "got '.docx'; convert or rename it");
    await refused(["tag", "train", jsonl, "--tags", "tag"], "there is no column 'tag'; did you mean 'tags'?");
    expect(existsSync(at("none.safetensors"))).toBe(false);

    const slip = write("slip.conll", "in O\nParis B-LOK\n");
    await refused(
      ["tag", "eval", model, slip],
      "slip.conll, line 2: there is no label 'B-LOK' among the 7 learned; did you mean 'B-LOC'?",
    );
    await refused(
      ["eval", model, conll, "--part", "train", "--baseline"],
      "--baseline learns from the training part; give --part",
    );
    await refused(
      ["classify", "predict", model, conll],
      "is a model of the task 'tag', not 'classify'; use 'unrolled predict'",
    );
    writeFileSync(at("latin.txt"), Uint8Array.of(0x63, 0x61, 0x66, 0xe9));
    await refused(["predict", model, at("latin.txt")], "latin.txt: the text is not valid UTF-8; save it");
  });
});
