// Labelled texts from folders and tables: what is taken for what, which is said, and what is refused.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { train } from "../../../src/tasks/train.ts";
import { classify } from "../../../src/tasks/classify/classify.ts";
import { readLabelled, readLabelledTable } from "../../../src/tasks/classify/labelled-files.ts";
import { readLabelledFolder } from "../../../src/tasks/classify/labelled-folder.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-labelled-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** What is read, as `label: text`, and what is said. */
async function told(path: string, without?: string): Promise<readonly [string[], string[]]> {
  const said: string[] = [];
  const context = { say: (line: string) => void said.push(line) };
  const { data } = await readLabelled(path, { without, unique: false }, context);
  return [data.map(({ label, value }) => `${label}: ${String(value)}`), said];
}

describe("a folder per label", () => {
  it("has texts of any usual kind, and other files are left out, which is said", async () => {
    await files({
      "pos/1.txt": " good\n",
      "pos/2.md": "fine",
      "pos/3": "nice",
      "pos/README.md": "about",
      "neg/1.TXT": "bad",
      "neg/scores.csv": "1,2",
      "neg/deep/9.txt": "x",
      "README.txt": "Read me first.\nTwo lines.",
      "urls_pos.txt": "http://x.example/1",
      ".hidden.txt": "x",
    });
    expect(await told(folder)).toEqual([
      ["neg: bad", "pos: good", "pos: fine", "pos: nice"],
      [
        "a label per folder, a text per file (1 .TXT, 1 .txt, 1 .md, 1 without extension)",
        "left out 2, beside the folders of labels: urls_pos.txt, README.txt",
        `left out 3, in them, not a text: ${["neg/scores.csv", "neg/deep", "pos/README.md"].map((name) => join(name)).join(", ")}`,
      ],
    ]);
    expect((await readLabelledFolder(folder)).map(({ place }) => place)[1]).toBe(
      join(folder, "pos", "1.txt"),
    );
  });

  it("is refused where labels have folders instead of texts, and where there is one label", async () => {
    await files({
      "train/neg/1.txt": "bad",
      "train/pos/1.txt": "good",
      "test/neg/1.txt": "bad",
      "test/pos/1.txt": "x",
    });
    await expect(told(folder)).rejects.toThrow(
      "it has test, train; test has only folders (neg, pos): give a folder below, or move the texts up",
    );
    expect((await told(join(folder, "train")))[0]).toEqual(["neg: bad", "pos: good"]);
    await expect(told(join(folder, "train", "neg"))).rejects.toThrow("and two labels or more; it has 1.txt");
    await mkdir(join(folder, "empty"));
    await expect(told(join(folder, "empty"))).rejects.toThrow("it is empty");
  });
});

describe("a file per label", () => {
  it("has a text per line, and files that tell of the data are no labels", async () => {
    await files({
      "Arabic.txt": "Khoury\n\nNahas\n",
      "Czech.txt": "Abl\n",
      "SOURCE.txt": "from the web",
      LICENSE: "free",
      "readme.md": "x",
      "old/a.txt": "x",
      "table.csv": "a",
    });
    const items = ["Arabic: Khoury", "Arabic: Nahas", "Czech: Abl"];
    expect(await told(folder)).toEqual([
      items,
      [
        "a label per file, a text per line",
        "left out 5, not a file of texts: old, LICENSE, SOURCE.txt, readme.md, table.csv",
      ],
    ]);
    // As it had to be written before such files were left out.
    expect((await told(folder, "SOURCE"))[0]).toEqual(items);
    await expect(told(folder, "Arabik")).rejects.toThrow(
      "no sequence has the label 'Arabik'; did you mean 'Arabic'?",
    );
  });

  it("may have very many lines", async () => {
    await files({ "a.txt": "x\n".repeat(200_000), "b.txt": "y\n" });
    expect(await readLabelledFolder(folder)).toHaveLength(200_001);
  });
});

