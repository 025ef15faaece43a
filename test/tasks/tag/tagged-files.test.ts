import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  readTagged,
  readTaggedData,
  readTokens,
  type TaggedColumns,
} from "../../../src/tasks/tag/tagged-files.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-tagged-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

type Bare = readonly [tokens: unknown, tags: readonly string[]];

async function tagged(
  name: string,
  content: string | Uint8Array,
  columns: TaggedColumns = {},
): Promise<Bare[]> {
  const items = await readTagged(await write(name, content), columns);
  return items.map(({ value, tags }) => [value, tags]);
}

async function tokens(name: string, content: string, labels: readonly string[] = ["O"]): Promise<unknown[]> {
  return (await readTokens(await write(name, content), { labels })).map((item) => item.value);
}

const golden = fileURLToPath(new URL("../../goldens/tables/tagged.parquet", import.meta.url));

describe("tagged lines", () => {
  const both: Bare[] = [
    [
      ["EU", "rejects"],
      ["B-ORG", "O"],
    ],
    [["Paris"], ["B-LOC"]],
  ];

  it("have their tag last, between blanks or tabs, and an empty line or a new document between sentences", async () => {
    const conll =
      "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects  VBZ B-VP O\n\n\n-DOCSTART- -X- -X- O\nParis NNP B-NP B-LOC";
    expect(await tagged("a.conll", conll)).toEqual(both);
    expect(await tagged("a.tsv", "EU\tB-ORG\r\nrejects\tO\r\n\t\r\nParis\tB-LOC\r\n")).toEqual(both);
    expect(await tagged("A.TXT", "\ufeffEU B-ORG\nrejects O\n \nParis B-LOC\n-DOCSTART-\n")).toEqual(both);
  });

  it("may have comments, tokens that are #, and blanks in tokens where tabs stand between columns", async () => {
    const text = "# sent_id = 1\nNew York\tLOC\n#\tO\n#ff0\tO\n#ff0\n\n# no more\n";
    expect(await tagged("a.tsv", text)).toEqual([
      [
        ["New York", "#", "#ff0"],
        ["LOC", "O", "O"],
      ],
    ]);
    expect(await tagged("a.conll", "#1\n# O\n\u00a0 O\n")).toEqual([
      [
        ["#", "\u00a0"],
        ["O", "O"],
      ],
    ]);
  });

  it("are known by file and line", async () => {
    const path = await write("a.conll", "# sent_id = 1\n\nEU X\nrejects Y\n");
    await expect(readTagged(path)).rejects.toThrow(
      "a.conll, line 1: expected 2 columns, as in line 3, got 4",
    );
    await writeFile(path, "#one\n\nEU X\n#two\nrejects Y\n\nParis Z\n");
    const [first, second] = await readTagged(path);
    expect(first?.place).toBe(`${path}, line 3`);
    expect(first?.places).toEqual([`${path}, line 3`, `${path}, line 5`]);
    expect(second?.place).toBe(`${path}, line 7`);
  });

  it.each([
    ["no tag", "EU B-ORG\nrejects\n", ", line 2: expected 2 columns, as in line 1, got 1: 'rejects'"],
    ["no tag after a tab", "EU\tB-ORG\nrejects\t\n", ", line 2: expected a token and its tag, such as Paris"],
    [
      "no tags at all",
      "EU\nrejects\n",
      ", line 1: expected a token and its tag, such as Paris B-LOC, got 'EU'",
    ],
    ["no token", "EU\tB-ORG\n\tO\n", ", line 2: the token is empty; write it, or remove the line"],
    ["a tag short", "EU NNP B-ORG\nrejects O\n", ", line 2: expected 3 columns, as in line 1, got 2"],
    ["a token too wide", "EU B-ORG\nNew York O\n", "put tabs between the columns if tokens have blanks"],
    ["nothing but beginnings", "-DOCSTART- O\n\n", ": the file has no token; check that it is the right"],
    ["nothing", "", ": the file is empty"],
    ["other encodings", Uint8Array.of(0x45, 0x20, 0xe9, 0x0a), ": the text is not valid UTF-8; save it as"],
  ])("are refused with %s", async (_, content, message) => {
    await expect(tagged("a.conll", content)).rejects.toThrow(`${join(folder, "a.conll")}`);
    await expect(tagged("a.conll", content)).rejects.toThrow(message);
  });
});

