// Tags in tables: rows of lists, rows per token, and what is found in which column.
import { describe, expect, it } from "vitest";
import { readTagged, readTaggedData, readTokens } from "../../../src/tasks/tag/tagged-files.ts";
import { golden, tagged, told, write, type Bare } from "./tagged-folder.ts";
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

  it("have lists as Python writes them", async () => {
    const cells = String.raw`"['it\'s', ""it's"", 'a\\b', '\u00e9\xe9']","['O', 'B-x', 'O', 'O']"`;
    expect(await tagged("a.csv", `tokens,tags\n${cells}\n`)).toEqual([
      [
        ["it's", "it's", "a\\b", "éé"],
        ["O", "B-x", "O", "O"],
      ],
    ]);
  });

  it("may have a token per row, below a column that numbers the sentences", async () => {
    const rows = "Sentence: 1,Ada,NNP,B-PER\n,runs,VBZ,O\nSentence: 2,New York,NNP,B-LOC\n";
    const named = { tokens: "Word", tags: "Tag" };
    const plain = rows.replace("New York", "Oslo");
    const [found, said] = await told("a.csv", `Sentence #,Word,POS,Tag\n${plain}`, named);
    expect(found).toEqual(["Ada/B-PER runs/O", "Oslo/B-LOC"]);
    expect(said).toEqual(["a token per row; sentences: column 'Sentence #'"]);
    const ids = '{"sentence_id":4,"token":"Ada","tag":"B-PER"}\n{"sentence_id":4,"token":"runs","tag":"O"}';
    const path = await write("a.jsonl", ids);
    expect((await readTagged(path))[0]).toEqual({
      value: ["Ada", "runs"],
      tags: ["B-PER", "O"],
      place: "a.jsonl, line 1",
      places: ["a.jsonl, line 1", "a.jsonl, line 2"],
    });
    expect((await readTokens(path, { tokens: "token" })).map(({ value }) => value)).toEqual([
      ["Ada", "runs"],
    ]);
    await expect(tagged("a.csv", `Sentence #,Word,POS,Tag\n${plain}x,,NNP,O\n`, named)).rejects.toThrow(
      "a.csv, line 5: 'Word' is empty; fill it in, or remove the line",
    );
    const [, saidOfSingles] = await told("b.csv", "tokens,tags\nAda,B-PER\nruns,O\n");
    expect(saidOfSingles[0]).toContain("every sequence has one token");
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
      "form,lemma,tags\na,b,O\n",
      "a.csv: there is no column 'tokens', and several columns could be meant; name one (--tokens) of form, lemma",
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
    [
      "empty tokens",
      "a.jsonl",
      '{"tokens":["a",""],"tags":["O","O"]}',
      "line 1: 'tokens': item 2 is an empty text",
    ],
    [
      "lists that neither JSON nor Python writes",
      "a.csv",
      "tokens,tags\n\"['a' 'b']\",\"['O', 'O']\"\n",
      "a.csv, line 2: 'tokens' must be a list of texts",
    ],
  ])("are refused with %s", async (_, name, content, message) => {
    await expect(tagged(name, content)).rejects.toThrow(message);
  });

  it("are told by the extension", async () => {
    await expect(tagged("a.docx", "a X\n")).rejects.toThrow("got '.docx'; convert or rename it");
    for (const name of ["names", "a.bio", "a.IOB", "a.iob2", "a.bioes", "a.conllx"])
      expect(await tagged(name, "a X\n")).toEqual([[["a"], ["X"]]]);
  });
});
