import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { regularSeries, seriesOf } from "../../../src/tasks/forecast/regular-series.ts";
import {
  stretchOf,
  type NumberCell,
  type SeriesSettings,
  type SeriesTable,
} from "../../../src/tasks/forecast/series.ts";
import { formatTime } from "../../../src/tasks/forecast/time.ts";

/** Rows as text, a time and a value each; the first is on line 2. */
function read(rows: readonly (readonly [string, NumberCell])[], settings: SeriesSettings = {}): SeriesTable {
  return regularSeries(
    {
      times: rows.map(([time]) => time),
      values: [rows.map(([, value]) => value)],
      names: ["sales"],
      lines: rows.map((_, i) => i + 2),
      unit: "line",
      source: "shop.csv",
      timeName: "time",
    },
    settings,
  );
}

const values = (series: SeriesTable): number[] => [...series.columns[0]!.values];
const dates = (series: SeriesTable): string[] => [...series.times].map((time) => formatTime(time));

const gappy = [
  ["2020-01-01", 1],
  ["2020-01-02", 2],
  ["2020-01-03", 4],
  ["2020-01-06", 10],
] as const;
const holed = [
  ["2020-01", 1],
  ["2020-02", null],
  ["2020-03", "NA"],
  ["2020-04", 7],
] as const;
const twice = [
  ["2020-01-01", 1],
  ["2020-01-02", 2],
  ["2020-01-02", 7],
  ["2020-01-03", "3.5"],
] as const;

