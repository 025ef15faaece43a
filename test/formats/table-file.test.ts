import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readBytes } from "../../src/formats/files.ts";
import { decodeJsonLines, decodeJsonTable } from "../../src/formats/json-table.ts";
import { decodeTable } from "../../src/formats/decode-table.ts";
import { numberOf, type Table } from "../../src/formats/table.ts";
import { readTableFile } from "../../src/formats/table-file.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const cells = (table: Table): unknown => table.columns.map((c) => [c.name, ...c.cells]);
const golden = (name: string): string => fileURLToPath(new URL(`../goldens/tables/${name}`, import.meta.url));
const data = fileURLToPath(new URL("../../../shared/data/", import.meta.url));

describe("JSON", () => {
  it("takes an array of objects", async () => {
    const table = await decodeTable(
      "a.json",
      utf8('[{"t":"2024-01","x":1.5},{"x":null,"ok":true},{"__proto__":2}]'),
    );
    expect(cells(table)).toEqual([
      ["t", "2024-01", null, null],
      ["x", 1.5, null, null],
      ["ok", null, "true", null],
      ["__proto__", null, null, 2],
    ]);
    expect([table.unit, ...(table.lines as Int32Array)]).toEqual(["row", 1, 2, 3]);
  });

  it("takes one object per line", async () => {
    const table = await decodeTable("a.jsonl", utf8('{"x":1}\r\n\n{"x":2,"y":"NA"}\n'));
    expect(cells(table)).toEqual([
      ["x", 1, 2],
      ["y", null, "NA"],
    ]);
    expect([...(table.lines as Int32Array)]).toEqual([1, 3]);
  });

  it.each([
    ["a.json", '[{"x":1},', "a.json: not valid JSON ("],
    ["a.json", '{"x":[1]}', "a.json: expected an array of objects, got an object"],
    ["a.json", "[]", "a.json: the file has no rows"],
    [
      "a.json",
      '[{"x":1},3]',
      'a.json, row 2: expected an object such as {"date": "2024-01-31", "value": 3}, got 3',
    ],
    [
      "a.json",
      '[{"x":{"y":1}}]',
      "a.json, row 1: 'x' must be a number, text, a list, true, false or null, not an object; flatten it",
    ],
    ["a.json", "[{}]", "a.json: expected one column or more, got none"],
    ["a.jsonl", '{"x":1}\n{"x":', "a.jsonl, line 2: not valid JSON ("],
    ["a.ndjson", "[1]", "a.ndjson, line 1: expected an object such as"],
    ["a.jsonl", "", "a.jsonl: the file is empty"],
    ["a.jsonl", '{"x":1}\n\0', "a.jsonl: not a text file: byte 8 is 0"],
  ])("refuses %s with %j", async (name, text, message) => {
    await expect(decodeTable(name, utf8(text))).rejects.toThrow(message);
  });
});

describe("JSON out of proportion", () => {
  const lines = (count: number, row: (i: number) => object): Uint8Array =>
    utf8(Array.from({ length: count }, (_, i) => JSON.stringify(row(i))).join("\n"));

  it("is refused where most cells would be missing keys", () => {
    expect(() =>
      decodeJsonLines(
        "a.jsonl",
        lines(2000, (i) => ({ [`k${i}`]: i })),
      ),
    ).toThrow(
      "a.jsonl: 2000 rows with 2000 different keys would be mostly empty cells; give all rows the same keys",
    );
    // A tenth of the cells, or a few rows, are no matter.
    const sparse = decodeJsonLines(
      "a.jsonl",
      lines(3000, (i) => ({ [`k${i % 10}`]: i, all: 1 })),
    );
    expect([sparse.rows, sparse.columns.length]).toEqual([3000, 11]);
    expect(
      decodeJsonLines(
        "a.jsonl",
        lines(300, (i) => ({ [`k${i}`]: i })),
      ).columns,
    ).toHaveLength(300);
  });

  it("is refused where lists are deep, but not where texts have brackets", () => {
    const nested = (depth: number): Uint8Array => utf8(`[{"a":${"[".repeat(depth)}${"]".repeat(depth)}}]`);
    expect(() => decodeJsonTable("a.json", nested(70))).toThrow("more than 64 deep in each other");
    expect(decodeJsonTable("a.json", nested(60)).rows).toBe(1);
    const text = `${"[{".repeat(99)}\\"\\\\`;
    expect(decodeJsonTable("a.json", utf8(JSON.stringify([{ a: text, b: "]" }]))).columns[0]?.cells).toEqual([
      text,
    ]);
    expect(() => decodeJsonTable("a.json", utf8("[\u001b[2J]"))).not.toThrow("\u001b");
  });
});

