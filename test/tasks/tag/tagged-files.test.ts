// Files of tagged tokens, a line each, and what is refused of them.
import { describe, expect, it } from "vitest";
import { readTagged, readTokens } from "../../../src/tasks/tag/tagged-files.ts";
import { at, golden, tagged, told, tokens, write, type Bare } from "./tagged-folder.ts";
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
    const path = await write("a.conll", "# sent_id = 1\n\nEU X\nrejects\n");
    await expect(readTagged(path)).rejects.toThrow(
      "a.conll, line 4: expected 2 columns, as in line 3, got 1",
    );
    await write("a.conll", "#one\n\nEU X\n#two\nrejects Y\n\nParis Z\n");
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
    await expect(tagged("a.conll", content)).rejects.toThrow(at("a.conll"));
    await expect(tagged("a.conll", content)).rejects.toThrow(message);
  });
});

describe("comments", () => {
  it("stand before a sentence, with any number of columns, and are counted", async () => {
    const sentences = ["Ada/B-PER runs/O", "#/O Ada/B-PER"];
    for (const comment of [
      "# doc0",
      "# text = Ada runs",
      "# id 7 domain=en",
      "#newdoc id = 1",
      "#",
      "# a\tb",
    ]) {
      const content = `${comment}\nAda B-PER\nruns O\n\n${comment}\n# 2\n# O\nAda B-PER\n`;
      const [found, said] = await told("a.conll", content);
      expect(found).toEqual(sentences);
      expect(said[1]).toMatch(/^left out 3 comments, the first in line 1: '#/u);
    }
    const four = "# id 00-aa domain=en\nAda _ _ B-PER\n# _ _ O\n\n# id 00-ab domain=en\nruns _ _ O\n";
    expect((await told("a.conll", four))[0]).toEqual(["Ada/B-PER #/O", "runs/O"]);
    const ontoNotes = "#begin document (bc/cctv); part 000\nAda x B-PER\nruns y O\n#end document\n";
    expect((await told("a.conll", ontoNotes))[0]).toEqual(["Ada/B-PER runs/O"]);
  });

  it("do not hide a line that is short within a sentence", async () => {
    await expect(tagged("a.conll", "Ada B-PER\n# no note O\nruns O\n")).rejects.toThrow(
      "a.conll, line 2: expected 2 columns, as in line 1, got 4",
    );
  });
});

describe("the columns of token and tag", () => {
  const conllu = (misc: (i: number) => string): string =>
    [
      "1-2\tdu\t_\t_\t_\t_\t_\t_\t_\t_",
      "1\tde\tde\tADP",
      "2\tle\tle\tDET",
      "2.1\tx\t_\tX",
      "3\tpain\tpain\tNOUN",
    ]
      .map((line, i) => (i === 0 ? line : `${line}\tXX\t_\t0\troot\t_\t${misc(i)}`))
      .join("\n");

  it("are those of CoNLL-U, whose lines of several words or none are left out", async () => {
    const content = `# sent_id = 1\n${conllu(() => "_")}\n\n${conllu(() => "SpaceAfter=No")}\n`;
    for (const name of ["a.conllu", "a.conll", "a.txt"]) {
      const [found, said] = await told(name, content);
      expect(found).toEqual(Array(2).fill("de/ADP le/DET pain/NOUN"));
      expect(said).toEqual([
        "CoNLL-U; token: column 2, tag: column 4 of 10",
        "left out a comment, in line 1: '# sent_id = 1'",
        expect.stringMatching(
          /^left out 4 lines of several words or of none, the first in line 2: '1-2\\tdu/u,
        ),
      ]);
    }
    const [spans] = await told(
      "a.conllu",
      conllu((i) => (i === 4 ? "B-FOOD" : "O")),
    );
    expect(spans).toEqual(["de/O le/O pain/B-FOOD"]);
    const [named, saidOfNamed] = await told("a.conllu", content, { columns: [3, 5] });
    expect(named[0]).toBe("de/XX le/XX pain/XX");
    expect(saidOfNamed[0]).toBe("CoNLL-U; token: column 3, tag: column 5 of 10");
    expect((await readTokens(await write("b.conllu", content)))[0]?.value).toEqual(["de", "le", "pain"]);
  });

  it.each([
    ["a count", "1 Ada NN B-PER\n2 runs VB O\n\n1 Alan NN B-PER\n2 runs VB O\n", "counts the tokens"],
    [
      "a count from 0 over all sentences",
      "0\tAda\tB-PER\n1\truns\tO\n\n2\tAlan\tB-PER\n",
      "counts the tokens",
    ],
    ["offsets", "0 Ada B-PER\n4 runs O\n9 . O\n", "counts the tokens"],
    ["a document", "bc/1 0 Ada B-PER\nbc/1 1 runs O\nbc/1 2 . O\n", "is 'bc/1' in all lines"],
  ])("are asked for where the first has %s", async (_, content, fault) => {
    const width = content.split("\n")[0]?.split(/[\t ]/u).length;
    await expect(tagged("a.conll", content)).rejects.toThrow(
      `a.conll: the first column ${fault}, so it has no tokens; name the columns of the token and its tag, such as --columns 2,${width} for '`,
    );
    const [found] = await told("a.conll", content, {
      columns: [width === 4 && fault.startsWith("is") ? 3 : 2, width as number],
    });
    expect(found[0]).toMatch(/^Ada\/B-PER runs\/O/u);
  });

  it("may be numbers that do not ascend, or do where that is said", async () => {
    expect((await told("a.conll", "7 NUM\n7 NUM\n\n3 NUM\n9 X\n"))[0]).toEqual(["7/NUM 7/NUM", "3/NUM 9/X"]);
    await expect(tagged("a.conll", "1 A\n2 B\n")).rejects.toThrow(
      "if these are the tokens, add --columns 1,2",
    );
    expect((await told("a.conll", "1 A\n2.5 C\n3 B\n", { columns: [1, 2] }))[0]).toEqual(["1/A 2.5/C 3/B"]);
  });

  it("are known by a header, which is left out", async () => {
    for (const header of ["Token NE", "word\ttag", "WORD Etikett", "Wort NER-Tag", "form pos"]) {
      const separator = header.includes("\t") ? "\t" : " ";
      const [found, said] = await told("a.tsv", `${header}\nAda B-PER\nruns O\n`.replaceAll(" ", separator));
      expect(found).toEqual(["Ada/B-PER runs/O"]);
      expect(said[1]).toBe(
        `left out the header, line 1: '${header.replaceAll("\t", "\\t").replaceAll(" ", separator === " " ? " " : "\\t")}'`,
      );
    }
    expect((await told("a.conll", "word NN\nAda NN\n"))[0]).toEqual(["word/NN Ada/NN"]);
  });

  it("are separated as in most lines, and end before empty ones", async () => {
    const two = ["Ada/B-PER runs/O", "Oslo/B-LOC"];
    for (const content of [
      "Ada B-PER\nruns\tO\n\nOslo B-LOC",
      "Ada\tB-PER\nruns\tO\t\n\nOslo\tB-LOC\t\t\n",
      "Ada B-PER \nruns  O\n\nOslo B-LOC\n",
    ])
      expect((await told("a.conll", content))[0]).toEqual(two);
    await expect(tagged("a.tsv", "Ada\tB-PER\nNew York\nruns\tO\n")).rejects.toThrow(
      "a.tsv, line 2: expected 2 columns, as in line 1, got 1: 'New York'",
    );
    expect((await told("a.conll", "10\u00a0000 O\n"))[0]).toEqual(["10\u00a0000/O"]);
  });

  it("are refused where they do not exist, and for tables", async () => {
    const path = await write("a.conll", "Ada B-PER\n");
    await expect(readTagged(path, { columns: [1, 3] })).rejects.toThrow(
      "a.conll, line 1: there is no column 3 in 'Ada B-PER'; name columns from 1 to 2",
    );
    for (const columns of [[0, 1], [1], "1,2", [1.5, 2]])
      await expect(readTagged(path, { columns: columns as never })).rejects.toThrow(
        "columns: expected the numbers of the token's and the tag's column, such as [2, 4]",
      );
    await expect(tagged("a.csv", "tokens,tags\na,O\n", { columns: [1, 2] })).rejects.toThrow(
      "a.csv: columns by number are those of a file with a token per line",
    );
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
