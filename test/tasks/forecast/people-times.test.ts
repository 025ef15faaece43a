// Times as people have them: local midnights, business days, ends of months, other forms, and none at all.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import {
  addPeriods,
  findFrequency,
  periodsBetween,
  readFrequency,
} from "../../../src/tasks/forecast/frequency.ts";
import { readSeries } from "../../../src/tasks/forecast/series-files.ts";
import { seriesOf } from "../../../src/tasks/forecast/regular-series.ts";
import { type SeriesTable } from "../../../src/tasks/forecast/series.ts";
import { timeFormat } from "../../../src/tasks/forecast/time-format.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-times-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of these rows, read. */
function read(text: string, settings: Parameters<typeof readSeries>[1] = {}): Promise<SeriesTable> {
  const path = join(folder, "table.csv");
  writeFileSync(path, text);
  return readSeries(path, settings);
}

const datesOf = ({ times }: SeriesTable): string[] =>
  [...times].map((time) => new Date(time).toISOString().slice(0, 10));
const next = ({ start, frequency, times }: SeriesTable): string =>
  new Date(addPeriods(start, frequency, times.length)).toISOString().slice(0, 10);

describe("local days", () => {
  test("across summer time are days", () => {
    const series = seriesOf({
      time: [
        "2024-03-30T00:00+01:00",
        "2024-03-31T00:00+01:00",
        "2024-04-01T00:00+02:00",
        "2024-04-02T00:00+02:00",
      ],
      y: [1, 2, 3, 4],
    });
    expect(series.frequency).toEqual({ unit: "day", every: 1 });
    expect(datesOf(series)).toEqual(["2024-03-30", "2024-03-31", "2024-04-01", "2024-04-02"]);
    expect(series.isZoned).toBeUndefined();
  });

  test("of a month's first are months, wherever they are", () => {
    const time = ["2010-01-01T00:00+09:00", "2010-02-01T00:00+09:00", "2010-03-01T00:00+09:00"];
    const series = seriesOf({ time, y: [1, 2, 3] });
    expect([series.frequency, next(series)]).toEqual([{ unit: "month", every: 1 }, "2010-04-01"]);
  });

  test("do not matter to hours, which go by UTC", () => {
    const time = ["2024-10-27T01:00+02:00", "2024-10-27T02:00+02:00", "2024-10-27T02:00+01:00"];
    const series = seriesOf({ time, y: [1, 2, 3] });
    expect([series.frequency, series.isZoned]).toEqual([{ unit: "hour", every: 1 }, true]);
  });

  const cases = fileURLToPath(new URL("../../../../shared/data/cases/", import.meta.url));
  test.skipIf(!existsSync(cases)).each([
    ["16-dst/daily-offset.csv", "day", 1],
    ["16-dst/monthly-offset.csv", "month", 1],
    ["16-dst/monthly-tokyo.csv", "month", 1],
    ["16-dst/autumn-offset.csv", "hour", 1],
    ["16-dst/spring-offset.csv", "hour", 1],
    ["43-short/monthly60.csv", "month", 1],
    ["43-short/weekly300.csv", "week", 1],
    ["43-short/minute3days.csv", "minute", 1],
  ])("%s has steps of a %s", async (name, unit, every) => {
    expect((await readSeries(join(cases, name))).frequency).toEqual({ unit, every });
  });
});

describe("business days", () => {
  const weekdays = [
    "2024-01-04",
    "2024-01-05",
    "2024-01-08",
    "2024-01-09",
    "2024-01-10",
    "2024-01-11",
    "2024-01-12",
  ];
  const more = ["2024-01-15", "2024-01-16", "2024-01-17", "2024-01-18", "2024-01-19", "2024-01-22"];

  test("are found where weekends are left out", () => {
    const time = [...weekdays, ...more];
    const series = seriesOf({ time, y: time.map((_, i) => i) });
    expect(series.frequency).toEqual({ unit: "business day", every: 1 });
    expect([datesOf(series), next(series)]).toEqual([time, "2024-01-23"]);
    // Friday, and a day that is missing.
    expect(next(seriesOf({ time: weekdays, y: weekdays.map(() => 1) }, { frequency: "business" }))).toBe(
      "2024-01-15",
    );
    const gap = time.filter((date) => date !== "2024-01-15");
    const cells = { time: gap, y: gap.map(() => 1) };
    expect(() => seriesOf(cells)).toThrow(
      "row 8: 2024-01-16 must be 1 business day after 2024-01-12, the time before, not 2 business days",
    );
    expect(datesOf(seriesOf(cells, { gaps: "fill" }))).toEqual(time);
  });

  test("have no weekends", () => {
    const time = ["2024-01-05", "2024-01-06", "2024-01-07", "2024-01-08"];
    expect(seriesOf({ time, y: [1, 2, 3, 4] }).frequency.unit).toBe("day");
    expect(() => seriesOf({ time, y: [1, 2, 3, 4] }, { frequency: "business" })).toThrow(
      "row 2: 2024-01-06 must be a whole number of steps after 2024-01-05, the first time, where most steps are 1 business day",
    );
  });

  test("are counted to and fro, before 1970, too", () => {
    const business = { unit: "business day", every: 1 } as const;
    for (const from of [Date.UTC(1969, 11, 29), Date.UTC(1970, 0, 1), Date.UTC(2024, 1, 29)])
      for (const n of [-11, -5, -1, 0, 1, 4, 5, 23]) {
        const time = addPeriods(from, business, n);
        expect([0, 6]).not.toContain(new Date(time).getUTCDay());
        expect(periodsBetween(from, time, business)).toBe(n);
      }
  });
});