describe("a series", () => {
  it("has a start, a frequency, times and columns", () => {
    expect(seriesOf({ time: ["2020-11", "2020-12", "2021-01"], a: [1, "2", " 3e0 "], b: [4, 5, 6] })).toEqual(
      {
        start: Date.UTC(2020, 10),
        frequency: { unit: "month", every: 1 },
        times: Float64Array.of(Date.UTC(2020, 10), Date.UTC(2020, 11), Date.UTC(2021, 0)),
        columns: [
          { name: "a", values: Float64Array.of(1, 2, 3) },
          { name: "b", values: Float64Array.of(4, 5, 6) },
        ],
      },
    );
  });

  it("names the line where a step is left out, and what would mend it", () => {
    expect(() => read(gappy)).toThrow(
      "shop.csv, line 5: 2020-01-06 must be 1 day after 2020-01-03, the time before, not 3 days; " +
        'add the missing rows, or set gaps to "fill" or "interpolate"',
    );
  });

  it("fills gaps with the last value, or along a line", () => {
    const filled = read(gappy, { gaps: "fill" });
    expect(values(filled)).toEqual([1, 2, 4, 4, 4, 10]);
    expect(dates(filled)).toEqual(["01", "02", "03", "04", "05", "06"].map((day) => `2020-01-${day}`));
    expect(values(read(gappy, { gaps: "interpolate" }))).toEqual([1, 2, 4, 6, 8, 10]);
  });

  it("fills gaps between ends of months with ends of months", () => {
    const rows = ["2019-11-30", "2019-12-31", "2020-01-31", "2020-03-31"].map(
      (time, i) => [time, i] as const,
    );
    expect(dates(read(rows, { gaps: "fill" })).at(-2)).toBe("2020-02-29");
  });

  it("names the line of a missing cell, and what would mend it", () => {
    expect(() => read(holed)).toThrow(
      "shop.csv, line 3: column 'sales' must have a number, but it is missing; give it, or set missing to " +
        '"fill" or "interpolate"',
    );
    for (const cell of [null, undefined, NaN, "", " ", "NA", "n/a", "nan", "null"])
      expect(() => read([...twice.slice(0, 2), ["2020-01-03", cell]])).toThrow(
        "line 4: column 'sales' must have",
      );
  });

  it("says of rows after the last value that other columns may be known ahead", () => {
    const ahead = [...twice.slice(0, 2), ["2020-01-03", ""]] as const;
    expect(() => read(ahead)).toThrow("or name the columns that are known ahead (--future COLUMNS)");
    expect(() => read(holed)).not.toThrow("known ahead");
  });

  it("fills missing cells with the last value, or along a line", () => {
    expect(values(read(holed, { missing: "fill" }))).toEqual([1, 1, 1, 7]);
    expect(values(read(holed, { missing: "interpolate" }))).toEqual([1, 3, 5, 7]);
  });

  it("treats gaps and missing cells beside each other each its own way", () => {
    // Known 2 on the 2nd and 10 on the 6th; the 3rd is missing, the 4th and 5th are left out.
    const rows = [...gappy.slice(0, 2), ["2020-01-03", null], gappy[3]] as const;
    expect(values(read(rows, { gaps: "fill", missing: "interpolate" }))).toEqual([1, 2, 4, 2, 2, 10]);
    expect(values(read(rows, { gaps: "interpolate", missing: "fill" }))).toEqual([1, 2, 2, 6, 8, 10]);
  });

  it("does not invent numbers before the first or after the last", () => {
    const rows = [
      ["2020-01-01", null],
      ["2020-01-02", 2],
      ["2020-01-03", null],
    ] as const;
    expect(() => read(rows, { missing: "fill" })).toThrow(
      "line 2: column 'sales' has no number up to here to fill it with; leave out the rows before the first number",
    );
    expect(values(read(rows.slice(1), { missing: "fill" }))).toEqual([2, 2]);
    expect(() => read(rows.slice(1), { missing: "interpolate" })).toThrow(
      "line 3: column 'sales' has no number after it to interpolate to; leave out the last rows, or set missing to " +
        '"fill"',
    );
    expect(() => read([rows[0], rows[2]], { missing: "fill" })).toThrow(
      "line 2: column 'sales' has no number",
    );
  });

  it("names the line of a time that is there twice, and what would mend it", () => {
    expect(() => read(twice)).toThrow(
      "shop.csv, line 4: 2020-01-02 must occur only once, but is on line 3, too; leave one out, or set duplicates to " +
        '"mean" or "last"',
    );
    expect(values(read(twice, { duplicates: "mean" }))).toEqual([1, 4.5, 3.5]);
    expect(values(read(twice, { duplicates: "last" }))).toEqual([1, 7, 3.5]);
  });

  it("leaves missing cells out of a mean, and keeps them where they are last", () => {
    const rows = [...twice.slice(0, 2), ["2020-01-02", null], twice[3]] as const;
    expect(values(read(rows, { duplicates: "mean" }))).toEqual([1, 2, 3.5]);
    expect(() => read(rows, { duplicates: "last" })).toThrow("line 4: column 'sales' must have a number");
    const none = [twice[0], ["2020-01-02", null], ["2020-01-02", null], twice[3]] as const;
    expect(() => read(none, { duplicates: "mean" })).toThrow("line 4: column 'sales' must have a number");
  });

  it("sorts only when told to", () => {
    const rows = [gappy[1], gappy[0], gappy[2]];
    expect(() => read(rows)).toThrow(
      "shop.csv, line 3: 2020-01-01 must not be before 2020-01-02 on line 2; sort the rows, or set sort to true",
    );
    expect(values(read(rows, { sort: true }))).toEqual([1, 2, 4]);
    // Sorting keeps the order of rows of one time: the last of them in the file stays the last.
    expect(
      values(read([twice[2], twice[0], twice[1], twice[3]], { sort: true, duplicates: "last" })),
    ).toEqual([1, 2, 3.5]);
  });

  it("refuses times off the grid", () => {
    const hours = ["00:00", "01:00", "02:00", "02:30"].map((hour) => [`2020-01-01 ${hour}`, 1] as const);
    expect(() => read(hours, { gaps: "fill" })).toThrow(
      "shop.csv, line 5: 2020-01-01 02:30:00 must be a whole number of steps after 2020-01-01, the first time, where " +
        "most steps are 1 hour, not 2.5; correct it or leave it out",
    );
  });

  it("refuses to fill what a mistyped year leaves out", () => {
    const rows = ["2020-01-01 00:00:00", "2020-01-01 00:00:01", "2102-01-01"].map(
      (time) => [time, 1] as const,
    );
    // 82 years with 20 leap days (2020 to 2096; 2100 has none): (82·365 + 20)·86400 seconds, and the first.
    expect(() => read(rows, { gaps: "fill" })).toThrow(
      "shop.csv: 3 times, 2020-01-01 to 2102-01-01, would fill up to 2587680001 steps of 1 second; correct the time",
    );
  });

  it("refuses tables without a frequency", () => {
    expect(() => read([])).toThrow(
      "shop.csv: a series needs two different times or more, not 0; give more rows",
    );
    expect(() => read([twice[1], twice[2]], { duplicates: "last" })).toThrow("not 1; give more rows");
    expect(() =>
      read([
        ["2020-01-01 00:00:00", 1],
        ["2020-01-01 00:00:00.250", 2],
      ]),
    ).toThrow("shop.csv: times must be whole seconds apart, not 250 ms; round them");
  });

  it("refuses cells that are not numbers", () => {
    for (const [cell, remedy] of [
      ["high", "correct it, or leave the cell empty"],
      ["1,5", "write it with a decimal point and without other separators"],
      ["0x3e8", "write it in decimal digits"],
      ["Infinity", "write a finite number, or leave the cell empty"],
      [Infinity, "write a finite number, or leave the cell empty"],
    ] as const)
      expect(() => read([twice[0], ["2020-01-02", cell]])).toThrow(
        `shop.csv, line 3: column 'sales' must be a number, not '${cell}'; ${remedy}`,
      );
  });

  it("refuses tables whose parts do not fit", () => {
    const table = {
      times: ["2020", "2021"],
      values: [[1, 2]],
      names: ["a"],
      lines: [2, 3],
      unit: "line",
      source: "x.csv",
      timeName: "time",
    } as const;
    expect(() => regularSeries({ ...table, names: ["a", "b"] })).toThrow(
      "x.csv: 1 columns need as many names, not 2",
    );
    expect(() => regularSeries({ ...table, names: [] })).toThrow("x.csv: a series needs a column of values");
    expect(() => regularSeries({ ...table, names: ["a", "a"] })).toThrow(
      "x.csv: the column 'a' is named twice; name it once",
    );
    expect(() => regularSeries({ ...table, lines: [2] })).toThrow("x.csv: 2 rows need as many lines, not 1");
    expect(() => regularSeries({ ...table, values: [[1]] })).toThrow(
      "x.csv: column 'a' must have 2 cells, one for each time, not 1",
    );
    for (const name of ["time", "series"])
      expect(() => regularSeries({ ...table, names: [name] })).toThrow(
        `x.csv: a column of values cannot be named '${name}'; rename it`,
      );
  });
});

