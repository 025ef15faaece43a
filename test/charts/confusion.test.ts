import { describe, expect, it } from "vitest";
import { confusionPicture } from "../../src/charts/confusion.ts";
import { contrast, tagsOf } from "./svg.ts";

const size = (svg: string): number[] => /width="(\d+)" height="(\d+)"/.exec(svg)!.slice(1).map(Number);
const attribute = (tag: string, name: string): number =>
  Number(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]);

const twoByTwo = [
  [30, 10],
  [0, 5],
];

describe("the picture of a confusion matrix", () => {
  it("is an image with a title, and says each cell in words", () => {
    const svg = confusionPicture(twoByTwo, ["no", "yes"], { title: "Spam" });
    const tags = tagsOf(svg);
    expect(tags[0]).toContain('role="img"');
    expect(svg).toMatch(/^<svg [^>]*>\n<title>Spam<\/title>/);
    expect(svg).toContain("<title>actual no, predicted yes: 10 of 40 (25.0 %)</title>");
    expect([...svg.matchAll(/<g>/g)]).toHaveLength(3); // a cell of 0 is blank
    for (const label of ["actual", "predicted", "no", "yes", "30", "10", "5"])
      expect(svg).toContain(`>${label}</text>`);
    expect(confusionPicture(twoByTwo, ["no", "yes"])).toContain("<title>Confusion matrix</title>");
  });

  it("colours a cell by its share of the row, from white to dark", () => {
    const svg = confusionPicture(twoByTwo, ["no", "yes"]);
    const fills = [...svg.matchAll(/<g>.*?<rect [^>]*fill="(#[0-9a-f]{6})"/g)].map(([, fill]) => fill);
    // 30 of 40: 255 - 244 · 3/4 = 72, 255 - 176 · 3/4 = 123, 255 - 117 · 3/4 = 167.25.
    expect(fills).toEqual(["#487ba7", "#c2d3e2", "#0b4f8a"]);
  });

  it("shows shares on request, and large counts short", () => {
    const shares = confusionPicture(
      [
        [999, 1],
        [1, 2],
      ],
      ["a", "b"],
      { cells: "shares" },
    );
    for (const label of ["100", "&lt;1", "33", "67"]) expect(shares).toContain(`>${label}</text>`);
    expect(shares).toContain("cells in %");
    const counts = [
      [9999, 10_000, 999_499],
      [999_500, 3_440_000, 25_499_000],
      [1, 2_000_000_000, 0],
    ];
    const svg = confusionPicture(counts, ["a", "b", "c"]);
    for (const label of ["9999", "10k", "999k", "1M", "3.4M", "25M", "2G"])
      expect(svg).toContain(`>${label}</text>`);
  });

  it("keeps numbers readable on every colour", () => {
    const rows = Array.from({ length: 11 }, (_, k) => [
      k * 10,
      100 - k * 10,
      ...Array.from({ length: 9 }, () => 0),
    ]);
    const svg = confusionPicture(
      rows,
      rows.map((_, k) => `c${k}`),
    );
    const cells = [
      ...svg.matchAll(/<g>.*?<rect [^>]*fill="(#[0-9a-f]{6})"\/><text [^>]*fill="(#[0-9a-f]{6})"/g),
    ];
    expect(cells).toHaveLength(20);
    for (const [, back, front] of cells) expect(contrast(back!, front!)).toBeGreaterThan(4.5);
  });

  it("takes any text as a name and title", () => {
    const names = ["<b>\"&amp;'", "猫\u0000\u001b", "قطة", "\ud800", ""];
    const svg = confusionPicture(
      names.map(() => [1, 2, 3, 4, 5]),
      names,
      { title: "a < b & c" },
    );
    tagsOf(svg);
    expect(svg).toContain("<title>a &lt; b &amp; c</title>");
    expect(svg).toContain("&lt;b&gt;&quot;&amp;amp;'");
    expect(svg).toContain("猫\ufffd\ufffd");
    expect(svg).not.toMatch(/\p{Surrogate}/u);
  });

  it.each([1, 2, 12, 13, 25, 26, 60])("has room for %i classes and their names", (count) => {
    const names = Array.from({ length: count }, (_, k) => `class number ${k}`);
    const rows = names.map((_, r) => names.map((_, c) => (r + c) % 3));
    const svg = confusionPicture(rows, names, { title: "A title that is rather longer than two cells" });
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

  it("cuts long names, and keeps them whole in words", () => {
    const long = "a name of thirty-one characters";
    const svg = confusionPicture([[1]], [long]);
    expect(svg).toContain(">a name of thirty-one ch…</text>");
    expect(svg).toContain(`actual ${long}, predicted ${long}: 1 of 1`);
  });

  it("refuses what is no matrix of counts", () => {
    expect(() => confusionPicture([], [])).toThrow(
      "confusion picture: needs one class or more, not 0; name them",
    );
    expect(() => confusionPicture([[1]], ["a", "b"])).toThrow("2 names need as many rows, not 1");
    expect(() => confusionPicture([[1, 2], [3]], ["a", "b"])).toThrow(
      "confusion picture, row 1: must have 2 counts, one for each name, not 1",
    );
    for (const bad of [-1, NaN, 0.5])
      expect(() => confusionPicture([[bad]], ["a"])).toThrow(
        `a count must be a whole number, 0 or more, not ${bad}`,
      );
  });
});
