// A legend: names beside samples of what they name, in rows under the chart's title.
import { strokeAttributes, type Stroke } from "./panel.ts";
import { shorten, text, textWidth } from "./svg.ts";

/** A name and its sample in a legend. */
export interface LegendEntry {
  readonly name: string;
  /** Draws the sample, 22 pixels wide, from the middle of its left edge. */
  readonly sample: (x: number, y: number) => string;
}

const size = 13;
const [left, top, rowHeight] = [16, 50, 21];

/** The entry of a line. */
export function lineEntry(name: string, stroke: Stroke): LegendEntry {
  const attributes = strokeAttributes(stroke);
  return { name, sample: (x, y) => `<path d="M${x} ${y}h22" fill="none" ${attributes}/>` };
}

/** The entry of a band. */
export function bandEntry(name: string, colour: string, opacity: number): LegendEntry {
  return {
    name,
    sample: (x, y) =>
      `<rect x="${x}" y="${y - 6}" width="22" height="12" fill="${colour}" fill-opacity="${opacity.toFixed(2)}"/>`,
  };
}

/** A legend under the title of a page of that width; `bottom` is where it ends, in pixels from the page's top. */
export function drawLegend(
  entries: readonly LegendEntry[],
  pageWidth: number,
): { readonly parts: readonly string[]; readonly bottom: number } {
  let [x, y] = [left, top];
  const parts: string[] = [];
  for (const { name, sample } of entries) {
    const label = shorten(name, pageWidth - 2 * left - 28, size);
    const width = 28 + textWidth(label, size);
    if (x + width > pageWidth - left && x > left) [x, y] = [left, y + rowHeight];
    parts.push(sample(x, y), text(x + 28, y + 4, label, { size, anchor: "start" }));
    x = Math.ceil(x + width + 18);
  }
  return { parts, bottom: y + 16 };
}