describe("a series in memory", () => {
  it("takes dates, texts and years, and typed arrays", () => {
    const sold = Float64Array.of(3, 5, 4);
    const dates = [0, 1, 2].map((i) => new Date(Date.UTC(2024, i, 1)));
    const series = seriesOf({ time: dates, sold });
    expect(dates.map(Number)).toEqual([...series.times]);
    expect(series.columns).toEqual([{ name: "sold", values: sold }]);
    expect(series.isZoned).toBe(true);
    expect(seriesOf({ time: [1999, 2000, 2001], sold }).frequency).toEqual({ unit: "year", every: 1 });
    expect(seriesOf({ time: ["2024-01", "2024-03"], sold: [1, 3] }, { gaps: "fill" }).times).toHaveLength(2);
  });

  it("names the row and the column of what is wrong, and what would repair it", () => {
    const time = ["2024-01", "2024-02", "2024-03"];
    expect(() => seriesOf({ time, sold: [1, "many", 2] })).toThrow(
      "series, row 2: column 'sold' must be a number, not 'many'",
    );
    expect(() => seriesOf({ time: ["2024-01", "soon", "2024-03"], sold: [1, 2, 3] })).toThrow(
      "series, row 2: column 'time' must be a time such as 2024-01-31, not 'soon'",
    );
    expect(() => seriesOf({ time: time.toReversed(), sold: [1, 2, 3] })).toThrow(
      "series, row 2: 2024-02-01 must not be before 2024-03-01 on row 1; sort the rows, or set sort to true",
    );
    expect(() => seriesOf({ time, sold: [1, 2] })).toThrow(
      "series: column 'sold' must have 3 cells, one for each time, not 2",
    );
    expect(() => seriesOf({ time, series: [1, 2, 3] })).toThrow("cannot be named 'series'; rename it");
    expect(() => seriesOf({ time })).toThrow("series: a series needs a column of values or more; give one");
  });

  it("is typed by its columns of values", () => {
    const series = seriesOf({ time: ["2024", "2025"], sold: [1, 2], kept: [3, 4] });
    const name: "sold" | "kept" = series.columns[0]!.name;
    expect(name).toBe("sold");
    // @ts-expect-error -- there is no such column
    expect(series.columns[0]!.name === "bought").toBe(false);
  });
});

