import { describe, expect, it } from "vitest";
import { confusionChart } from "../../src/charts/confusion.ts";
import { blend, contrast, darkColours, tagsOf } from "./svg.ts";

const size = (svg: string): number[] => /width="(\d+)" height="(\d+)"/.exec(svg)!.slice(1).map(Number);
const attribute = (tag: string, name: string): number =>
  Number(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]);

const twoByTwo = [
  [30, 10],
  [0, 5],
];

describe("a confusion chart", () => {
  it("is an image with a title, and has a tooltip for each cell", () => {
    const svg = confusionChart(twoByTwo, ["no", "yes"], { title: "Spam" });
    const tags = tagsOf(svg);
    expect(tags[0]).toContain('role="img"');
    expect(svg).toMatch(/^<svg [^>]*>\n<title>Spam<\/title>/);
    expect(svg).toContain("<title>actual no, predicted yes: 10 of 40 (25.0 %)</title>");
    expect([...svg.matchAll(/<g>/g)]).toHaveLength(3); // a cell of 0 is blank
    for (const label of ["actual", "predicted", "no", "yes", "30", "10", "5"])
      expect(svg).toContain(`>${label}</text>`);
    expect(confusionChart(twoByTwo, ["no", "yes"])).toContain("<title>Confusion matrix</title>");
  });

  it("shades a cell by its share of the row", () => {
    const svg = confusionChart(twoByTwo, ["no", "yes"]);
    const opacities = [...svg.matchAll(/<g>.*?<rect [^>]*fill-opacity="([\d.]+)"/g)];
    expect(opacities.map(([, opacity]) => opacity)).toEqual(["0.75", "0.25", "1"]);
  });

  it("shows shares on request, and abbreviates large counts", () => {
    const shares = confusionChart(
      [
        [999, 1],
        [1, 2],
      ],
      ["a", "b"],
      { cells: "shares" },
    );
    for (const label of ["100", "&lt;1", "33", "67"]) expect(shares).toContain(`>${label}</text>`);
    expect(shares).toContain("numbers in %");
    const counts = [
      [9999, 10_000, 999_499],
      [999_500, 3_440_000, 25_499_000],
      [1, 2_000_000_000, 0],
    ];
    const svg = confusionChart(counts, ["a", "b", "c"]);
    for (const label of ["9999", "10k", "999k", "1M", "3.4M", "25M", "2G"])
      expect(svg).toContain(`>${label}</text>`);
  });

  it("keeps numbers readable on every shade, on light pages and on dark ones", () => {
    const count = 200;
    const rows = Array.from({ length: count }, (_, k) => [
      k + 1,
      count - k - 1,
      ...Array.from({ length: count - 2 }, () => 0),
    ]);
    const labels = rows.map((_, k) => `c${k}`);
    const svg = confusionChart(rows, labels);
    const dark = darkColours(svg);
    const cells = [
      ...svg.matchAll(
        /<g>.*?<rect [^>]*fill="(#\w{6})" fill-opacity="([\d.]+)"\/><text [^>]*fill="(#\w{6})"/g,
      ),
    ];
    expect(cells).toHaveLength(2 * count - 1);
    for (const [, shade, opacity, ink] of cells) {
      const paper = "#ffffff";
      const onLight = blend(shade!, paper, Number(opacity));
      const onDark = blend(dark.get(shade!)!, dark.get(paper)!, Number(opacity));
      expect(contrast(onLight, ink!), opacity).toBeGreaterThan(4.5);
      expect(contrast(onDark, dark.get(ink!)!), opacity).toBeGreaterThan(4.5);
    }
  });

  it("takes any text as a label and title", () => {
    const labels = ["<b>\"&amp;'", "猫\u0000\u001b", "قطة", "\ud800", ""];
    const svg = confusionChart(
      labels.map(() => [1, 2, 3, 4, 5]),
      labels,
      { title: "a < b & c" },
    );
    tagsOf(svg);
    expect(svg).toContain("<title>a &lt; b &amp; c</title>");
    expect(svg).toContain("&lt;b&gt;&quot;&amp;amp;'");
    expect(svg).toContain("猫\ufffd\ufffd");
    expect(svg).not.toMatch(/\p{Surrogate}/u);
  });

  it.each([1, 2, 12, 13, 25, 26, 60])("has room for %i classes and their labels", (count) => {
    const labels = Array.from({ length: count }, (_, k) => `class number ${k}`);
    const rows = labels.map((_, r) => labels.map((_, c) => (r + c) % 3));
    const svg = confusionChart(rows, labels, { title: "A title that is rather longer than two cells" });
    const [width, height] = size(svg) as [number, number];
    for (const tag of tagsOf(svg).filter((tag) => tag.startsWith("<rect"))) {
      expect(attribute(tag, "x") || 0).toBeGreaterThanOrEqual(0);
      expect((attribute(tag, "x") || 0) + attribute(tag, "width")).toBeLessThanOrEqual(width);
      expect((attribute(tag, "y") || 0) + attribute(tag, "height")).toBeLessThanOrEqual(height);
    }
    expect([...svg.matchAll(/>class number \d+<\/text>/g)]).toHaveLength(2 * count);
    expect(width).toBeLessThan(1700);
    const sideways = [...svg.matchAll(/rotate\(-90[^>]*>class number/g)];
    expect(sideways).toHaveLength(count); // wider than a column
  });

  it("cuts long labels, and keeps them whole in tooltips", () => {
    const long = "a name of thirty-one characters";
    const svg = confusionChart([[1]], [long]);
    expect(svg).toContain(">a name of thirty-one ch…</text>");
    expect(svg).toContain(`actual ${long}, predicted ${long}: 1 of 1`);
  });

  it("refuses anything but a square matrix of counts", () => {
    expect(() => confusionChart([], [])).toThrow("confusion chart: expected one label or more, got none");
    expect(() => confusionChart([[1]], ["a", "b"])).toThrow("expected 2 rows, one for each label, got 1");
    expect(() => confusionChart([[1, 2], [3]], ["a", "b"])).toThrow(
      "confusion chart, row 1: expected 2 counts, one for each label, got 1",
    );
    for (const bad of [-1, NaN, 0.5])
      expect(() => confusionChart([[bad]], ["a"])).toThrow(
        `a count must be a whole number, 0 or more, not ${bad}`,
      );
  });
});
