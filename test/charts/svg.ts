// Checks of SVG as text: its tags, its paths, and the contrast of its colours on light and dark pages.
import { expect } from "vitest";

/** Every tag of a document whose tags close in order and whose text is escaped; fails for others. */
export function tagsOf(svg: string): string[] {
  const open: string[] = [];
  const tags: string[] = [];
  const rest = svg.replace(/<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>/g, (tag, end, name, _, self) => {
    tags.push(tag);
    if (end) expect(open.pop()).toBe(name);
    else if (!self) open.push(name);
    return "";
  });
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/);
  return tags;
}

/** The points of each path whose tag contains `mark`. */
export function pathsWith(svg: string, mark: string): number[][][] {
  const paths = tagsOf(svg).filter((tag) => tag.startsWith("<path") && tag.includes(mark));
  return paths.map((tag) =>
    (/ d="M([^"]*)"/.exec(tag)?.[1] ?? "")
      .replace("Z", "")
      .split("L")
      .map((point) => point.split(" ").map(Number)),
  );
}

/** The style sheet's colours on dark pages, by those on light ones. */
export function darkColours(svg: string): Map<string, string> {
  const pairs = svg.matchAll(/\[fill="(#[0-9a-f]{6})"\]\{fill:(#[0-9a-f]{6})\}/g);
  return new Map([...pairs].map(([, light, dark]) => [light!, dark!]));
}

/** Contrast ratio of WCAG 2.2 between two colours as #rrggbb. */
export function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [red, green, blue] = channels(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [less, more] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (more! + 0.05) / (less! + 0.05);
}

/** A colour drawn over another at an opacity. */
export function blend(over: string, under: string, opacity: number): string {
  const below = channels(under);
  const mixed = channels(over).map((value, i) => Math.round(below[i]! + (value - below[i]!) * opacity));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

const channels = (colour: string): number[] =>
  [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