test("a day that short months lack is their last one, from any month on", () => {
  const dates = ["2023-01-30", "2023-02-28", "2023-03-30", "2023-04-30"];
  for (const from of [0, 1]) {
    const series = seriesOf({ time: dates.slice(from), y: dates.slice(from).map((_, i) => i) });
    expect([series.frequency.unit, datesOf(series), next(series)]).toEqual([
      "month",
      dates.slice(from),
      "2023-05-30",
    ]);
  }
  const ends = [31, 59, 90].map((day) => Date.UTC(2023, 0, day));
  expect(findFrequency(ends)).toEqual({ unit: "month", every: 1, monthEnd: true });
});

describe("times of another form", () => {
  test("are read by their pattern", async () => {
    const series = await read("date,y\n31.1.2024 09:30,1\n31.1.2024 09:45,2\n", {
      timeFormat: "DD.MM.YYYY HH:mm",
    });
    expect(series.frequency).toEqual({ unit: "minute", every: 15 });
    expect(new Date(series.start).toISOString()).toBe("2024-01-31T09:30:00.000Z");
    expect(timeFormat("MM/DD/YYYY").toIso("2/29/2024")).toBe("2024-02-29");
  });

  test("are explained", async () => {
    await expect(read("time,value\n31.01.2024,1\n01.02.2024,2\n")).rejects.toThrow(
      /must be a time such as 2024-01-31, not '31\.01\.2024'; say how it is written \(--time-format DD\.MM\.YYYY/u,
    );
    await expect(read("time,value\n1-01,1\n1-02,2\n")).rejects.toThrow("a year has four digits");
    await expect(
      read("time,value\n31.01.2024,1\nx,2\n", { timeFormat: "DD.MM.YYYY", time: "time" }),
    ).rejects.toThrow("table.csv, line 3: column 'time' must be a time such as 31.01.2024, not 'x'");
    await expect(read("time,value\n2024-01-31,1\n", { timeFormat: "DD.MM.YYYY" })).rejects.toThrow(
      "no column has times of this form, such as 31.01.2024",
    );
    for (const pattern of ["DD.MM", "YYYY-DD", "YYYY-YYYY", "day"])
      expect(() => timeFormat(pattern)).toThrow("must have YYYY, MM, DD, HH, mm and ss from the year on");
  });
});

describe("rows without times", () => {
  test("are that many steps after the first", async () => {
    const series = await read("value\n1\n2\n3\n", { every: "month", start: "2020-11" });
    expect([series.frequency, datesOf(series)]).toEqual([
      { unit: "month", every: 1 },
      ["2020-11-01", "2020-12-01", "2021-01-01"],
    ]);
    expect((await read("value\n1\n2\n3\n", { every: "15 minutes" })).frequency).toEqual({
      unit: "minute",
      every: 15,
    });
    const days = await read("value\n1\n2\n3\n", { every: "business day", start: "2024-01-06" });
    expect(datesOf(days)).toEqual(["2024-01-08", "2024-01-09", "2024-01-10"]);
  });

  test("need their step", async () => {
    await expect(read("value\n1.5\n2.5\n")).rejects.toThrow(
      "for rows in order without times give their step (--every month)",
    );
    await expect(read("value\n1\n2\n", { start: "2020" })).rejects.toThrow(
      "give the step, too (--every month)",
    );
    await expect(read("value\n1\n2\n", { every: "fortnight" })).rejects.toThrow(
      "a step must be one of second, minute,",
    );
    expect(readFrequency("2 Weeks")).toEqual({ unit: "week", every: 2 });
  });
});
