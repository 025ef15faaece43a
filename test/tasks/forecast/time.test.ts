import { describe, expect, it } from "vitest";
import { formatTime, isTime, namesZone, readTimes, type TimeCell } from "../../../src/tasks/forecast/time.ts";

const read = (...cells: readonly TimeCell[]): number[] => [
  ...readTimes(cells, { source: "a.csv", unit: "line", column: "date", lines: cells.map((_, i) => i + 2) })
    .times,
];

describe("times", () => {
  it("without a zone are UTC, whatever stands after the year", () => {
    // 1949-01-01 is 21 years before 1970, 5 of them leap years (1952, 56, 60, 64, 68): -(21·365 + 5) days.
    const day = 86_400_000;
    expect(read("1949", "1949-01", "1949-01-01", "1949-01-01 00:00", " 1949-01-01T00:00:00 ", 1949)).toEqual(
      Array(6).fill(-7670 * day),
    );
    // 46 years from 1970 with 11 leap days (1972 to 2012), then in 2016 31 + 29 + 31 + 30 + 31 + 30 = 182 days.
    expect(read("2016-07-01", "2016-07-01 01:02:03.0459")).toEqual([
      (46 * 365 + 11 + 182) * day,
      (46 * 365 + 11 + 182) * day + 3_723_045,
    ]);
  });

  it("with an offset are converted", () => {
    const noon = Date.UTC(2016, 6, 1, 12);
    expect(
      read(
        "2016-07-01T12:00:00Z",
        "2016-07-01 14:00+02:00",
        "2016-07-01t14:00:00.000+0200",
        "2016-07-01T05:00:00 -07",
        "2016-07-02T00:30:00+12:30",
        new Date(noon),
      ),
    ).toEqual(Array(6).fill(noon));
  });

  it("take years below 100 as they are", () => {
    expect(formatTime(read("0050-03")[0]!)).toBe("0050-03-01");
  });

  it("are written as they are read", () => {
    for (const text of ["1949-01-01", "2016-07-01 01:00:00", "2016-02-29 23:59:59.999"])
      expect(formatTime(read(text)[0]!)).toBe(text);
  });

  it.each([
    "",
    "x",
    "2016-13",
    "2016-00-10",
    "2015-02-29",
    "2016-07-01 24:00",
    "2016-07-01 10:60",
    "2016-07-01 10:00:60",
    "2016-07-01T10:00:00+24:00",
    "2016-07-01Z",
    "2016-7-1",
    16983,
    1949.5,
  ])("refuse %j", (cell) => {
    expect(() => read("2016", cell)).toThrow(
      `a.csv, line 3: column 'date' must be a time such as 2024-01-31, not '${cell}'; correct it`,
    );
  });

  it("refuse empty cells and invalid dates", () => {
    expect(() => read(null)).toThrow("line 2: column 'date' must be a time such as 2024-01-31, not empty");
    expect(() => read(undefined)).toThrow("not empty");
    expect(() => read(new Date(NaN))).toThrow("not an invalid date");
  });

  it("are told from other cells, with a zone or without", () => {
    expect(["2016-07", 1949, new Date(0), "1-01", 12.5, null].map(isTime)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(["2016-07-01 10:00Z", new Date(0), "2016-07-01 10:00", "x"].map(namesZone)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("name a zone all or none", () => {
    expect(() => read("2016-07-01 00:00", "2016-07-01 01:00", "2016-07-01 02:00Z")).toThrow(
      "a.csv, line 4: column 'date' must not name a zone, as line 2 does not, but is '2016-07-01 02:00Z'; " +
        "write all times with a zone or none",
    );
    expect(() => read("2016-07-01 02:00+01", "2016-07-01")).toThrow(
      "line 3: column 'date' must name a zone, as line 2 does, but is '2016-07-01'",
    );
  });
});
