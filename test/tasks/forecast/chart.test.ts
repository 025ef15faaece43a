import { describe, expect, it } from "vitest";
import { forecastPicture, type ForecastPanel } from "../../../src/tasks/forecast/chart.ts";
import { contrast, tagsOf } from "../../charts/svg.ts";

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
      rivals: { naive: [0, 0] },
    },
  ],
};

/** The points of the paths with this in their tag. */
function pathsWith(svg: string, mark: string): number[][][] {
  const own = tagsOf(svg).filter((tag) => tag.startsWith("<path") && tag.includes(mark));
  return own.map((tag) =>
    (/ d="M([^"]*)"/.exec(tag)?.[1] ?? "")
      .replace("Z", "")
      .split("L")
      .map((p) => p.split(" ").map(Number)),
  );
}

describe("the picture of a forecast", () => {
  it("is an image with a title, axes and a legend", () => {
    const svg = forecastPicture([panel], { levels, title: "Sales <of> all" });
    expect(tagsOf(svg)[0]).toContain('role="img"');
    expect(svg).toContain("<title>Sales &lt;of&gt; all</title>");
    for (const label of ["what came", "median", "0.1 to 0.9", "naive", "2000-01", "2000-06", "0", "10"])
      expect(svg).toContain(`>${label}</text>`);
    expect(svg).not.toContain("a &amp; b"); // one panel goes without its name
    expect(forecastPicture([panel], { levels })).toContain("<title>Forecast</title>");
  });

  it("goes on from the last value that was known", () => {
    const svg = forecastPicture([panel], { levels });
    const [, came] = pathsWith(svg, 'stroke-width="1.5"'); // the first is the legend's
    const [, median] = pathsWith(svg, 'stroke-width="2.2"');
    const [, rival] = pathsWith(svg, 'stroke-width="1.4"');
    const [band] = pathsWith(svg, "fill-opacity");
    expect(came).toHaveLength(6);
    expect(median?.[0]).toEqual(came?.[3]);
    expect(rival?.[0]).toEqual(came?.[3]);
    // 0.9 is, at both steps, what came; 9 is a tenth of the way from 10 to 0.
    expect(band).toEqual([...band!.slice(0, 3), came![5], came![4], came![3]]);
    const [zero, ten] = [came![0]![1]!, came![1]![1]!];
    expect(median![1]![1]).toBeCloseTo(ten + (zero - ten) / 10, 0);
    expect(rival![1]![1]).toBe(zero);
    expect(rival![1]![0]).toBe(came![4]![0]);
  });

  it("has a panel for each series, and a band for each pair of levels", () => {
    const five = panel.forecasts.map((own) => ({ ...own, quantiles: [0, 1, 2, 3, 4].map((v) => [v, v]) }));
    const svg = forecastPicture(
      [
        { ...panel, forecasts: five },
        { ...panel, name: "other", forecasts: five },
      ],
      { levels: [0.05, 0.25, 0.5, 0.75, 0.95] },
    );
    for (const label of ["a &amp; b", "other", "0.05 to 0.95", "0.25 to 0.75"])
      expect(svg).toContain(`>${label}</text>`);
    expect(pathsWith(svg, "fill-opacity")).toHaveLength(4);
    expect(pathsWith(svg, 'stroke-width="2.2"')).toHaveLength(3);
  });

  it("can be drawn of a series that never changes, and of the median alone", () => {
    const flat = {
      ...panel,
      values: [0, 0, 0, 0, 0, 0],
      forecasts: [{ origin: 6, times: months(6, 1), quantiles: [[0]] }],
    };
    const svg = forecastPicture([flat], { levels: [0.5] });
    expect(svg).not.toContain("NaN");
    expect(pathsWith(svg, "fill-opacity")).toHaveLength(0);
  });

  it("is told apart from light paper and from dark", () => {
    const svg = forecastPicture([panel], { levels });
    const pairs = [...svg.matchAll(/\[fill="(#[0-9a-f]{6})"\]\{fill:(#[0-9a-f]{6})\}/g)];
    const [paper, ...others] = pairs.map(([, light, dark]) => [light!, dark!] as const);
    expect(paper?.[0]).toBe("#ffffff");
    const used = new Set([...svg.matchAll(/(?:fill|stroke)="(#[0-9a-f]{6})"/g)].map(([, colour]) => colour));
    expect(pairs.map(([, light]) => light)).toEqual(expect.arrayContaining([...used]));
    const lines = others.filter(([light]) => light !== "#e4e8ec"); // the grid is to be faint
    expect(lines.length).toBeGreaterThan(4);
    for (const colour of lines)
      for (const page of [0, 1] as const)
        expect(contrast(colour[page], paper![page])).toBeGreaterThanOrEqual(4.5);
  });

  const change = (forecast: object): ForecastPanel => ({
    ...panel,
    forecasts: [{ ...panel.forecasts[0]!, ...forecast }],
  });
  it.each<[string, readonly ForecastPanel[], readonly number[], string]>([
    ["no panel", [], levels, "needs one panel or more, not 0"],
    ["no forecast", [{ ...panel, forecasts: [] }], levels, "'a & b': needs a forecast of one step or more"],
    ["no median", [panel], [0.1, 0.9], "levels must have 0.5, the median, not only 0.1, 0.9"],
    ["few values", [{ ...panel, values: [1] }], levels, "values must be 6, one for each time, not 1"],
    ["few levels", [panel], [0.5], "there must be 1 quantiles, one for each level, not 3"],
    ["an origin out of range", [change({ origin: 7 })], levels, "from 1 to 6, the steps there are, not 7"],
    ["a rival too short", [change({ rivals: { naive: [1] } })], levels, "naive must be 2, one for each time"],
    [
      "no number",
      [change({ rivals: { naive: [1, NaN] } })],
      levels,
      "naive[1] must be a finite number, not NaN",
    ],
  ])("refuses %s", (_, panels, own, message) => {
    expect(() => forecastPicture(panels, { levels: own })).toThrow(message);
  });
});
