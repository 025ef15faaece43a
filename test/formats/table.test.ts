import { describe, expect, it } from "vitest";
import { column, isMissing, makeTable, numberOf, placeOf, type Cell } from "../../src/formats/table.ts";

const table = makeTable(
  "house.csv",
  [
    { name: "date", cells: ["2024-01-31", "2024-02-29", "2024-03-31"] },
    { name: "Rooms", cells: [" 3 ", "-.5e1", "2."] },
    { name: "price", cells: [1.5, null, "NA"] },
    { name: "area", cells: ["1", "2,5", "0x10"] },
  ],
  { unit: "line", lines: [2, 3, 7] },
);

describe("a table", () => {
  it("has columns by name, and suggests the nearest", () => {
    expect(column(table, "price").cells).toEqual([1.5, null, "NA"]);
    const message =
      "house.csv: there is no column 'rooms'; did you mean 'Rooms'?; it has date, Rooms, price, area";
    expect(() => column(table, "rooms")).toThrow(message);
    expect(() => column(table, "zzzzzz")).toThrow("no column 'zzzzzz'; it has date");
    expect(() => column(table, "constructor")).toThrow("no column 'constructor'");
  });

  it("has a place for each row", () => {
    expect([0, 2, 3].map((row) => placeOf(table, row))).toEqual([
      "house.csv, line 2",
      "house.csv, line 7",
      "house.csv, line ?",
    ]);
  });

  it.each<[Cell, number | undefined]>([
    ["12", 12],
    ["+1.25E-2", 0.0125],
    [" 7\t", 7],
    ["0x10", undefined],
    ["Infinity", undefined],
    [Infinity, undefined],
    ["1 000", undefined],
    ["", undefined],
    [".", undefined],
    ["1e400", undefined],
    [null, undefined],
    [NaN, undefined],
  ])("reads %j as %d", (cell, value) => expect(numberOf(cell)).toBe(value));

  it("recognises missing cells", () => {
    expect([null, NaN, "", " ", "NaN", "nan", "NA", "n/a", "null"].every(isMissing)).toBe(true);
    expect(["0", 0, "-", "nano", "none"].some(isMissing)).toBe(false);
  });

  it.each<[string, Parameters<typeof makeTable>[1], string]>([
    ["no columns", [], "t: expected one column or more, got none"],
    ["no name", [{ name: "", cells: [1] }], "t: a column has no name; name it"],
    [
      "a name twice",
      [
        { name: "a", cells: [1] },
        { name: "a", cells: [1] },
      ],
      "t: column name 'a' appears twice; rename one",
    ],
    ["other lengths", [{ name: "a", cells: [1, 2] }], "t: column 'a': expected 1 cells, got 2"],
  ])("refuses %s", (_, columns, message) => {
    expect(() => makeTable("t", columns, { unit: "row", lines: [1] })).toThrow(message);
  });
});
