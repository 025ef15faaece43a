import { describe, expect, it } from "vitest";
import { lineChart, type LineSeries } from "../../src/charts/line.ts";
import { contrast, darkColours, pathsWith, tagsOf } from "./svg.ts";

const steps = Array.from({ length: 50 }, (_, i) => 20 * i);
const train: LineSeries = { name: "train", x: steps, y: steps.map((t) => 1 + 3 * Math.exp(-t / 200)) };
const validation: LineSeries = {
  name: "validation <b>",
  x: Float64Array.of(200, 400, 600, 800),
  y: Float32Array.of(3, 2, 1.5, 1.25),
};
const titles = { title: "Loss & more", xTitle: "step", yTitle: "nats per character" };

describe("a line chart", () => {
  const svg = lineChart([train, validation], titles);
  const width = 'stroke-width="2"';
  // The first two are in the legend.
  const [trained, validated] = pathsWith(svg, width).slice(2);

  it("is an image with a title, titles of the axes, ticks and a legend", () => {
    expect(tagsOf(svg)[0]).toContain('role="img"');
    expect(svg).toContain("<title>Loss &amp; more</title>");
    for (const label of ["step", "nats per character", "train", "validation &lt;b&gt;", "0", "800", "2", "4"])
      expect(svg).toContain(`>${label}</text>`);
    expect(lineChart([train])).toContain("<title>Line chart</title>");
    expect(lineChart([train])).not.toContain(">train</text>"); // one line needs no legend
  });

  it("draws each series through its points", () => {
    expect(trained).toHaveLength(50);
    expect(validated).toHaveLength(4);
    const xOf = (value: number): number => trained![value / 20]![0]!;
    expect(validated!.map(([x]) => x)).toEqual([200, 400, 600, 800].map(xOf));
    const heights = validated!.map(([, y]) => y!);
    expect(heights[0]! - heights[1]!).toBeCloseTo(2 * (heights[1]! - heights[2]!), 0);
    expect(trained!.every(([x, y]) => x! > 0 && x! <= 640 && y! > 60 && y! < 400)).toBe(true);
  });

  it("has equal distances for equal factors on a logarithmic axis", () => {
    const halving = { name: "a", x: [0, 1, 2, 3], y: [8, 4, 2, 1] };
    const [line] = pathsWith(lineChart([halving], { logY: true }), width) as [number[][]];
    const falls = [1, 2, 3].map((i) => line[i]![1]! - line[i - 1]![1]!);
    for (const fall of falls) expect(fall).toBeCloseTo(falls[0]!, 0);
    for (const label of ["1", "2", "5"])
      expect(lineChart([halving], { logY: true })).toContain(`>${label}</text>`);
  });

  it("leaves a gap at NaN, and draws a dot for a point alone", () => {
    const y = [1, 2, NaN, NaN, 3, NaN, 4, 5];
    const gaps = lineChart([{ name: "a", x: y.map((_, i) => i), y }]);
    expect(pathsWith(gaps, width).map((path) => path.length)).toEqual([2, 2]);
    expect(tagsOf(gaps).filter((tag) => tag.startsWith("<circle"))).toHaveLength(1);
    expect(gaps).not.toContain("NaN");
    for (const logY of [false, true]) {
      const dot = lineChart([{ name: "a", x: [3], y: [7] }], { logY });
      expect(dot).toContain("<circle");
      expect(dot).not.toContain("NaN");
    }
  });

  it("fits into the size that is asked for", () => {
    const small = lineChart([train, validation], { ...titles, width: 300, height: 200 });
    expect(small).toContain('width="300" height="200"');
    for (const [x, y] of pathsWith(small, width).slice(2).flat()) {
      expect(x).toBeLessThanOrEqual(300);
      expect(y).toBeLessThanOrEqual(200);
    }
    expect(lineChart([train], { title: "Loss ".repeat(20), width: 300 })).toMatch(/>Loss Loss .*…<\/text>/);
  });

  it("tells 16 lines apart, on light pages and on dark ones", () => {
    const many = Array.from({ length: 16 }, (_, i) => ({ name: `line ${i}`, x: [0, 1], y: [i, i + 1] }));
    const chart = lineChart(many);
    const styles = tagsOf(chart).flatMap(
      (tag) => / (stroke="[^>]*stroke-width="2"[^/]*)\//.exec(tag)?.[1] ?? [],
    );
    expect(new Set(styles).size).toBe(16);
    const dark = darkColours(chart);
    const used = new Set(styles.map((style) => /#[0-9a-f]{6}/.exec(style)![0]));
    for (const colour of used) {
      expect(contrast(colour, "#ffffff")).toBeGreaterThanOrEqual(4.5);
      expect(contrast(dark.get(colour)!, dark.get("#ffffff")!)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each<[string, readonly LineSeries[], object, string]>([
    ["no series", [], {}, "line chart: expected one series or more, got none"],
    [
      "rows of unequal length",
      [{ name: "a", x: [1, 2], y: [1] }],
      {},
      "line chart, 'a': expected as many x as y values, got 2 and 1",
    ],
    ["no number", [{ name: "a", x: [1], y: [NaN] }], {}, "expected one number or more to draw, got none"],
    ["an infinite value", [{ name: "a", x: [1], y: [Infinity] }], {}, "got y[0] = Infinity"],
    ["an x that is not finite", [{ name: "a", x: [NaN], y: [1] }], {}, "got x[0] = NaN"],
    [
      "0 on a logarithmic axis",
      [{ name: "a", x: [1, 2], y: [1, 0] }],
      { logY: true },
      "a logarithmic axis needs y values above 0, got y[1] = 0; use a linear one",
    ],
    ["a size too small", [train], { width: 100 }, "at least 240 by 160 pixels, got 100 by 400"],
  ])("refuses %s", (_, series, settings, message) => {
    expect(() => lineChart(series, settings)).toThrow(message);
  });
});
