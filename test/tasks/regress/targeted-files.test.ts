// Sequences with targets from tables: which columns are taken, gaps, and errors that name line and remedy.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { readRows, readTargeted } from "../../../src/tasks/regress/targeted-files.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-targeted-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe("a row per sequence", () => {
  test("has a list of numbers in a column, with gaps, and the target in the only column of numbers", async () => {
    const path = file("one.csv", 'points,note,load\n1 2.5 NaN,x,0.5\n"[4, null]",y,-2\n');
    expect(await readTargeted(path)).toEqual([
      { value: [[1], [2.5], [NaN]], target: { load: 0.5 }, place: "one.csv, line 2" },
      { value: [[4], [NaN]], target: { load: -2 }, place: "one.csv, line 3" },
    ]);
    expect((await readRows(path, {}, true)).found).toEqual({ series: "points", target: "load" });
  });

  test("has several lists, whose steps stand side by side, and several targets, at every step", async () => {
    const rows = [
      {
        a: [1, 2],
        b: [
          [3, 4],
          [5, null],
        ],
        load: [0.1, null],
        heat: 7,
      },
      { a: [6], b: [[8, 9]], load: [1], heat: 8 },
    ];
    const path = file("several.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const items = await readTargeted(path, { target: ["load", "heat"] });
    expect(items.map(({ value, target }) => ({ value, target }))).toEqual([
      {
        value: [
          [1, 3, 4],
          [2, 5, NaN],
        ],
        target: { load: [0.1, NaN], heat: 7 },
      },
      { value: [[6, 8, 9]], target: { load: [1], heat: 8 } },
    ]);
    const [first] = await readTargeted(path, { target: "heat", series: "b" });
    expect(first?.value).toEqual([
      [3, 4],
      [5, NaN],
    ]);
  });

  test("has texts where there are no series", async () => {
    const path = file("texts.csv", "title,price\ngood,3\nbad,1\n");
    expect((await readTargeted(path)).map(({ value, target }) => [value, target])).toEqual([
      ["good", { price: 3 }],
      ["bad", { price: 1 }],
    ]);
  });

  test("has no lists in numbers with commas between thousands, nor in texts with a number among them", async () => {
    const path = file("thousands.csv", 'area;title;load\n"1,000.5";2 3;1\n"2,500";four;2\n"3,500";five;3\n');
    expect((await readTargeted(path, { text: "title", target: "load" })).map(({ value }) => value)).toEqual([
      "2 3",
      "four",
      "five",
    ]);
    await expect(readTargeted(path, { target: "load" })).rejects.toThrow("there is no column of series");
  });

  test("needs no target for predictions, and a file of lines is one of texts", async () => {
    const path = file("new.csv", "points\n1 2\n3 4 5\n");
    expect((await readRows(path, { target: "load" }, false)).items.map(({ value }) => value)).toEqual([
      [[1], [2]],
      [[3], [4], [5]],
    ]);
    const lines = await readRows(file("new.txt", "one\ntwo\n"), {}, false);
    expect(lines.items.map(({ value }) => value)).toEqual(["one", "two"]);
  });
});

describe("a row per step", () => {
  const text = "sequence,at,x,y,load,kind\nA,0,1,,5,a\nB,0,2,3,6,b\nA,1,4,5,7,a\nB,1,,7,6,b\n";

  test("is gathered by the column of sequences, whose targets at every step change within one", async () => {
    const { items, found } = await readRows(file("steps.csv", text), { target: "load" }, true);
    expect(items).toEqual([
      {
        value: [
          [0, 1, NaN],
          [1, 4, 5],
        ],
        target: { load: [5, 7] },
        name: "A",
        place: "steps.csv, line 2, sequence 'A'",
      },
      {
        value: [
          [0, 2, 3],
          [1, NaN, 7],
        ],
        target: { load: [6, 6] },
        name: "B",
        place: "steps.csv, line 3, sequence 'B'",
      },
    ]);
    expect(found).toEqual({ sequence: "sequence", series: "at,x,y", target: "load" });
  });

  test("has one target for a sequence where it never changes, in all of its rows or in one", async () => {
    const path = file("whole.csv", "run,x,load\n1,3,5\n1,4,5\n2,5,\n2,6,8\n");
    expect(
      (await readTargeted(path, { sequence: "run", target: "load" })).map(({ target }) => target),
    ).toEqual([{ load: 5 }, { load: 8 }]);
  });

  test("has decimal commas, which are noted", async () => {
    const path = file("commas.csv", "sequence;x;load\n1;0,5;1,5\n1;2,25;1,5\n");
    const { items, notes } = await readRows(path, { target: "load" }, true);
    expect(items[0]?.value).toEqual([[0.5], [2.25]]);
    expect(notes.join()).toContain("column 'x' has decimal commas");
  });

  test("a column 'sequence' without a name that repeats has texts", async () => {
    const path = file("dna.csv", "sequence,melting\nACGT,50\nGGTT,55\n");
    expect((await readTargeted(path)).map(({ value }) => value)).toEqual(["ACGT", "GGTT"]);
  });
});