describe("tagged tables", () => {
  const one: Bare = [
    ["in", "Paris"],
    ["O", "B-LOC"],
  ];
  const two: Bare = [
    ["go", "!", "[1]"],
    ["O", "O", "O"],
  ];

  it("have lists, in JSON and Parquet, or blanks between tokens", async () => {
    const lines = [one, two].map(([words, tags]) => JSON.stringify({ tokens: words, tags, id: 1 }));
    expect(await tagged("a.jsonl", lines.join("\n"))).toEqual([one, two]);
    expect(await tagged("a.csv", "tokens,tags\nin Paris,O B-LOC\ngo ! [1],O  O O\n")).toEqual([one, two]);
    expect((await readTagged(golden)).map(({ value, tags }) => [value, tags])).toEqual([one, two]);
  });

  it("have columns by name, tags that are numbers, and series", async () => {
    const named = await tagged("a.csv", "words,pos\n[ see,P V\n", { tokens: "words", tags: "pos" });
    expect(named).toEqual([
      [
        ["[", "see"],
        ["P", "V"],
      ],
    ]);
    const ids = await readTagged(golden, { series: "points", tags: "ids" });
    expect(ids.map(({ value, tags }) => [value, tags])[0]).toEqual([
      [
        [0.5, 1],
        [2, 3],
      ],
      ["0", "1"],
    ]);
    expect(ids[1]?.place).toBe("tagged.parquet, row 2");
  });

  it("have other columns where there is only one choice, which is said", async () => {
    const path = await write("a.csv", "id,words,pos\n1,a b,D N\n");
    expect((await readTagged(path, { tokens: "words" })).map(({ value, tags }) => [value, tags])).toEqual([
      [
        ["a", "b"],
        ["D", "N"],
      ],
    ]);
    const said: string[] = [];
    const context = { say: (line: string) => void said.push(line) };
    const { found } = await readTaggedData(path, { tags: "pos" }, context);
    expect(found).toEqual({ tokens: "words", tags: "pos" });
    expect(said).toEqual(["tokens: column 'words'"]);
    const token = await write("b.csv", "token,tags\na,O\n");
    expect((await readTaggedData(token, {}, context)).found).toEqual({ tokens: "token", tags: "tags" });
    expect((await readTokens(path, { tokens: "words" }))[0]?.value).toEqual(["a", "b"]);
    await readTaggedData(await write("c.csv", "tokens,tags\na,O\n"), {}, context);
    expect(said).toEqual(["tokens: column 'words'", "tokens: column 'token'"]);
    await expect(readTagged(path, { tokens: "words", series: "id" })).rejects.toThrow(
      "a.csv: sequences are tokens ('words') or series ('id'), not both; name one column",
    );
    await expect(readTagged(path, { tags: "poss" })).rejects.toThrow(
      "there is no column 'poss'; did you mean 'pos'?",
    );
  });

  it.each<[string, string, string, string]>([
    [
      "unequal counts",
      "a.jsonl",
      '{"tokens":["a"],"tags":["O"]}\n{"tokens":["a","b"],"tags":["O"]}',
      "a.jsonl, line 2: expected 2 tags, one per token or step, got 1; tag each, or remove the line",
    ],
    ["no tokens", "a.csv", "tokens,tags\n,O\n", "a.csv, line 2: 'tokens' is empty; fill it in, or remove"],
    ["no tags", "a.jsonl", '{"tokens":["a"],"tags":[]}', "a.jsonl, line 1: 'tags' is empty"],
    [
      "several columns that may have the tokens",
      "a.csv",
      "token,lemma,tags\na,b,O\n",
      "a.csv: there is no column 'tokens', and several columns could be meant; name one (--tokens) of token, lemma",
    ],
    [
      "no column that may have the tags",
      "a.csv",
      "tokens,id\na,1\n",
      "a.csv: there is no column 'tags', and no other column could be meant; name one (--tags) of tokens, id",
    ],
    [
      "nested lists",
      "a.jsonl",
      '{"tokens":[["a"]],"tags":["O"]}',
      "line 1: 'tokens' must be a list of texts",
    ],
    ["empty tokens", "a.jsonl", '{"tokens":[""],"tags":["O"]}', "line 1: 'tokens' must be a list of texts"],
    [
      "lists as Python writes them",
      "a.csv",
      "tokens,tags\n\"['a', 'b']\",\"['O', 'O']\"\n",
      "a.csv, line 2: 'tags' must be a list of texts",
    ],
  ])("are refused with %s", async (_, name, content, message) => {
    await expect(tagged(name, content)).rejects.toThrow(message);
  });

  it("are told by the extension", async () => {
    await expect(tagged("a.conllu", "1\ta\tX\n")).rejects.toThrow("got '.conllu'; convert or rename it");
  });
});

describe("sequences to be tagged", () => {
  it("are lines of tokens, with tags or without, or of text", async () => {
    const two = [["in", "Paris"], ["#go"]];
    expect(await tokens("a.conll", "in\nParis\n\n#go\n")).toEqual(two);
    expect(await tokens("a.tsv", "in\tX\tO\nParis\tX\t\n\n#go\tX\tO\n")).toEqual(two);
    expect(await tokens("a.txt", "in O\nParis B-LOC\n\n#go O\n", ["B-LOC", "O"])).toEqual(two);
    expect(await tokens("a.txt", "in O\nParis B-LOC\n\n#go O\n", ["B-PER", "O"])).toEqual([
      "in O",
      "Paris B-LOC",
      "#go O",
    ]);
    expect(await tokens("b.txt", "He left, in\tParis. \n\n  Go!\r\n")).toEqual([
      "He left, in\tParis.",
      "Go!",
    ]);
  });

  it("are a table's column", async () => {
    expect(await tokens("a.csv", "tokens,id\nin Paris,1\n")).toEqual([["in", "Paris"]]);
    expect((await readTokens(golden, { series: "points" })).map((item) => item.value)[0]).toEqual([
      [0.5, 1],
      [2, 3],
    ]);
  });

  it("are refused with uneven columns and other encodings", async () => {
    await expect(tokens("a.conll", "in O\nParis\n")).rejects.toThrow("a.conll, line 2: expected 2 columns");
    const path = await write("a.txt", Uint8Array.of(0xe9, 0x0a));
    await expect(readTokens(path, { labels: ["O"] })).rejects.toThrow(`${path}: the text is not valid UTF-8`);
  });
});
