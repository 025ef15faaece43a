// Forecasts of series as an SVG: what came, the median, the intervals around it, and what others forecast; a panel for
// each series. Draws lines and areas; knows no model, no page and no file.
import { timeTicks, valueTicks, type Tick } from "../../charts/axes.ts";
import { ink, round, soft, svgOf, text, textWidth } from "../../charts/svg.ts";
import { checkFinite } from "../shared/series-checks.ts";

export interface ForecastPanel {
  readonly name: string;
  /** [steps] in milliseconds since 1970, ascending. */
  readonly times: ArrayLike<number>;
  /** [steps] what came, in the units of the series. */
  readonly values: ArrayLike<number>;
  readonly forecasts: readonly PanelForecast[];
}

export interface PanelForecast {
  /** Steps of the panel that it knew, 1 or more; what came later is drawn with it. */
  readonly origin: number;
  /** [horizon] in milliseconds since 1970. */
  readonly times: ArrayLike<number>;
  /** [levels][horizon], in the units of the series. */
  readonly quantiles: readonly ArrayLike<number>[];
  /** What others forecast, [horizon] by name. */
  readonly rivals?: Readonly<Record<string, ArrayLike<number>>>;
}

export interface ForecastPictureSettings {
  /** Of the quantiles, ascending, 0.5 among them. */
  readonly levels: readonly number[];
  /** Default "Forecast". */
  readonly title?: string;
}

const paper = "#ffffff";
const grid = "#e4e8ec";
const blue = "#0b5cad";
const rivalStyles = [
  { colour: "#a84300", dash: "2 3" },
  { colour: "#1d7a3e", dash: "6 3" },
  { colour: "#7d3c98", dash: "9 3 2 3" },
];
/** By colour on white paper the one on dark paper, where a page or a viewer has that. */
const onDark: Readonly<Record<string, string>> = {
  [paper]: "#15191e",
  [grid]: "#2b323a",
  [ink]: "#e6eaee",
  [soft]: "#a9b6c3",
  [blue]: "#63b0f7",
  "#a84300": "#f2a065",
  "#1d7a3e": "#63c987",
  "#7d3c98": "#cf97e6",
};

const width = 820;
const plotHeight = 240;
const right = 20;
const belowPlot = 30;

/**
 * An SVG element as a string, sized in pixels, with colours for light and dark pages. Each forecast goes on from the last
 * value that it knew, where a mark stands. Throws at no panel or forecast, at levels without the median, and at numbers that
 * are not finite or not as many as they should be.
 */
