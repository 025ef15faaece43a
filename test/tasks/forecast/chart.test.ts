import { describe, expect, it } from "vitest";
import { forecastChart, type ForecastPanel } from "../../../src/tasks/forecast/chart.ts";
import { contrast, darkColours, pathsWith, tagsOf } from "../../charts/svg.ts";

const month = (i: number): number => Date.UTC(2000, i, 1);
const months = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => month(from + i));

const levels = [0.1, 0.5, 0.9];
const panel: ForecastPanel = {
  name: "a & b",
  times: months(0, 6),
  values: [0, 10, 5, 0, 10, 5],
  forecasts: [
    {
      origin: 4,
      times: months(4, 2),
      quantiles: [
        [8, 3],
        [9, 4],
        [10, 5],
      ],
      baselines: { naive: [0, 0] },
    },
  ],
};

describe("a forecast chart", () => {
  it("is an image with a title, axes and a legend", () => {
    const svg = forecastChart([panel], { levels, title: "Sales <of> all" });
    expect(tagsOf(svg)[0]).toContain('role="img"');
    expect(svg).toContain("<title>Sales &lt;of&gt; all</title>");
    const names = ["actual", "median", "quantiles 0.1 to 0.9", "naive"];
    for (const label of [...names, "2000-01", "2000-06", "0", "10"])
      expect(svg).toContain(`>${label}</text>`);
    expect(svg).not.toContain("a &amp; b"); // one panel goes without its name
    expect(forecastChart([panel], { levels })).toContain("<title>Forecast</title>");
  });

  it("starts forecasts at the last value that they are made from", () => {
    const svg = forecastChart([panel], { levels });
    const [, actual] = pathsWith(svg, 'stroke-width="1.5"'); // the first is in the legend
    const [, median] = pathsWith(svg, 'stroke-width="2.2"');
    const [, naive] = pathsWith(svg, 'stroke-width="1.4"');
    const [band] = pathsWith(svg, "fill-opacity");
    expect(actual).toHaveLength(6);
    expect(median?.[0]).toEqual(actual?.[3]);
    expect(naive?.[0]).toEqual(actual?.[3]);
    // The quantile of 0.9 equals the actual values at both steps; 9 is a tenth of the way from 10 to 0.
    expect(band).toEqual([...band!.slice(0, 3), actual![5], actual![4], actual![3]]);
    const [zero, ten] = [actual![0]![1]!, actual![1]![1]!];
    expect(median![1]![1]).toBeCloseTo(ten + (zero - ten) / 10, 0);
    expect(naive![1]![1]).toBe(zero);
    expect(naive![1]![0]).toBe(actual![4]![0]);
  });

  it("has a panel for each series, and a band for each pair of levels", () => {
    const five = panel.forecasts.map((forecast) => ({
      ...forecast,
      quantiles: [0, 1, 2, 3, 4].map((v) => [v, v]),
    }));
    const svg = forecastChart(
      [
        { ...panel, forecasts: five },
        { ...panel, name: "other", forecasts: five },
      ],
      { levels: [0.05, 0.25, 0.5, 0.75, 0.95] },
    );
    for (const label of ["a &amp; b", "other", "quantiles 0.05 to 0.95", "quantiles 0.25 to 0.75"])
      expect(svg).toContain(`>${label}</text>`);
    expect(pathsWith(svg, "fill-opacity")).toHaveLength(4);
    expect(pathsWith(svg, 'stroke-width="2.2"')).toHaveLength(3);
  });

  it("draws a series that never changes, and the median alone", () => {
    const flat = {
      ...panel,
      values: [0, 0, 0, 0, 0, 0],
      forecasts: [{ origin: 6, times: months(6, 1), quantiles: [[0]] }],
    };
    const svg = forecastChart([flat], { levels: [0.5] });
    expect(svg).not.toContain("NaN");
    expect(pathsWith(svg, "fill-opacity")).toHaveLength(0);
  });

  it("stands out from light pages and from dark ones", () => {
    const svg = forecastChart([panel], { levels });
    const dark = darkColours(svg);
    const paper = "#ffffff";
    const used = new Set(
      [...svg.matchAll(/ (?:fill|stroke)="(#[0-9a-f]{6})"/g)].map(([, colour]) => colour!),
    );
    used.delete(paper);
    used.delete("#e4e8ec"); // the grid is faint
    expect(used.size).toBeGreaterThanOrEqual(4);
    for (const colour of used) {
      expect(contrast(colour, paper)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(dark.get(colour)!, dark.get(paper)!)).toBeGreaterThanOrEqual(4.5);
    }
  });

  const change = (forecast: object): ForecastPanel => ({
    ...panel,
    forecasts: [{ ...panel.forecasts[0]!, ...forecast }],
  });
  it.each<[string, readonly ForecastPanel[], readonly number[], string]>([
    ["no panel", [], levels, "expected one panel or more, got none"],
    [
      "no forecast",
      [{ ...panel, forecasts: [] }],
      levels,
      "'a & b': expected a forecast of one step or more, got none",
    ],
    ["no median", [panel], [0.1, 0.9], "levels must have 0.5, the median, not only 0.1, 0.9"],
    ["few values", [{ ...panel, values: [1] }], levels, "expected 6 values, one for each time, got 1"],
    ["few levels", [panel], [0.5], "expected 1 quantiles, one for each level, got 3"],
    ["an origin out of range", [change({ origin: 7 })], levels, "from 1 to 6, the panel's steps, not 7"],
    [
      "a short baseline",
      [change({ baselines: { naive: [1] } })],
      levels,
      "expected 2 values of naive, one for",
    ],
    [
      "NaN",
      [change({ baselines: { naive: [1, NaN] } })],
      levels,
      "values of naive[1] must be a finite number, not NaN",
    ],
  ])("refuses %s", (_, panels, quantileLevels, message) => {
    expect(() => forecastChart(panels, { levels: quantileLevels })).toThrow(message);
  });
});
