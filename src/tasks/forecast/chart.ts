// A chart of forecasts: the actual values, the median, the intervals around it, and the baselines' forecasts; a panel for
// each series.
import { linearAxis, timeAxis } from "../../charts/axis.ts";
import { bandEntry, drawLegend, lineEntry, type LegendEntry } from "../../charts/legend.ts";
import {
  bottomMargin,
  drawAxes,
  drawBand,
  drawDivider,
  drawLine,
  leftMargin,
  lineStroke,
  rightMargin,
  type Panel,
  type Point,
  type Stroke,
} from "../../charts/panel.ts";
import { colours, svgDocument, text } from "../../charts/svg.ts";
import { checkFinite } from "../shared/series-checks.ts";

/** One series: its actual values and its forecasts. */
export interface ForecastPanel {
  readonly name: string;
  /** [steps] in milliseconds since 1970, ascending. */
  readonly times: ArrayLike<number>;
  /** [steps] the actual values, in the units of the series. */
  readonly values: ArrayLike<number>;
  readonly forecasts: readonly PanelForecast[];
}

/** One forecast from one origin. */
export interface PanelForecast {
  /** Number of the panel's steps that the forecast is made from, 1 or more; later values are drawn beside it. */
  readonly origin: number;
  /** [horizon] in milliseconds since 1970. */
  readonly times: ArrayLike<number>;
  /** [levels][horizon], in the units of the series. */
  readonly quantiles: readonly ArrayLike<number>[];
  /** The baselines' forecasts by name, each [horizon]. */
  readonly baselines?: Readonly<Record<string, ArrayLike<number>>>;
}

/** Settings of `forecastChart`. */
export interface ForecastChartSettings {
  /** Levels of the quantiles, ascending, 0.5 among them. */
  readonly levels: readonly number[];
  /** Default "Forecast". */
  readonly title?: string;
}

const width = 820;
const plotHeight = 240;

const actualStroke: Stroke = { colour: colours.ink, width: 1.5 };
const medianStroke: Stroke = { colour: colours.blue, width: 2.2 };
/** The first of the strokes is blue, as the median. */
const baselineStroke = (index: number): Stroke => lineStroke(index + 1, 1.4);
const bandOpacity = 0.22;

/**
 * An SVG document as a string, sized in pixels, with colours for light and dark pages. Each forecast starts at the last
 * value it is made from, where a dotted line stands. Throws at no panel or forecast, at levels without the median, at
 * numbers that are not finite, and at rows of unequal length.
 */
export function forecastChart(
  panels: readonly ForecastPanel[],
  { levels, title = "Forecast" }: ForecastChartSettings,
): string {
  checkPanels(panels, levels);
  const names = baselineNames(panels);
  const legend = drawLegend(legendEntries(levels, names), width);
  const lines = panels.map((panel) => linesOf(panel, names));
  const axes = lines.map((panel) => axesOf(panel));
  const left = Math.max(...axes.map(({ y }) => leftMargin(y)));
  const nameHeight = panels.length > 1 ? 40 : 12;
  const panelHeight = nameHeight + plotHeight + bottomMargin();
  const height = legend.bottom + panels.length * panelHeight + 8;
  return svgDocument(width, height, title, [
    ...legend.parts,
    ...panels.flatMap(({ name }, i) => {
      const top = legend.bottom + i * panelHeight;
      const panel = {
        left,
        top: top + nameHeight,
        width: width - left - rightMargin,
        height: plotHeight,
        ...axes[i]!,
      };
      return [
        ...(panels.length > 1 ? [text(16, top + 26, name, { size: 13, anchor: "start", weight: 600 })] : []),
        ...drawPanel(panel, lines[i]!, levels),
      ];
    }),
  ]);
}

/** Pairs of levels as far from the median on either side, as indices, the widest interval first. */
function intervals(levels: readonly number[]): (readonly [low: number, high: number])[] {
  const median = levels.indexOf(0.5);
  const count = Math.min(median, levels.length - 1 - median);
  return Array.from({ length: count }, (_, i) => [i, levels.length - 1 - i]);
}

function legendEntries(levels: readonly number[], baselines: readonly string[]): LegendEntry[] {
  return [
    lineEntry("actual", actualStroke),
    lineEntry("median", medianStroke),
    ...intervals(levels).map(([low, high], depth) => {
      // A band inside others is drawn over them.
      const opacity = 1 - (1 - bandOpacity) ** (depth + 1);
      return bandEntry(`quantiles ${levels[low]} to ${levels[high]}`, colours.blue, opacity);
    }),
    ...baselines.map((name, i) => lineEntry(name, baselineStroke(i))),
  ];
}

