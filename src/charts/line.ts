// A line chart: named series of numbers over numbers, such as the losses of a training run over its steps.
import { linearAxis, logAxis } from "./axis.ts";
import { drawLegend, lineEntry } from "./legend.ts";
import {
  bottomMargin,
  drawAxes,
  drawLine,
  leftMargin,
  lineStroke,
  rightMargin,
  type Panel,
  type Point,
} from "./panel.ts";
import { svgDocument } from "./svg.ts";

/** One line of a chart: a name and its points. */
export interface LineSeries {
  readonly name: string;
  /** [points], in the order in which they are joined. */
  readonly x: ArrayLike<number>;
  /** [points]; NaN leaves a gap in the line. */
  readonly y: ArrayLike<number>;
}

/** Settings of `lineChart`. */
export interface LineChartSettings {
  /** Default "Line chart". */
  readonly title?: string;
  /** Titles of the axes, with their units; none by default. */
  readonly xTitle?: string;
  /** Of the vertical axis. */
  readonly yTitle?: string;
  /** A logarithmic vertical axis, for values above 0. Default false. */
  readonly logY?: boolean;
  /** Of the whole chart in pixels, at least 240 by 160; default 640 by 400. A legend of many rows makes it higher. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * An SVG document as a string, with colours for light and dark pages, a legend where there are several series, and a dot
 * for a point that has no neighbour. Throws at no series, rows of unequal length, no number to draw, infinite numbers,
 * and values of 0 or less on a logarithmic axis.
 */
export function lineChart(series: readonly LineSeries[], settings: LineChartSettings = {}): string {
  const { title = "Line chart", xTitle = "", yTitle = "", logY = false } = settings;
  const { width = 640, height = 400 } = settings;
  checkSize(width, height);
  checkSeries(series, logY);
  const strokes = series.map((_, i) => lineStroke(i, 2));
  const legend =
    series.length > 1
      ? drawLegend(
          series.map(({ name }, i) => lineEntry(name, strokes[i]!)),
          width,
        )
      : { parts: [], bottom: 36 };
  const top = legend.bottom + (yTitle ? 26 : 10);
  const plotHeight = Math.max(40, height - top - bottomMargin(xTitle));
  const lines = series.map(runsOf);
  const points = lines.flat(2);
  const y = (logY ? logAxis : linearAxis)(
    points.map(([, value]) => value),
    Math.max(2, Math.round(plotHeight / 50)),
    0.04,
  );
  const left = leftMargin(y);
  const plotWidth = width - left - rightMargin;
  const x = linearAxis(
    points.map(([value]) => value),
    Math.max(2, Math.min(8, Math.round(plotWidth / 80))),
  );
  const panel: Panel = { left, top, width: plotWidth, height: plotHeight, x, y };
  return svgDocument(width, top + plotHeight + bottomMargin(xTitle), title, [
    ...legend.parts,
    ...drawAxes(panel, { x: xTitle, y: yTitle }),
    ...lines.flatMap((runs, i) => runs.map((run) => drawLine(panel, run, strokes[i]!))),
  ]);
}

/** The points of a series, parted where a value is missing. */
function runsOf({ x, y }: LineSeries): Point[][] {
  const runs: Point[][] = [[]];
  for (let i = 0; i < y.length; i++) {
    const point: Point = [x[i] as number, y[i] as number];
    if (!Number.isNaN(point[1])) runs.at(-1)!.push(point);
    else if (runs.at(-1)!.length > 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

function checkSize(width: number, height: number): void {
  if (width >= 240 && height >= 160 && width + height < Infinity) return;
  throw new Error(`line chart: expected a size of at least 240 by 160 pixels, got ${width} by ${height}`);
}

function checkSeries(series: readonly LineSeries[], logY: boolean): void {
  const place = "line chart";
  if (series.length === 0) throw new Error(`${place}: expected one series or more, got none`);
  for (const { name, x, y } of series) {
    if (x.length !== y.length)
      throw new Error(`${place}, '${name}': expected as many x as y values, got ${x.length} and ${y.length}`);
    for (let i = 0; i < y.length; i++) {
      const [valueX, valueY] = [x[i] as number, y[i] as number];
      if (!Number.isFinite(valueX))
        throw new Error(`${place}, '${name}': expected finite x values, got x[${i}] = ${valueX}`);
      if (Math.abs(valueY) === Infinity)
        throw new Error(
          `${place}, '${name}': expected finite y values, or NaN for a gap, got y[${i}] = ${valueY}`,
        );
      if (logY && valueY <= 0)
        throw new Error(
          `${place}, '${name}': a logarithmic axis needs y values above 0, got y[${i}] = ${valueY}; use a linear one`,
        );
    }
  }
  if (series.every(({ y }) => Array.from(y).every(Number.isNaN)))
    throw new Error(`${place}: expected one number or more to draw, got none`);
}
