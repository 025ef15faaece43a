// A chart of a confusion matrix: a row for each actual class, a column for each predicted one, cells shaded by their
// share of the row.
import { colours, escapeText, headingSize, round, svgDocument, text, textWidth } from "./svg.ts";

/** Settings of `confusionChart`. */
export interface ConfusionChartSettings {
  /** Default "Confusion matrix". */
  readonly title?: string;
  /** The numbers in the cells: `"counts"` (default), or `"shares"` of the row in percent. */
  readonly cells?: "counts" | "shares";
}

type CellNumbers = NonNullable<ConfusionChartSettings["cells"]>;

/** Text is readable on cells with a smaller share in black and on others in white; the reverse on dark pages. */
const fullFrom = 0.76;
const longestLabel = 24; // characters
const noteSize = 12;

/** Lengths and font sizes in pixels. */
interface Layout {
  /** Side of a cell. */
  readonly cell: number;
  readonly labelSize: number;
  readonly numberSize: number;
  /** The matrix's left and top edge, its side, and the height of the labels below it. */
  readonly left: number;
  readonly top: number;
  readonly side: number;
  readonly below: number;
  /** Whether column labels stand upright, since some are wider than a column. */
  readonly upright: boolean;
}

/**
 * An SVG document as a string, sized in pixels, with colours for light and dark pages and a tooltip for each cell that is
 * not 0; cells of 0 stay blank. `confusion` [classes, classes] as in `ClassificationReport`: rows are actual classes,
 * columns predicted ones. `labels` [classes], any text; longer ones than 24 characters are cut, but whole in the tooltips.
 * Throws at no classes, a matrix that is not square, and counts that are not whole numbers of 0 or more.
 */
export function confusionChart(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
  settings: ConfusionChartSettings = {},
): string {
  checkSquare(confusion, labels);
  const { title = "Confusion matrix", cells = "counts" } = settings;
  const layout = layOut(labels);
  const { left, top, side, below } = layout;
  const width = Math.ceil(Math.max(left + side + 24, left + 350, 32 + textWidth(title, headingSize)));
  const height = top + side + below + 58;
  const soft = { size: 13, colour: colours.soft };
  return svgDocument(width, height, title, [
    text(24, top + side / 2, "actual", { ...soft, upright: true }),
    text(left + side / 2, top + side + below + 14, "predicted", soft),
    ...labels.flatMap((label, i) => drawLabels(label, i, layout)),
    ...confusion.flatMap((row, i) => drawRow(row, i, labels, layout, cells)),
    drawGuides(labels.length, layout),
    `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="${colours.soft}"/>`,
    ...drawScale(left, height - 27, cells),
  ]);
}

function layOut(labels: readonly string[]): Layout {
  const { length } = labels;
  const cell = length <= 12 ? 46 : length <= 25 ? 32 : 24;
  const labelSize = length <= 12 ? 13 : 12;
  const widest = Math.max(...labels.map((label) => textWidth(cut(label), labelSize)));
  const upright = widest > cell - 4;
  return {
    cell,
    labelSize,
    numberSize: length <= 12 ? 13 : length <= 25 ? 11 : 9,
    left: Math.ceil(widest) + 44,
    top: 48,
    side: cell * length,
    below: (upright ? Math.ceil(widest) : labelSize) + 16,
    upright,
  };
}

/** The label of a row and of its column. */
function drawLabels(label: string, index: number, layout: Layout): string[] {
  const { cell, labelSize: size, left, top, side, upright } = layout;
  const middle = (index + 0.5) * cell;
  const baseline = 0.35 * size;
  const bottom = top + side + (upright ? 8 : size + 5);
  return [
    text(left - 8, top + middle + baseline, cut(label), { size, anchor: "end" }),
    upright
      ? text(left + middle + baseline, bottom, cut(label), { size, anchor: "end", upright })
      : text(left + middle, bottom, cut(label), { size }),
  ];
}

