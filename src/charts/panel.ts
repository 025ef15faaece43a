// A panel: a rectangle between two axes, with the lines and bands drawn in it.
import type { Axis } from "./axis.ts";
import { colours, round, text, textWidth } from "./svg.ts";

/** The plot area in pixels of the page; axes' labels stand outside. */
export interface Panel {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
}

/** A point in the units of the axes; from `pixelOf` in pixels. */
export type Point = readonly [x: number, y: number];

/** The look of a line. */
export interface Stroke {
  readonly colour: string;
  /** In pixels. */
  readonly width: number;
  /** As of SVG's stroke-dasharray; solid without one. */
  readonly dash?: string | undefined;
}

const labelSize = 12;
const titleSize = 13;
/** Right of the plot area, for half of the last label. */
export const rightMargin = 24;

/** Pixels left of the plot area for the labels of its vertical axis. */
export function leftMargin(y: Axis): number {
  const widest = y.ticks.reduce((width, { label }) => Math.max(width, textWidth(label, labelSize)), 0);
  return Math.ceil(widest) + 24;
}

/** Pixels below the plot area for the labels of its horizontal axis, and its title if there is one. */
export const bottomMargin = (title = ""): number => (title ? 50 : 30);

/** The coordinates of a point on the page, in pixels. */
export function pixelOf({ left, top, width, height, x, y }: Panel, [valueX, valueY]: Point): Point {
  return [round(left + x.position(valueX) * width), round(top + (1 - y.position(valueY)) * height)];
}

/** Grid lines, ticks, labels and titles of both axes; a vertical one has its title above it. */
export function drawAxes(panel: Panel, titles: { readonly x?: string; readonly y?: string } = {}): string[] {
  const { left, top, width, height, x, y } = panel;
  const [right, bottom] = [left + width, top + height];
  const small = { size: labelSize, colour: colours.soft };
  const named = { size: titleSize, colour: colours.soft };
  return [
    ...y.ticks.flatMap(({ value, label }) => {
      const at = round(bottom - y.position(value) * height);
      return [
        `<path d="M${left} ${at}h${width}" stroke="${colours.grid}"/>`,
        text(left - 8, at + 4, label, { ...small, anchor: "end" }),
      ];
    }),
    ...x.ticks.flatMap(({ value, label }) => {
      const at = round(left + x.position(value) * width);
      const centre = Math.min(at, right + rightMargin - 4 - textWidth(label, labelSize) / 2);
      return [
        `<path d="M${at} ${bottom}v5" stroke="${colours.soft}"/>`,
        text(centre, bottom + 19, label, small),
      ];
    }),
    `<path d="M${left} ${bottom}h${width}" stroke="${colours.soft}"/>`,
    ...(titles.x ? [text(left + width / 2, bottom + 40, titles.x, named)] : []),
    ...(titles.y ? [text(16, top - 12, titles.y, { ...named, anchor: "start" })] : []),
  ];
}

/** A line through the points; one alone is a dot. */
export function drawLine(panel: Panel, points: readonly Point[], stroke: Stroke): string {
  const [first] = points;
  if (first && points.length === 1) {
    const [x, y] = pixelOf(panel, first);
    return `<circle cx="${x}" cy="${y}" r="${stroke.width + 1}" fill="${stroke.colour}"/>`;
  }
  return `<path d="${pathOf(panel, points)}" fill="none" stroke-linejoin="round" ${strokeAttributes(stroke)}/>`;
}

/** The area between two lines. */
export function drawBand(
  panel: Panel,
  [lower, upper]: readonly [lower: readonly Point[], upper: readonly Point[]],
  colour: string,
  opacity: number,
): string {
  const path = pathOf(panel, [...lower, ...upper.toReversed()]);
  return `<path d="${path}Z" fill="${colour}" fill-opacity="${opacity}"/>`;
}

/** A dotted line from the top to the bottom of the panel. */
export function drawDivider(panel: Panel, x: number): string {
  const [at] = pixelOf(panel, [x, 0]);
  return `<path d="M${at} ${panel.top}v${panel.height}" stroke="${colours.soft}" stroke-dasharray="1 3"/>`;
}

function pathOf(panel: Panel, points: readonly Point[]): string {
  return points.map((point, i) => `${i ? "L" : "M"}${pixelOf(panel, point).join(" ")}`).join("");
}

/** A stroke as attributes of an SVG element. */
export function strokeAttributes({ colour, width, dash }: Stroke): string {
  return `stroke="${colour}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ""}`;
}

const lineColours = [colours.blue, colours.orange, colours.green, colours.purple];
const dashes = [undefined, "7 3", "2 3", "9 3 2 3"];

/** The stroke of line number `index`: a colour and a dash that no two of 16 lines share. */
export function lineStroke(index: number, width: number): Stroke {
  const turn = Math.floor(index / lineColours.length);
  return {
    colour: lineColours[index % lineColours.length] as string,
    width,
    dash: dashes[(index + turn) % dashes.length],
  };
}