describe("Parquet", () => {
  it("takes every flat type over several row groups", async () => {
    const table = await readTableFile(golden("small.parquet"));
    expect(cells(table)).toEqual([
      ["time", "2016-07-01T00:00:00.000Z", "2016-07-01T01:00:00.000Z", "2016-07-01T02:00:00.000Z"],
      ["day", "2016-02-29T00:00:00.000Z", null, "1949-01-01T00:00:00.000Z"],
      ["load", 5.827, null, NaN],
      ["half", 0.5, -1.25, 3],
      ["count", 1, 1 - 2 ** 53, 3],
      ["name", "one", "", null],
      ["on", "true", "false", null],
    ]);
    expect([table.source, table.unit, table.rows]).toEqual(["small.parquet", "row", 3]);
    expect(cells(await readTableFile(golden("plain.parquet")))).toEqual([["half", 0.5, -1.25, 3]]);
  });

  it("reads every encoding of Parquet's pages, with absent values", async () => {
    const table = cells(await readTableFile(golden("encodings.parquet")));
    const expected = (valueOf: (i: number) => unknown): unknown[] =>
      Array.from({ length: 300 }, (_, i) => (i % 3 === 1 ? null : valueOf(i)));
    expect(table).toEqual([
      ["count", ...expected((i) => i * i)],
      ["load", ...expected((i) => i / 8)],
      ["path", ...expected((i) => `a/long/path/${Math.floor(i / 10)}/${i}`)],
      ["on", ...expected((i) => String(i % 7 < 3))],
      ["word", ...expected((i) => ["in", "at", "of"][i % 3])],
      ["absent", ...expected(() => null)],
    ]);
  });

  it("takes lists, and lists of lists, as their text in JSON", async () => {
    expect(cells(await readTableFile(golden("nested.parquet")))).toEqual([
      ["id", 1, 2],
      ["list", null, "[1,2]"],
    ]);
    expect(cells(await readTableFile(golden("tagged.parquet")))).toEqual([
      ["tokens", '["in","Paris"]', '["go","!","[1]"]'],
      ["tags", '["O","B-LOC"]', '["O","O","O"]'],
      ["ids", "[0,1]", "[0,0,0]"],
      ["points", "[[0.5,1],[2,3]]", "[[1,1],[0,0],[2,2]]"],
    ]);
  });

  it.each([
    ["gzip", /^gzip.parquet: cannot be read as Parquet \(.*compression.*\); write it with Snappy/],
    [
      "structures",
      /^structures.parquet, row 2: column 'place' must have numbers, text or lists, not structures/,
    ],
    ["large", /^large.parquet, row 2: column 'id' has 9007199254740993, above 2\^53/],
  ])("refuses %s", async (name, message) => {
    await expect(readTableFile(golden(`${name}.parquet`))).rejects.toThrow(message);
  });

  it("refuses an empty, a truncated, a damaged and another file", async () => {
    const bytes = await readBytes(golden("small.parquet"));
    const end = bytes.subarray(bytes.length - 4);
    const damaged = Uint8Array.of(...bytes.subarray(0, 300), ...end);
    await expect(decodeTable("a.parquet", new Uint8Array(0))).rejects.toThrow(
      "a.parquet: not a Parquet file",
    );
    await expect(decodeTable("a.parquet", utf8("x,y\n1,2"))).rejects.toThrow("a.parquet: not a Parquet file");
    await expect(decodeTable("a.parquet", bytes.subarray(0, 4))).rejects.toThrow("so it is cut short");
    await expect(decodeTable("a.parquet", bytes.subarray(0, 700))).rejects.toThrow("so it is cut short");
    await expect(decodeTable("a.parquet", damaged)).rejects.toThrow("a.parquet: cannot be read as Parquet (");
  });
});

describe("the format", () => {
  it("follows from the extension", async () => {
    expect(cells(await decodeTable("A.TSV", utf8("a\tb,c\n1\t2,5")))).toEqual([
      ["a", "1"],
      ["b,c", "2,5"],
    ]);
    expect(cells(await decodeTable("a.txt", utf8("a;b\n1;2")))).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
    const message = "expected a .csv, .tsv, .jsonl, .json or .parquet file, got";
    await expect(decodeTable("b.xlsx", utf8("x"))).rejects.toThrow(`b.xlsx: ${message} '.xlsx'; convert`);
    await expect(decodeTable("b", utf8("x"))).rejects.toThrow(`b: ${message} one without an extension`);
    await expect(readTableFile(golden("smal.parquet"))).rejects.toThrow("did you mean");
  });
});

describe.skipIf(!existsSync(`${data}etth`))("real files (skipped without ../shared/data)", () => {
  it.each([
    ["time-series/airline-passengers.csv", 144, ["Month", "Passengers"], 112, 432],
    ["time-series/daily-min-temperatures.csv", 3650, ["Date", "Temp"], 20.7, 13],
    ["time-series/daily-total-female-births.csv", 365, ["Date", "Births"], 35, 50],
    ["time-series/monthly-sunspots.csv", 2820, ["Month", "Sunspots"], 58, 33.4],
    ["time-series/shampoo.csv", 36, ["Month", "Sales"], 266, 646.9],
    [
      "etth/ETTh1.csv",
      17420,
      ["date", "HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"],
      30.5310001373291,
      9.56700038909912,
    ],
    [
      "etth/ETTh2.csv",
      17420,
      ["date", "HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"],
      38.6619987487793,
      45.98649978637695,
    ],
  ])("reads %s", async (path, rows, names, first, last) => {
    const table = await readTableFile(data + path);
    expect(table.columns.map((c) => c.name)).toEqual(names);
    const values = table.columns.at(-1)!.cells.map(numberOf);
    expect([table.rows, values[0], values.at(-1), table.lines[rows - 1]]).toEqual([
      rows,
      first,
      last,
      rows + 1,
    ]);
  });
});