/** The lines between the cells. */
function drawGuides(classes: number, { cell, left, top, side }: Layout): string {
  const lines = Array.from({ length: classes - 1 }, (_, i) => {
    return `M${left + (i + 1) * cell} ${top}v${side}M${left} ${top + (i + 1) * cell}h${side}`;
  });
  return `<path d="${lines.join("")}" stroke="${colours.grid}"/>`;
}

function drawRow(
  row: readonly number[],
  index: number,
  labels: readonly string[],
  { cell, numberSize: size, left, top }: Layout,
  cells: CellNumbers,
): string[] {
  const sum = row.reduce((total, count) => total + count, 0);
  return row.flatMap((count, column) => {
    if (count === 0) return [];
    const share = count / sum;
    const [x, y] = [left + column * cell, top + index * cell];
    const percent = `${(100 * share).toFixed(1)} %`;
    const tooltip = `actual ${labels[index]}, predicted ${labels[column]}: ${count} of ${sum} (${percent})`;
    const shown = cells === "counts" ? shortCount(count) : shortPercent(share);
    const colour = share < fullFrom ? colours.onPale : colours.onShade;
    return [
      `<g><title>${escapeText(tooltip)}</title>` +
        `<rect x="${x}" y="${y}" width="${cell}" height="${cell}" ${shade(share)}/>` +
        text(x + cell / 2, y + cell / 2 + 0.36 * size, shown, { size, colour }) +
        `</g>`,
    ];
  });
}

/** The scale of shades, below the matrix. */
function drawScale(x: number, y: number, cells: CellNumbers): string[] {
  const steps = 10;
  const end = x + 32 + 8 * (steps + 1);
  const style = { size: noteSize, colour: colours.soft, anchor: "start" } as const;
  return [
    text(x, y + 11, "0 %", style),
    ...Array.from(
      { length: steps + 1 },
      (_, i) => `<rect x="${x + 26 + 8 * i}" y="${y}" width="8" height="14" ${shade(i / steps)}/>`,
    ),
    `<rect x="${x + 26}" y="${y}" width="${8 * (steps + 1)}" height="14" fill="none" stroke="${colours.grid}"/>`,
    text(end, y + 11, `100 % of the row${cells === "shares" ? "; numbers in %" : ""}`, style),
  ];
}

const shade = (share: number): string => `fill="${colours.shade}" fill-opacity="${Number(share.toFixed(3))}"`;

/** At most four characters: 9999, 12k, 3.4M. */
function shortCount(count: number): string {
  if (count < 10_000) return String(count);
  const [size, unit] = count < 999_500 ? [1e3, "k"] : count < 999_500_000 ? [1e6, "M"] : [1e9, "G"];
  const scaled = count / size;
  return `${scaled < 9.95 ? round(scaled) : Math.round(scaled)}${unit}`;
}

function shortPercent(share: number): string {
  return share < 0.005 ? "<1" : String(Math.round(100 * share));
}

function cut(label: string): string {
  const characters = [...label];
  return characters.length <= longestLabel ? label : `${characters.slice(0, longestLabel - 1).join("")}…`;
}

function checkSquare(confusion: readonly (readonly number[])[], labels: readonly string[]): void {
  const classes = labels.length;
  if (classes === 0) throw new Error("confusion chart: expected one label or more, got none");
  if (confusion.length !== classes)
    throw new Error(`confusion chart: expected ${classes} rows, one for each label, got ${confusion.length}`);
  confusion.forEach((row, i) => {
    const place = `confusion chart, row ${i}`;
    if (row.length !== classes)
      throw new Error(`${place}: expected ${classes} counts, one for each label, got ${row.length}`);
    for (const count of row)
      if (!Number.isSafeInteger(count) || count < 0)
        throw new Error(`${place}: a count must be a whole number, 0 or more, not ${count}`);
  });
}