test("a part keeps the steps before it as its history", () => {
  const series = seriesOf({ time: [2020, 2021, 2022, 2023], a: [1, 2, 3, 4] });
  expect(stretchOf(series, 1, 3)).toEqual({
    ...seriesOf({ time: [2020, 2021, 2022], a: [1, 2, 3] }),
    partFrom: 1,
  });
});

describe("files with series", () => {
  const folder = new URL("../../../../shared/data/", import.meta.url);
  const file = (name: string, settings?: SeriesSettings): SeriesTable => {
    const lines = readFileSync(new URL(name, folder), "utf8").replaceAll('"', "").trim().split(/\r?\n/);
    const [header = [], ...rows] = lines.map((line) => line.split(","));
    const values = header.slice(1).map((_, c) => rows.map((row) => row[c + 1]));
    const table = { times: rows.map(([time]) => time), values, names: header.slice(1) };
    const place = {
      source: name,
      unit: "line",
      lines: rows.map((_, i) => i + 2),
      timeName: header[0]!,
    } as const;
    return regularSeries({ ...table, ...place }, settings);
  };
  // Skipped where the data is not beside the checkout.
  const here = test.skipIf(!existsSync(folder));

  here.each([
    ["time-series/airline-passengers.csv", "month", 144, "1949-01-01", "1960-12-01"],
    ["time-series/monthly-sunspots.csv", "month", 2820, "1749-01-01", "1983-12-01"],
    ["time-series/daily-total-female-births.csv", "day", 365, "1959-01-01", "1959-12-31"],
    ["etth/ETTh1.csv", "hour", 17420, "2016-07-01", "2018-06-26 19:00:00"],
    ["etth/ETTh2.csv", "hour", 17420, "2016-07-01", "2018-06-26 19:00:00"],
  ])("%s", (name, unit, steps, from, to) => {
    const series = file(name);
    expect(series.frequency).toEqual({ unit, every: 1 });
    expect([series.times.length, formatTime(series.start), formatTime(series.times.at(-1)!)]).toEqual([
      steps,
      from,
      to,
    ]);
    for (const column of series.columns) expect(column.values).toHaveLength(steps);
  });

  here("days that a file leaves out", () => {
    const name = "time-series/daily-min-temperatures.csv";
    // 31 December of leap years: 1984 is its 366th day, row 3·365 + 366 = 1461, so line 1462 has the next one.
    expect(() => file(name)).toThrow(
      `${name}, line 1462: 1985-01-01 must be 1 day after 1984-12-30, the time before, not 2 days; add the missing rows`,
    );
    expect(file(name, { gaps: "interpolate" }).times).toHaveLength(3652);
  });

  here("a file whose times are no dates", () => {
    const name = "time-series/shampoo.csv";
    expect(() => file(name)).toThrow(
      `${name}, line 2: column 'Month' must be a time such as 2024-01-31, not '1-01'; a year has four digits; if these are`,
    );
  });
});