export function forecastPicture(
  panels: readonly ForecastPanel[],
  { levels, title = "Forecast" }: ForecastPictureSettings,
): string {
  check(panels, levels);
  const names = [...new Set(panels.flatMap((p) => p.forecasts.flatMap((f) => Object.keys(f.rivals ?? {}))))];
  const key = legend(levels, names);
  const lines = panels.map((panel) => linesOf(panel, names));
  const labels = lines.flatMap((own) => own.ticks.map((tick) => textWidth(tick.label, 11)));
  const left = Math.ceil(Math.max(...labels)) + 22;
  const abovePlot = panels.length > 1 ? 42 : 14;
  const one = abovePlot + plotHeight + belowPlot;
  const top = 36 + key.height;
  const height = top + panels.length * one + 8;
  const colours = Object.entries(onDark).map(
    ([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`,
  );
  return svgOf(width, height, title, [
    `<style>@media (prefers-color-scheme:dark){${colours.join("")}}</style>`,
    `<rect width="${width}" height="${height}" fill="${paper}"/>`,
    text(16, 28, title, { size: 16, anchor: "start", weight: 600 }),
    ...key.parts,
    ...lines.flatMap((own, i) => {
      const name = text(16, top + i * one + 28, panels[i]?.name ?? "", {
        size: 13,
        anchor: "start",
        weight: 600,
      });
      return [
        ...(panels.length > 1 ? [name] : []),
        ...drawPanel(own, left, top + i * one + abovePlot, levels),
      ];
    }),
  ]);
}

/** From a level to the one that has as many above it, the widest first; by their numbers. */
function intervals(levels: readonly number[]): (readonly [number, number])[] {
  const count = Math.min(levels.indexOf(0.5), levels.length - 1 - levels.indexOf(0.5));
  return Array.from({ length: count }, (_, i) => [i, levels.length - 1 - i]);
}

const bandOpacity = 0.22;
/** An area that lies in others is as dark as all of them. */
const opacityInside = (depth: number): number => 1 - (1 - bandOpacity) ** (depth + 1);

function legend(
  levels: readonly number[],
  rivals: readonly string[],
): { readonly parts: string[]; readonly height: number } {
  const line = (style: string): ((x: number, y: number) => string) => {
    return (x, y) => `<path d="M${x} ${y}h22" fill="none" ${style}/>`;
  };
  const entries = [
    { name: "what came", mark: line(actualStyle) },
    { name: "median", mark: line(medianStyle) },
    ...intervals(levels).map(([low, high], depth) => ({
      name: `${levels[low]} to ${levels[high]}`,
      mark: (x: number, y: number): string =>
        `<rect x="${x}" y="${y - 6}" width="22" height="12" fill="${blue}" fill-opacity="${opacityInside(depth).toFixed(2)}"/>`,
    })),
    ...rivals.map((name, r) => ({ name, mark: line(rivalStyle(r)) })),
  ];
  let [x, y] = [16, 50];
  const parts: string[] = [];
  for (const { name, mark } of entries) {
    const wide = 30 + textWidth(name, 12);
    if (x + wide > width - right && x > 16) [x, y] = [16, y + 20];
    parts.push(mark(x, y), text(x + 28, y + 4, name, { size: 12, anchor: "start" }));
    x = Math.ceil(x + wide + 16);
  }
  return { parts, height: y - 30 };
}

const actualStyle = `stroke="${ink}" stroke-width="1.5"`;
const medianStyle = `stroke="${blue}" stroke-width="2.2"`;

function rivalStyle(number: number): string {
  const { colour, dash } = rivalStyles[number % rivalStyles.length] as (typeof rivalStyles)[number];
  return `stroke="${colour}" stroke-width="1.4" stroke-dasharray="${dash}"`;
}

type Point = readonly [time: number, value: number];

/** What is drawn of a panel, in its units, and how far it reaches. */
interface Lines {
  readonly came: readonly Point[];
  readonly forecasts: readonly {
    readonly known: Point;
    readonly levels: readonly (readonly Point[])[];
    /** None of a rival that forecast nothing here. */
    readonly rivals: readonly (readonly Point[])[];
  }[];
  readonly times: readonly [number, number];
  readonly values: readonly [number, number];
  readonly ticks: readonly Tick[];
}

function linesOf({ times, values, forecasts }: ForecastPanel, rivals: readonly string[]): Lines {
  const came = points(times, values);
  const lines = forecasts.map((forecast) => {
    const known = came[forecast.origin - 1] as Point;
    const from = (ahead: ArrayLike<number>): Point[] => [known, ...points(forecast.times, ahead)];
    return {
      known,
      levels: forecast.quantiles.map(from),
      rivals: rivals.map((name) => from(forecast.rivals?.[name] ?? [])),
    };
  });
  const all = [...came, ...lines.flatMap((line) => [...line.levels.flat(), ...line.rivals.flat()])];
  const reach = padded(extent(all.map(([, value]) => value)));
  return {
    came,
    forecasts: lines,
    times: extent(all.map(([time]) => time)),
    values: reach,
    ticks: valueTicks(reach[0], reach[1], 5),
  };
}

function drawPanel(
  { came, forecasts, times, values, ticks }: Lines,
  left: number,
  top: number,
  levels: readonly number[],
): string[] {
  const plotWidth = width - right - left;
  const bottom = top + plotHeight;
  const x = (time: number): number => left + ((time - times[0]) / (times[1] - times[0])) * plotWidth;
  const y = (value: number): number => bottom - ((value - values[0]) / (values[1] - values[0])) * plotHeight;
  const path = (line: readonly Point[]): string =>
    line.map(([time, value], i) => `${i ? "L" : "M"}${round(x(time))} ${round(y(value))}`).join("");
  const stroke = (line: readonly Point[], style: string): string =>
    `<path d="${path(line)}" fill="none" stroke-linejoin="round" ${style}/>`;
  return [
    ...ticks.flatMap(({ at, label }) => [
      `<path d="M${left} ${round(y(at))}h${plotWidth}" stroke="${grid}"/>`,
      text(left - 8, y(at) + 4, label, { size: 11, anchor: "end", colour: soft }),
    ]),
    ...timeTicks(times[0], times[1], 8).flatMap(({ at, label }) => [
      `<path d="M${round(x(at))} ${bottom}v5" stroke="${soft}"/>`,
      text(within(x(at), textWidth(label, 11) / 2), bottom + 18, label, { size: 11, colour: soft }),
    ]),
    `<path d="M${left} ${bottom}h${plotWidth}" stroke="${soft}"/>`,
    ...forecasts.map(
      ({ known: [time] }) =>
        `<path d="M${round(x(time))} ${top}v${plotHeight}" stroke="${soft}" stroke-dasharray="1 3"/>`,
    ),
    ...forecasts.flatMap((own) =>
      intervals(levels).map(([low, high]) => {
        const around = [...(own.levels[low] as Point[]), ...(own.levels[high] as Point[]).toReversed()];
        return `<path d="${path(around)}Z" fill="${blue}" fill-opacity="${bandOpacity}"/>`;
      }),
    ),
    ...forecasts.flatMap((own) =>
      own.rivals.flatMap((line, r) => (line.length > 1 ? [stroke(line, rivalStyle(r))] : [])),
    ),
    stroke(came, actualStyle),
    ...forecasts.map((own) => stroke(own.levels[levels.indexOf(0.5)] as Point[], medianStyle)),
  ];
}

const within = (x: number, half: number): number => Math.min(x, width - half - 4);

function points(times: ArrayLike<number>, values: ArrayLike<number>): Point[] {
  return Array.from(values, (value, i) => [times[i] as number, value]);
}

function extent(numbers: readonly number[]): readonly [number, number] {
  return [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
}

/** With some room; around a constant, which has no extent, as much as it is large. */
function padded([low, high]: readonly [number, number]): readonly [number, number] {
  const room = high > low ? 0.05 * (high - low) : Math.abs(high) || 1;
  return [low - room, high + room];
}

function check(panels: readonly ForecastPanel[], levels: readonly number[]): void {
  const place = "forecast picture";
  if (panels.length === 0) throw new Error(`${place}: needs one panel or more, not 0; give a series`);
  if (!levels.includes(0.5))
    throw new Error(`${place}: levels must have 0.5, the median, not only ${levels.join(", ")}; add it`);
  for (const { name, times, values, forecasts } of panels) {
    const own = `${place}, '${name}'`;
    const fits = (what: string, given: ArrayLike<number>, count: number): void => {
      if (given.length !== count)
        throw new Error(`${own}: ${what} must be ${count}, one for each time, not ${given.length}`);
      checkFinite(own, what, given);
    };
    if (!forecasts.some((forecast) => forecast.times.length > 0))
      throw new Error(`${own}: needs a forecast of one step or more, not none; give one`);
    checkFinite(own, "times", times);
    fits("values", values, times.length);
    for (const { origin, times: ahead, quantiles, rivals = {} } of forecasts) {
      if (!(Number.isInteger(origin) && origin >= 1 && origin <= times.length))
        throw new Error(
          `${own}: an origin must be a whole number from 1 to ${times.length}, the steps there are, not ${origin}`,
        );
      if (quantiles.length !== levels.length)
        throw new Error(
          `${own}: there must be ${levels.length} quantiles, one for each level, not ${quantiles.length}`,
        );
      checkFinite(own, "times ahead", ahead);
      for (const level of quantiles) fits("quantiles", level, ahead.length);
      for (const [rival, line] of Object.entries(rivals)) fits(rival, line, ahead.length);
    }
  }
}
