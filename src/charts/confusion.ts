// A confusion matrix as an SVG: a row for each class, its colours the shares of that row. Draws text and rectangles;
// knows no model, no page and no file.
import { escaped, round, soft, svgOf, text, textWidth } from "./svg.ts";

export interface ConfusionPictureSettings {
  /** Default "Confusion matrix". */
  readonly title?: string;
  /** What stands in the cells: `"counts"` (default), or `"shares"` of the row in percent. */
  readonly cells?: "counts" | "shares";
}

/** Colours of the shares 0 and 1, red, green, blue. */
const [lightest, darkest] = [
  [255, 255, 255],
  [11, 79, 138],
] as const;
/** From this share on white text has more contrast than black. */
const whiteFrom = 0.75;
const longestLabel = 24; // characters

interface Layout {
  /** Side of a cell, and font sizes, in pixels. */
  readonly cell: number;
  readonly label: number;
  readonly number: number;
  readonly left: number;
  readonly top: number;
  readonly side: number;
  /** Column labels are turned upright where they are wider than a column. */
  readonly turned: boolean;
  readonly below: number;
}

/**
 * An SVG element as a string, sized in pixels, with a title, and words for each cell that is not empty. Cells of 0
 * stay blank. `confusion` [classes, classes] as `classificationReport` gives it: rows are targets; `names` [classes],
 * any text. Labels longer than 24 characters are cut; their cells have the whole.
 * Throws at no classes, a matrix that is not square, and counts that are not whole numbers, 0 or more.
 */
export function confusionPicture(
  confusion: readonly (readonly number[])[],
  names: readonly string[],
  settings: ConfusionPictureSettings = {},
): string {
  checkSquare(confusion, names);
  const { title = "Confusion matrix", cells = "counts" } = settings;
  const layout = arrange(names);
  const { left, top, side, below } = layout;
  const width = Math.max(left + side + 24, left + 330, 24 + textWidth(title, 16));
  const height = top + side + below + 56;
  const centre = left + side / 2;
  const parts = [
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(16, 28, title, { size: 16, anchor: "start", weight: 600 }),
    text(20, top + side / 2, "actual", { size: 13, colour: soft, turned: true }),
    text(centre, top + side + below + 14, "predicted", { size: 13, colour: soft }),
    ...names.flatMap((name, k) => labels(name, k, layout)),
    ...guides(names.length, layout),
    ...confusion.flatMap((row, r) => drawRow(row, r, names, layout, cells)),
    `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="#9aa5b1"/>`,
    ...legend(left, height - 26, cells),
  ];
  return svgOf(width, height, title, parts);
}

function arrange(names: readonly string[]): Layout {
  const count = names.length;
  const cell = count <= 12 ? 46 : count <= 25 ? 32 : 22;
  const label = count <= 12 ? 13 : count <= 25 ? 12 : 11;
  const widest = Math.max(...names.map((name) => textWidth(shortened(name), label)));
  const turned = widest > cell - 4;
  return {
    cell,
    label,
    number: count <= 12 ? 13 : count <= 25 ? 10 : 8,
    left: Math.ceil(widest) + 42,
    top: 48,
    side: cell * count,
    turned,
    below: (turned ? Math.ceil(widest) : label) + 16,
  };
}

function labels(name: string, k: number, { cell, label, left, top, side, turned }: Layout): string[] {
  const middle = (k + 0.5) * cell;
  const shown = shortened(name);
  const bottom = top + side + (turned ? 8 : label + 5);
  return [
    text(left - 8, top + middle + 0.35 * label, shown, { size: label, anchor: "end" }),
    turned
      ? text(left + middle + 0.35 * label, bottom, shown, { size: label, anchor: "end", turned })
      : text(left + middle, bottom, shown, { size: label }),
  ];
}

/** Faint lines between the cells. */
function guides(count: number, { cell, left, top, side }: Layout): string[] {
  return Array.from({ length: count - 1 }, (_, k) => {
    const [x, y] = [left + (k + 1) * cell, top + (k + 1) * cell];
    return `<path d="M${x} ${top}v${side}M${left} ${y}h${side}" stroke="#edf0f3"/>`;
  });
}

function drawRow(
  row: readonly number[],
  r: number,
  names: readonly string[],
  { cell, number, left, top }: Layout,
  cells: "counts" | "shares",
): string[] {
  const sum = row.reduce((total, count) => total + count, 0);
  return row.flatMap((count, c) => {
    if (count === 0) return [];
    const share = count / sum;
    const [x, y] = [left + c * cell, top + r * cell];
    const percent = `${(100 * share).toFixed(1)} %`;
    const words = `actual ${names[r]}, predicted ${names[c]}: ${count} of ${sum} (${percent})`;
    const shown = cells === "counts" ? shortCount(count) : shortShare(share);
    return [
      `<g><title>${escaped(words)}</title>` +
        `<rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${shade(share)}"/>` +
        text(x + cell / 2, y + cell / 2 + 0.36 * number, shown, {
          size: number,
          colour: share < whiteFrom ? "#000000" : "#ffffff",
        }) +
        `</g>`,
    ];
  });
}

function legend(x: number, y: number, cells: "counts" | "shares"): string[] {
  const steps = 10;
  const note = `share of the row${cells === "shares" ? "; cells in %" : ""}`;
  return [
    text(x, y + 11, "0 %", { size: 11, colour: soft, anchor: "start" }),
    ...Array.from(
      { length: steps + 1 },
      (_, i) =>
        `<rect x="${x + 26 + 8 * i}" y="${y}" width="8" height="14" fill="${shade(i / steps)}" stroke="#e4e7eb" stroke-width="0.5"/>`,
    ),
    text(x + 120, y + 11, `100 %  ${note}`, { size: 11, colour: soft, anchor: "start" }),
  ];
}

function shade(share: number): string {
  const parts = lightest.map((light, i) => Math.round(light + (darkest[i]! - light) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** At most four characters: 9999, 12k, 3.4M. */
function shortCount(count: number): string {
  if (count < 10_000) return String(count);
  const [size, unit] = count < 999_500 ? [1e3, "k"] : count < 999_500_000 ? [1e6, "M"] : [1e9, "G"];
  const scaled = count / size;
  return `${scaled < 9.95 ? round(scaled) : Math.round(scaled)}${unit}`;
}

/** Whole percent. */
function shortShare(share: number): string {
  return share < 0.005 ? "<1" : String(Math.round(100 * share));
}

function shortened(name: string): string {
  const characters = [...name];
  return characters.length <= longestLabel ? name : `${characters.slice(0, longestLabel - 1).join("")}…`;
}

function checkSquare(confusion: readonly (readonly number[])[], names: readonly string[]): void {
  if (names.length === 0) throw new Error("confusion picture: needs one class or more, not 0; name them");
  if (confusion.length !== names.length)
    throw new Error(`confusion picture: ${names.length} names need as many rows, not ${confusion.length}`);
  confusion.forEach((row, r) => {
    if (row.length !== names.length)
      throw new Error(
        `confusion picture, row ${r}: must have ${names.length} counts, one for each name, not ${row.length}`,
      );
    for (const count of row)
      if (!Number.isSafeInteger(count) || count < 0)
        throw new Error(
          `confusion picture, row ${r}: a count must be a whole number, 0 or more, not ${count}`,
        );
  });
}