describe("labels", () => {
  it("may have commas, and are left out by name", async () => {
    await files({ "a.csv": 'text,label\na,"good, mostly"\nb,bad\nc,good\nd,"bad, ""really"""\n' });
    const path = join(folder, "a.csv");
    expect((await told(path, "good, mostly"))[0]).toEqual(["bad: b", "good: c", 'bad, "really": d']);
    expect((await told(path, '"good, mostly", bad'))[0]).toEqual(["good: c", 'bad, "really": d']);
  });

  it("are true and false where JSON has these", async () => {
    await files({
      "a.jsonl": '{"text":"a","label":true}\n{"text":"b","label":false}\n{"text":"c","label":0}\n',
    });
    expect((await told(join(folder, "a.jsonl")))[0]).toEqual(["true: a", "false: b", "0: c"]);
  });

  it("are not in a text file, unless it is a table", async () => {
    await files({
      "book.txt": "One, two,\nthree.\nFour\n",
      "one.txt": "a\nb\n",
      "table.txt": "text,label\na,x\n",
    });
    for (const [name, table] of [
      ["book", " (as a table: book.txt, line 2: expected 3 cells, as in the first row, got 1: 'three.'; "],
      ["one", ""],
    ] as const)
      await expect(readLabelledTable(join(folder, `${name}.txt`))).rejects.toThrow(
        `${name}.txt: a text file has no labels; give a table with a column of labels (.csv, .jsonl, .parquet), or a folder ` +
          `with a file or a folder of texts for each label${table}`,
      );
    expect(await readLabelledTable(join(folder, "table.txt"))).toHaveLength(1);
  });
});

describe("series in cells", () => {
  it("are found where nobody names a column: lists of numbers, unless there are texts", async () => {
    const read = async (name: string, text: string) => {
      await files({ [name]: text });
      return (await readLabelledTable(join(folder, name))).map(({ value }) => value);
    };
    expect(
      await read("points.jsonl", '{"points":[[1],[2]],"label":"a"}\n{"points":[3,4],"label":"b"}\n'),
    ).toEqual([
      [[1], [2]],
      [3, 4],
    ]);
    expect(await read("text.jsonl", '{"text":"[1]","label":"a"}\n{"text":"[sic]","label":"b"}\n')).toEqual([
      "[1]",
      "[sic]",
    ]);
    const both = '{"text":"x","points":[1,2],"label":"a"}\n{"text":"y","points":[3],"label":"b"}\n';
    expect(await read("both.jsonl", both)).toEqual(["x", "y"]);
  });

  it("may not have commas of two meanings", async () => {
    await files({ "a.csv": 'series;label\n0,5 0,7;a\n"1, 2";b\n' });
    await expect(readLabelledTable(join(folder, "a.csv"), { series: "series" })).rejects.toThrow(
      "a.csv, line 2: 'series' must be numbers, as in 0.1 0.5 or [0.1, 0.5], not '0,5 0,7'; write decimal points instead",
    );
    await files({ "b.csv": 'series,label\n"1, 2,3",a\n1 2 3,b\n' });
    const items = await readLabelledTable(join(folder, "b.csv"), { series: "series" });
    expect(items.map(({ value }) => value)).toEqual(Array(2).fill([1, 2, 3]));
  });
});

it("classes are counted before training, and repetitions and single examples are named", async () => {
  const items = Array.from({ length: 40 }, (_, i) => ({
    value: ["good", "bad", "fine"][i % 3] as string,
    label: i % 3 === 1 ? "no" : "yes",
  }));
  const run = train(classify({ size: 4 }), [...items, { value: "hm", label: "so so" }], { steps: 1 });
  const { lines } = await run.prepare();
  expect(lines[0]).toBe("3 classes: yes (27), no (13), so so (1)");
  expect(lines[2]).toBe("with one sequence only: 'so so'");
  expect(lines[3]).toMatch(
    /^[45] of the 5 held-out sequences are in the training part, too.*; --unique leaves repetitions out$/u,
  );
  run.dispose();
  const distinct = train(
    classify({ size: 4 }),
    items.map((item, i) => ({ ...item, value: `${item.value} ${i}` })),
    { steps: 1 },
  );
  expect((await distinct.prepare()).lines).toHaveLength(2);
  distinct.dispose();
});