function baselineNames(panels: readonly ForecastPanel[]): string[] {
  const forecasts = panels.flatMap((panel) => panel.forecasts);
  return [...new Set(forecasts.flatMap(({ baselines = {} }) => Object.keys(baselines)))];
}

/** A panel's lines, in its units. */
interface Lines {
  readonly actual: readonly Point[];
  readonly forecasts: readonly ForecastLines[];
}

/** Each line starts at the last value that the forecast is made from. */
interface ForecastLines {
  readonly start: Point;
  /** One line for each level. */
  readonly quantiles: readonly (readonly Point[])[];
  /** One line for each baseline; that of a baseline without a forecast has no second point. */
  readonly baselines: readonly (readonly Point[])[];
}

function linesOf({ times, values, forecasts }: ForecastPanel, baselines: readonly string[]): Lines {
  const actual = pointsOf(times, values);
  return {
    actual,
    forecasts: forecasts.map((forecast) => {
      const start = actual[forecast.origin - 1] as Point;
      const lineOf = (ahead: ArrayLike<number>): Point[] => [start, ...pointsOf(forecast.times, ahead)];
      return {
        start,
        quantiles: forecast.quantiles.map(lineOf),
        baselines: baselines.map((name) => lineOf(forecast.baselines?.[name] ?? [])),
      };
    }),
  };
}

function pointsOf(times: ArrayLike<number>, values: ArrayLike<number>): Point[] {
  return Array.from(values, (value, i) => [times[i] as number, value]);
}

function axesOf({ actual, forecasts }: Lines): Pick<Panel, "x" | "y"> {
  const ahead = forecasts.flatMap(({ quantiles, baselines }) => [...quantiles.flat(), ...baselines.flat()]);
  const points = [...actual, ...ahead];
  return {
    x: timeAxis(
      points.map(([time]) => time),
      8,
    ),
    y: linearAxis(
      points.map(([, value]) => value),
      5,
      0.05,
    ),
  };
}

function drawPanel(panel: Panel, { actual, forecasts }: Lines, levels: readonly number[]): string[] {
  const median = levels.indexOf(0.5);
  return [
    ...drawAxes(panel),
    ...forecasts.map(({ start: [time] }) => drawDivider(panel, time)),
    ...forecasts.flatMap(({ quantiles }) =>
      intervals(levels).map(([low, high]) =>
        drawBand(panel, [quantiles[low]!, quantiles[high]!], colours.blue, bandOpacity),
      ),
    ),
    ...forecasts.flatMap(({ baselines }) =>
      baselines.flatMap((line, i) => (line.length > 1 ? [drawLine(panel, line, baselineStroke(i))] : [])),
    ),
    drawLine(panel, actual, actualStroke),
    ...forecasts.map(({ quantiles }) => drawLine(panel, quantiles[median]!, medianStroke)),
  ];
}

function checkPanels(panels: readonly ForecastPanel[], levels: readonly number[]): void {
  if (panels.length === 0) throw new Error("forecast chart: expected one panel or more, got none");
  if (!levels.includes(0.5))
    throw new Error(
      `forecast chart: levels must have 0.5, the median, not only ${levels.join(", ")}; add it`,
    );
  for (const panel of panels) checkPanel(panel, levels);
}

function checkPanel({ name, times, values, forecasts }: ForecastPanel, levels: readonly number[]): void {
  const place = `forecast chart, '${name}'`;
  const checkRow = (row: string, numbers: ArrayLike<number>, count: number): void => {
    if (numbers.length !== count)
      throw new Error(`${place}: expected ${count} ${row}, one for each time, got ${numbers.length}`);
    checkFinite(place, row, numbers);
  };
  if (!forecasts.some((forecast) => forecast.times.length > 0))
    throw new Error(`${place}: expected a forecast of one step or more, got none`);
  checkFinite(place, "times", times);
  checkRow("values", values, times.length);
  for (const { origin, times: ahead, quantiles, baselines = {} } of forecasts) {
    if (!(Number.isInteger(origin) && origin >= 1 && origin <= times.length))
      throw new Error(
        `${place}: an origin must be a whole number from 1 to ${times.length}, the panel's steps, not ${origin}`,
      );
    if (quantiles.length !== levels.length)
      throw new Error(
        `${place}: expected ${levels.length} quantiles, one for each level, got ${quantiles.length}`,
      );
    checkFinite(place, "times ahead", ahead);
    for (const quantile of quantiles) checkRow("quantiles", quantile, ahead.length);
    for (const [baseline, numbers] of Object.entries(baselines))
      checkRow(`values of ${baseline}`, numbers, ahead.length);
  }
}