test("Parquet files have lists, too", async () => {
  const path = fileURLToPath(new URL("../../goldens/tables/tagged.parquet", import.meta.url));
  const [first] = await readTargeted(path, { series: "points", target: "ids" });
  expect(first).toEqual({
    value: [
      [0.5, 1],
      [2, 3],
    ],
    target: { ids: [0, 1] },
    place: "tagged.parquet, row 1",
  });
});

describe("errors name the line and the remedy", () => {
  test.each<[string, string, Parameters<typeof readTargeted>[1], string]>([
    [
      "lengths",
      "a,b,load\n1 2,3 4,1\n1 2,3,2\n",
      { target: "load", series: "a,b" },
      "lengths.csv, line 3: 'b' has 1 steps, but 'a' 2; give the series of a row the same length",
    ],
    [
      "ragged",
      'a,load\n"[[1, 2], [3]]",1\n',
      { target: "load" },
      "ragged.csv, line 2: 'a', step 1 has 1 numbers, but the first 2; give all steps the same",
    ],
    [
      "word",
      "a,load\n1 2,1\n1 x,2\n",
      { target: "load", series: "a" },
      "word.csv, line 3: 'a' must be numbers, as in 0.1 0.5 or [0.1, 0.5], not '1 x'; correct it",
    ],
    [
      "target",
      "a,load\n1 2,1\n1 3,high\n",
      { target: "load" },
      "target.csv, line 3: 'load' must be a number, not 'high'; correct it, or leave the cell empty",
    ],
    ["percent", "a,load\n1 2,1\n1 3,5%\n", { target: "load" }, "remove the percent sign from the column"],
    [
      "nested",
      'a,load\n1 2,"[[1], [2]]"\n',
      { target: "load" },
      "nested.csv, line 2: 'load' must be one number per step; name several targets as columns of their own",
    ],
    [
      "unnamed",
      "sequence,x,load\nA,1,1\n,2,2\nA,3,3\n",
      { target: "load", sequence: "sequence" },
      "unnamed.csv, line 3: 'sequence' is empty; name the sequence of the step",
    ],
    [
      "cell",
      "sequence,x,load\nA,1,1\nA,two,2\n",
      { target: "load", series: "x" },
      "cell.csv, line 3: 'x' must be a number, not 'two'",
    ],
    [
      "steps",
      "time,x,load\n1,1,1\n2,2,2\n",
      { target: "load" },
      "steps.csv: there is no column of series; name the one whose cells are lists of numbers (--series) or texts (--text), or in a table with a row per step the one that names the sequence (--sequence): the columns are time, x, load",
    ],
    [
      "names",
      "machine,x,load\nA,1,1\nA,2,2\n",
      { target: "load" },
      "there is no column of series; name the one",
    ],
    [
      "both",
      "a,load\n1 2,1\n",
      { target: "load", series: "load" },
      "'load' cannot be both a target and read",
    ],
    ["absent", "a,load\n1 2,1\n", { target: "lod" }, "there is no column 'lod'; did you mean 'load'?"],
    ["twice", "a,load\n1 2,1\n", { target: "load,load" }, "the column 'load' is named twice; name it once"],
    [
      "which",
      "a,load,heat\n1 2,1,2\n",
      {},
      "there is no column 'target', and several columns could be meant; name one (--target) of a, load, heat",
    ],
    [
      "nothing",
      "sequence,load\nA,1\nA,2\n",
      { target: "load" },
      "there is no column of numbers besides sequence, load; name those to read (--series)",
    ],
  ])("%s", async (name, text, columns, message) => {
    await expect(readTargeted(file(`${name}.csv`, text), columns)).rejects.toThrow(message);
  });

  test("an option that does not exist", async () => {
    await expect(readTargeted("a.csv", { targets: "a" } as never)).rejects.toThrow(
      "readTargeted: there is no option 'targets'; did you mean 'target'?",
    );
  });
});
