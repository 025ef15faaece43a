import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { column, type Table } from "../../src/formats/table.ts";
import { decodeCsv, encodeCsv, type CsvSettings } from "../../src/formats/csv.ts";

const read = (text: string, settings?: CsvSettings): Table =>
  decodeCsv("a.csv", new TextEncoder().encode(text), settings);
const cells = (table: Table): unknown => table.columns.map((c) => [c.name, ...c.cells]);

describe("reading CSV", () => {
  it("takes quotes, doubled quotes, a byte order mark and mixed line ends, and numbers the lines", () => {
    const table = read('\ufeffa,"b, c"\r\n1,"x\r\ny"\n\n2,"z\nw\rv"\r3,\r\n5,"q""r"');
    expect(cells(table)).toEqual([
      ["a", "1", "2", "3", "5"],
      ["b, c", "x\ny", "z\nw\nv", null, 'q"r'],
    ]);
    // header 1; x and y 2 and 3; empty 4; z, w, v 5 to 7; then 8 and 9
    expect([...(table.lines as Int32Array)]).toEqual([2, 5, 8, 9]);
  });

  it.each([
    ["date;value\n1;2,5\n", "2,5"],
    ["date\tvalue\n1\t2,5\n", "2,5"],
    ['"a, b",value\n1,2\n', "2"],
    ['"a,,b";value\n1;2\n', "2"],
  ])("finds the delimiter of %j", (text, value) => {
    expect(column(read(text), "value").cells).toEqual([value]);
  });

  it("takes one column, names and a delimiter as settings, and a column without a name", () => {
    expect(cells(read("x\n1\n2"))).toEqual([["x", "1", "2"]]);
    expect(cells(read("1,2\n3,4", { columns: ["a", "b"] }))).toEqual([
      ["a", "1", "3"],
      ["b", "2", "4"],
    ]);
    expect(cells(read("a|b\n1|2", { delimiter: "|" }))).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
    expect(cells(read(",b\n0,2"))).toEqual([
      ["column 1", "0"],
      ["b", "2"],
    ]);
  });

  it("takes the delimiter that Excel writes in a first line", () => {
    for (const [first, delimiter] of [
      ["sep=;", ";"],
      ["SEP=\t", "\t"],
      ["\ufeffsep=|", "|"],
      ["sep=,", ","],
    ] as const) {
      const table = read(`${first}\r\na${delimiter}b\r\nx${delimiter}"y,; z"\r\n`);
      expect(cells(table)).toEqual([
        ["a", "x"],
        ["b", "y,; z"],
      ]);
      expect([table.delimiter, ...(table.lines as Int32Array)]).toEqual([delimiter, 3]);
    }
    expect(() => read("sep=;\n")).toThrow("a.csv: the file has no rows");
    expect(() => read("sep=;\na;b\n1\n")).toThrow("a.csv, line 3: expected 2 cells");
  });

  it("takes quotes after blanks, and quotes in cells that do not begin with one", () => {
    expect(cells(read('text, label\n"x, y" , "neg"\n5" pipe,say "hi"\n', { delimiter: "," }))).toEqual([
      ["text", "x, y", '5" pipe'],
      ["label", "neg", 'say "hi"'],
    ]);
    expect(cells(read('a\tb\n"x"\t"y"\n'))).toEqual([
      ["a", "x"],
      ["b", "y"],
    ]);
  });

  it("takes blanks around any quoted cell, and keeps those of cells without quotes", () => {
    const text = fc.string({ unit: fc.constantFrom("a", '"', ";", "\n", " ", "\t", "é", "1"), maxLength: 6 });
    const blanks = fc.string({ unit: fc.constantFrom(" ", "\t"), maxLength: 2 });
    const quoted = fc
      .tuple(blanks, text, blanks)
      .map(([before, cell, after]) => [`${before}"${cell.replaceAll('"', '""')}"${after}`, cell] as const);
    const plain = text.filter((cell) => !/[;\n]|^[ \t]*"/u.test(cell)).map((cell) => [cell, cell] as const);
    const row = fc.tuple(fc.oneof(quoted, plain), fc.oneof(quoted, plain));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const written = rows.map((row) => `${row.map(([source]) => source).join(";")}\n`).join("");
        const table = read(written, { delimiter: ";", columns: ["one", "two"] });
        expect(rows.map((_, i) => table.columns.map(({ cells }) => cells[i] ?? ""))).toEqual(
          rows.map((row) => row.map(([, cell]) => cell)),
        );
        let line = 1;
        const begins = rows.map((row) => {
          const begin = line;
          line += row
            .map(([source]) => source)
            .join("")
            .split("\n").length;
          return begin;
        });
        expect([...(table.lines as Int32Array)]).toEqual(begins);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves out a column without name and cells, as a delimiter at each line's end makes", () => {
    expect(cells(read("a,b,\n1,2,\n3,4,\n"))).toEqual([
      ["a", "1", "3"],
      ["b", "2", "4"],
    ]);
    expect(cells(read("a,\n1,\n3,4\n"))).toHaveLength(2);
    expect(cells(read(",\n1,\n"))).toEqual([["column 1", "1"]]);
  });

  it.each<[string, string, CsvSettings | undefined, string]>([
    ["very many columns", `${",".repeat(100_001)}\n`, undefined, "a.csv, line 1: more than 100,000 cells"],
    ["an empty file", "", undefined, "a.csv: the file is empty"],
    ["empty lines", "\n\r\n", undefined, "a.csv: the file has no rows"],
    [
      "a header alone",
      "a,b\n",
      undefined,
      "a.csv: the file has a header but no rows; check whether it is cut short",
    ],
    [
      "no header",
      "\n1949-01,112\n1949-02,118",
      undefined,
      "a.csv, line 2: expected column names in the first line, got values such as '1949-01'; add a header",
    ],
    ["a name twice", "a,a\n1,2", undefined, "a.csv, line 1: column name 'a' appears twice; rename one"],
    [
      "a short row",
      'a,b\n1,"x\ny"\n3\n',
      undefined,
      "a.csv, line 4: expected 2 cells, as in the first row, got 1: '3'; correct it",
    ],
    [
      "a long row",
      "a,b\n1,2,\n",
      undefined,
      "a.csv, line 2: expected 2 cells, as in the first row, got 3: '1 | 2 | '",
    ],
    [
      "a footer",
      "a,b\n1,2\n\nSales of shampoo\n",
      undefined,
      "a.csv, line 4: expected 2 cells, as in the first row, got 1: 'Sales of shampoo'",
    ],
    [
      "an open quote",
      'a,b\n1,2\n3,"4\n5,6\n',
      undefined,
      "a.csv, line 3 or after: a quote is never closed; close it, or check whether the file is cut short",
    ],
    [
      "an open quote after other quotes",
      'a,b\n5",2\n\n3, "4\n5,6\n',
      undefined,
      "a.csv, line 4 or after: a quote is never closed",
    ],
    ["two quoted cells in one", 'a,b\n1,"" "2"\n', undefined, "a.csv, line 2: a cell with quotes must be"],
    [
      "text after a quote",
      'a,b\n1,"2"x\n',
      undefined,
      "a.csv, line 2: a cell with quotes must be quoted itself",
    ],
    ["binary", "a,b\0\n", undefined, "a.csv: not a text file: byte 3 is 0"],
    [
      "too few names",
      "1,2\n",
      { columns: ["a"] },
      "a.csv, line 1: expected 1 cell, for the columns a, got 2; name every column, or set the delimiter",
    ],
  ])("refuses %s", (_, text, settings, message) => {
    expect(() => read(text, settings)).toThrow(message);
  });

  it("refuses other encodings", () => {
    const latin = Uint8Array.of(0x61, 0x2c, 0xe9, 0x0a, 0x31, 0x2c, 0x32);
    expect(() => decodeCsv("l.csv", latin)).toThrow("l.csv: the text is not valid UTF-8; save it as UTF-8");
    const wide = Uint8Array.of(0xff, 0xfe, 0x61, 0);
    expect(() => decodeCsv("w.csv", wide)).toThrow(
      "w.csv: expected UTF-8, got UTF-16 by its byte order mark",
    );
  });
});

describe("writing CSV", () => {
  it("quotes cells that need it", () => {
    const text = encodeCsv([
      ["time", "a,b", 'say "x"'],
      ["2024-01-31", 0.1, null],
      [" lead", -1e-7, "two\nlines"],
    ]);
    expect(text).toBe('time,"a,b","say ""x"""\n2024-01-31,0.1,\n" lead",-1e-7,"two\nlines"\n');
    expect(encodeCsv([])).toBe("");
    expect(() => encodeCsv([["a"], []])).toThrow(
      "writing CSV, row 1: expected 1 cell, as in the first row, got 0",
    );
  });

  it("reads back unchanged", () => {
    const cell = fc.oneof(
      fc.constant(null),
      fc.string({ minLength: 1, unit: fc.constantFrom("a", '"', ",", "\n", ";", " ", "é", "\t") }),
    );
    const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rows, (body) => {
        const back = read(encodeCsv([["one", "two", "three"], ...body]));
        expect(body.map((_, row) => back.columns.map((c) => c.cells[row]))).toEqual(body);
      }),
    );
    expect(cells(read(encodeCsv([["x"], [null], ["1"]])))).toEqual([["x", null, "1"]]);
  });
});
