// Numbers as people write them: which columns are numbers, in which way of writing, and what is said of them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numberColumn, numberRemedy, type NumberColumn } from "../../src/formats/number-column.ts";
import { makeTable, numberOf, type Cell, type Table } from "../../src/formats/table.ts";

function read(cells: readonly Cell[], delimiter?: string): NumberColumn {
  const column = { name: "x", cells };
  const table: Table = makeTable("a.csv", [column], { unit: "line", lines: cells.map((_, i) => i) });
  return numberColumn(delimiter === undefined ? table : { ...table, delimiter }, column);
}

describe("a column of numbers", () => {
  it.each<[string, readonly Cell[], string | undefined, readonly Cell[], string]>([
    [
      "decimal commas",
      ["1000,5", "-2", null, "NA"],
      ";",
      [1000.5, -2, null, "NA"],
      "column 'x' has decimal commas ('1000,5' is 1000.5)",
    ],
    [
      "points and commas",
      ["1.000,5", "7", "1.234.567"],
      "\t",
      [1000.5, 7, 1234567],
      "column 'x' has decimal commas ('1.000,5' is 1000.5)",
    ],
    [
      "commas and points",
      ["1,000.5", "7", "1,234,567", "0.25"],
      ",",
      [1000.5, 7, 1234567, 0.25],
      "column 'x' has commas between thousands ('1,000.5' is 1000.5)",
    ],
    [
      "three digits, semicolons",
      ["1,000", "2,500"],
      ";",
      [1, 2.5],
      "column 'x' has decimal commas ('1,000' is 1)",
    ],
    [
      "three digits, commas",
      ["1,000", "2,500"],
      ",",
      [1000, 2500],
      "column 'x' has commas between thousands ('1,000' is 1000)",
    ],
    [
      "gaps",
      ["1\u00a0000.5", "2\u202f000", "1'000'000"],
      ",",
      [1000.5, 2000, 1000000],
      "column 'x' has gaps between thousands ('1\u00a0000.5' is 1000.5)",
    ],
    [
      "gaps and commas",
      ["1\u00a0000,5", "0,5"],
      ";",
      [1000.5, 0.5],
      "column 'x' has decimal commas ('1\u00a0000,5' is 1000.5)",
    ],
    [
      "minus signs",
      ["\u22121,5", "2,5"],
      ";",
      [-1.5, 2.5],
      "column 'x' has decimal commas ('\u22121,5' is -1.5)",
    ],
    [
      "a stray cell",
      ["1000,5", "-", "2,5"],
      ";",
      [1000.5, "-", 2.5],
      "column 'x' has decimal commas ('1000,5' is 1000.5)",
    ],
  ])("may have %s", (_, cells, delimiter, values, note) => {
    expect(read(cells, delimiter)).toEqual({ cells: values, notes: [note] });
  });

  it.each<[string, readonly Cell[], string | undefined]>([
    ["plain numbers", ["1.5", " 2 ", null, "1e3", "\u22121.5", 3, "true"], ";"],
    ["three digits, tabs", ["1,000", "2,500"], "\t"],
    ["both ways", ["1000,5", "2.5"], ";"],
    ["currencies", ["$1000.00"], ","],
    ["hexadecimal digits", ["0x3e8"], ","],
    ["texts", ["a, b", "c"], ";"],
    ["nothing", [null, "NA"], ","],
  ])("stays as it is with %s", (_, cells, delimiter) => {
    expect(read(cells, delimiter)).toEqual({ cells, notes: [] });
  });

  it("reads a number as the number that it is, however it is written", () => {
    const sizes = fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.constantFrom("de-DE", "en-US", "fr-FR", "de-CH"), (values, locale) => {
        const format = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
        const cells = values.map((value) => format.format(value));
        const delimiter = locale === "en-US" ? "," : ";";
        const found = read(cells, delimiter).cells.map(numberOf);
        expect(found.map((value) => (value as number).toFixed(2))).toEqual(
          values.map((value) => Number(value.toFixed(2)).toFixed(2)),
        );
      }),
    );
  });

  it("says what may mean something else", () => {
    expect(read(["1.500", "12.250"], ";").notes).toEqual([
      "column 'x': '1.500' is read as 1.5; if its point separates thousands, remove the points",
    ]);
    for (const [cells, delimiter] of [
      [["1.500", "12.250"], ","],
      [["0.500", "1.250"], ";"],
      [["1.5", "1.250"], ";"],
    ] as const)
      expect(read(cells, delimiter).notes).toEqual([]);
    expect(read(["3", "-999", "5", -999]).notes).toEqual([
      "column 'x' has -999 2 times and no other number below 0; if it stands for a missing value, leave these cells empty",
    ]);
    expect(read(["3", "-999", "-5"]).notes).toEqual([]);
    expect(read(["-999", "-999"]).notes).toEqual([]);
  });

  it("is mended in words", () => {
    const remedies = ["0x3e8", "$5", "5 €", "10%", "(5)", "-inf", "1,000", "-", "abc"].map(numberRemedy);
    expect(remedies).toEqual([
      "write it in decimal digits",
      "remove the currency sign from the column",
      "remove the currency sign from the column",
      "remove the percent sign from the column",
      "write a negative number with a minus sign",
      "write a finite number, or leave the cell empty",
      "write it with a decimal point and without other separators",
      "correct it, or leave the cell empty",
      "correct it, or leave the cell empty",
    ]);
  });
});
