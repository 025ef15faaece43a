// Series from table files: which columns are meant, and errors by file and line.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readSeries, readSeriesFile } from "../../../src/tasks/forecast/series-files.ts";
import { seriesOf } from "../../../src/tasks/forecast/regular-series.ts";
import { listOf } from "../../../src/tasks/forecast/series.ts";
import { months, shop, shopCsv } from "./shop.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-series-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const csv = write("shop.csv", shopCsv(24));

describe("the columns of a series", () => {
  test("are those that are named, one or several", async () => {
    expect(await readSeries(csv, { time: "month", value: ["sold", "kept"] })).toEqual(shop(24));
    const { columns } = await readSeries(csv, { time: "month", value: "kept" });
    const name: "kept" = columns[0]!.name;
    expect(columns.map((column) => column.name)).toEqual([name]);
  });

  test("are found where there is only one choice", async () => {
    const found = async (path: string, value?: string): Promise<readonly string[]> => {
      const { data, time } = await readSeriesFile(path, { value });
      return [time, ...listOf(data)[0]!.columns.map((column) => column.name)];
    };
    expect(await found(csv, "sold")).toEqual(["month", "sold"]);
    const two = write(
      "two.csv",
      `note,day,count\n${["a,2024-01-01,1700\n", "b,2024-01-02,1800\n"].join("")}`,
    );
    expect(await found(two)).toEqual(["day", "count"]);
    const years = write("years.jsonl", '{"sold":12.5,"year":1999}\n{"sold":13,"year":2000}\n');
    expect(await found(years)).toEqual(["year", "sold"]);
    const usual = write("usual.csv", "time,start,other,value\n2001,1901-01-01,1,2\n2002,1901-01-02,3,4\n");
    expect(await found(usual)).toEqual(["time", "value"]);
  });

  test("may have decimal commas, which is said, and names with commas", async () => {
    const text = "time;Sales, net\n2024-01-01;1.000,5\n2024-01-02;998,25\n";
    const { data, notes } = await readSeriesFile(write("comma.csv", text), {});
    expect(listOf(data)[0]!.columns).toEqual([
      { name: "Sales, net", values: Float64Array.of(1000.5, 998.25) },
    ]);
    expect(notes).toEqual(["column 'Sales, net' has decimal commas ('1.000,5' is 1000.5)"]);
    const two = write("names.csv", 'time,"a, b",c,d\n2024-01-01,1,2,3\n2024-01-02,4,5,6\n');
    for (const [list, names] of [
      ["a, b", ["a, b"]],
      ['"a, b",d', ["a, b", "d"]],
      ["c, d", ["c", "d"]],
    ] as const)
      expect(listOf((await readSeriesFile(two, {}, list)).data)[0]!.columns.map(({ name }) => name)).toEqual(
        names,
      );
  });

  test("are asked for where several or none could be meant", async () => {
    await expect(readSeries(csv)).rejects.toThrow(
      "shop.csv: there is no column 'value', and several columns could be meant; name one (--value) of month, sold, kept",
    );
    const dates = write("dates.csv", "from,to,sold\n2024-01-01,2024-02-01,3\n2024-01-02,2024-02-02,4\n");
    await expect(readSeries(dates, { value: "sold" })).rejects.toThrow(
      "dates.csv: there is no column 'time', and several columns could be meant; name one (--time) of from, to, sold",
    );
    const none = write("none.csv", "when,sold\nsoon,3\nlater,4\n");
    await expect(readSeries(none)).rejects.toThrow(
      "none.csv: there is no column 'time', and no other column could be meant; name one (--time) of when, sold",
    );
  });

  test("are refused where they cannot be read", async () => {
    await expect(readSeries(csv, { value: "solds" })).rejects.toThrow(
      "shop.csv: there is no column 'solds'; did you mean 'sold'?",
    );
    await expect(readSeries(csv, { time: "date", value: "sold" })).rejects.toThrow(
      "there is no column 'date'",
    );
    await expect(readSeries(csv, { time: "month", value: "month" })).rejects.toThrow(
      "'month' cannot be both the time and a value; name another column",
    );
    await expect(readSeries(csv, { value: ["sold", "sold"] })).rejects.toThrow(
      "shop.csv: the column 'sold' is named twice; name it once",
    );
    const series = write("series.csv", "month,series\n2024-01,3\n2024-02,4\n");
    await expect(readSeries(series)).rejects.toThrow(
      "a column of values cannot be named 'series'; rename it",
    );
  });
});

describe("an irregular table", () => {
  const lines = shopCsv(24).split("\n");

  test("is refused by line, or repaired as one says", async () => {
    const gap = write("gap.csv", lines.toSpliced(5, 1).join("\n"));
    await expect(readSeries(gap, { value: "sold" })).rejects.toThrow(
      "gap.csv, line 6: 1990-06-01 must be 1 month after 1990-04-01, the time before, not 2 months; add the missing rows",
    );
    expect((await readSeries(gap, { value: "sold", gaps: "fill" })).times).toHaveLength(24);
    const swapped = write("swapped.csv", lines.toSpliced(5, 2, lines[6]!, lines[5]!).join("\n"));
    await expect(readSeries(swapped, { value: "sold" })).rejects.toThrow(
      "swapped.csv, line 7: 1990-05-01 must not",
    );
    expect(await readSeries(swapped, { value: ["sold", "kept"], sort: true })).toEqual(shop(24));
    const hole = write("hole.csv", lines.toSpliced(5, 1, "1990-05,,3").join("\n"));
    await expect(readSeries(hole, { value: "sold" })).rejects.toThrow(
      "hole.csv, line 6: column 'sold' must have",
    );
    const { columns } = await readSeries(hole, { value: "sold", missing: "interpolate" });
    expect(columns[0]!.values[4]).toBe((columns[0]!.values[3]! + columns[0]!.values[5]!) / 2);
    const twice = write("twice.csv", lines.toSpliced(5, 0, lines[4]!).join("\n"));
    expect(await readSeries(twice, { value: ["sold", "kept"], duplicates: "last" })).toEqual(shop(24));
  });

  test("of a format without lines is refused by row", async () => {
    const rows = months(3).map((month, i) => ({ month, sold: i === 1 ? "many" : i }));
    const json = write("shop.json", JSON.stringify(rows));
    await expect(readSeries(json, { value: "sold" })).rejects.toThrow(
      "shop.json, row 2: column 'sold' must be a number, not 'many'",
    );
    const good = write("good.json", JSON.stringify(rows.map(({ month }, sold) => ({ month, sold }))));
    expect(await readSeries(good)).toEqual(seriesOf({ time: months(3), sold: [0, 1, 2] }));
  });
});
