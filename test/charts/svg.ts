// SVG as text, checked: its tags, and how well its colours are told apart.
import { expect } from "vitest";

/** Every tag of a document whose tags close in order and whose text has no bare mark; else an error. */
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

/** Contrast of WCAG 2.2 between two colours as #rrggbb. */
export function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [less, more] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (more! + 0.05) / (less! + 0.05);
}
