// Figures of `scaling.json`: for each size one SVG, time against size, both axes logarithmic; and the memory as a
// Markdown table on stdout. Run: `npm run bench:figures`. Measures nothing.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Scaling, TimePoint } from "./scaling-data.ts";

const { values: options } = parseArgs({
  options: { folder: { type: "string", default: "docs/performance" } },
});
const scaling = JSON.parse(readFileSync(join(options.folder, "scaling.json"), "utf8")) as Scaling;

const width = 640;
const height = 420;
const plot = { left: 74, right: width - 24, top: 66, bottom: height - 58 };
const colours = { ink: "#1f2933", faint: "#d9dee4", soft: "#616e7c", line: "#1b6ca8" };

interface Axis {
  /** A value's place on the page. */
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** From just below the least to just above the greatest, or a factor of ten around one value. */
function logarithmic(values: readonly number[], ticks: readonly number[], from: number, to: number): Axis {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  const room = Math.max(0.04 * (high - low), high === low ? 1 : 0);
  const [start, end] = [low - room, high + room];
  const at = (value: number): number => from + ((Math.log(value) - start) / (end - start)) * (to - from);
  const inside = (tick: number): boolean => Math.log(tick) >= start && Math.log(tick) <= end;
  return { at, ticks: ticks.filter(inside) };
}

/** 1, 2 and 5 times powers of ten. */
const decimals = Array.from({ length: 14 }, (_, i) => 10 ** (i - 5)).flatMap((p) => [p, 2 * p, 5 * p]);

interface Text {
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly colour?: string;
  readonly turned?: boolean;
}

function text(x: number, y: number, content: string, { anchor = "middle", ...more }: Text = {}): string {
  const { size = 13, colour = colours.ink, turned = false } = more;
  const turn = turned ? ` transform="rotate(-90 ${round(x)} ${round(y)})"` : "";
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}" fill="${colour}"${turn}>${escaped}</text>`;
}

function line(from: readonly [number, number], to: readonly [number, number], style: string): string {
  const [x1, y1, x2, y2] = [...from, ...to].map((v) => round(v as number));
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" ${style}/>`;
}

const round = (value: number): number => Number(value.toFixed(1));

function figure({ symbol, title, points }: Scaling["sweeps"][number]): string {
  const ideal = inProportion(points);
  const times = [...points.flatMap(({ median, min }) => [median, min]), ...ideal.map(([, time]) => time)];
  const x = logarithmic(
    points.map(({ value }) => value),
    points.map(({ value }) => value),
    plot.left,
    plot.right,
  );
  const y = logarithmic(times, decimals, plot.bottom, plot.top);
  const path = (list: readonly (readonly [number, number])[]): string =>
    list
      .map(([value, time], i) => `${i === 0 ? "M" : "L"}${round(x.at(value))} ${round(y.at(time))}`)
      .join(" ");
  const grid = `stroke="${colours.faint}" stroke-width="1"`;
  const { device, threads, machine, cell, base } = scaling;
  const fixed = { H: base.size, L: base.layers, B: base.batch, T: base.steps };
  const others = Object.entries(fixed).flatMap(([name, value]) =>
    name === symbol ? [] : [`${name} ${value}`],
  );
  const where = `${device}, ${threads} thread${threads === 1 ? "" : "s"}; ${machine.cpu}, Node ${machine.node}`;
  const parts = [
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(plot.left, 26, `A training step of ${cell} against ${title}, ${symbol}`, {
      anchor: "start",
      size: 16,
    }),
    text(plot.left, 46, `${others.join(", ")}; ${where}`, {
      anchor: "start",
      size: 12,
      colour: colours.soft,
    }),
    ...y.ticks.flatMap((tick) => [
      line([plot.left, y.at(tick)], [plot.right, y.at(tick)], grid),
      text(plot.left - 8, y.at(tick) + 4, shortNumber(tick), { anchor: "end" }),
    ]),
    ...x.ticks.flatMap((tick) => [
      line([x.at(tick), plot.top], [x.at(tick), plot.bottom], grid),
      text(x.at(tick), plot.bottom + 20, String(tick)),
    ]),
    text((plot.left + plot.right) / 2, height - 14, `${title}, ${symbol}`),
    text(20, (plot.top + plot.bottom) / 2, "milliseconds of a step", { turned: true }),
    `<path d="${path(ideal)}" fill="none" stroke="${colours.soft}" stroke-width="1.5" stroke-dasharray="5 4"/>`,
    `<path d="${path(points.map((p) => [p.value, p.median]))}" fill="none" stroke="${colours.line}" stroke-width="2.5"/>`,
    ...points.flatMap(({ value, median, gflops }, index) => {
      const [px, py] = [x.at(value), y.at(median)];
      const label = gflops.toFixed(gflops < 10 ? 1 : 0);
      return [
        `<circle cx="${round(px)}" cy="${round(py)}" r="4" fill="${colours.line}"/>`,
        // The first would run into the axis.
        index === 0
          ? text(px, py - 10, label, { size: 12, colour: colours.line })
          : text(px - 7, py - 8, label, { anchor: "end", size: 12, colour: colours.line }),
      ];
    }),
    text(plot.right - 6, plot.bottom - 28, "numbers: GFLOP/s", {
      anchor: "end",
      size: 12,
      colour: colours.line,
    }),
    text(plot.right - 6, plot.bottom - 10, "dashed: in proportion to the products' work", {
      anchor: "end",
      size: 12,
      colour: colours.soft,
    }),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif">`,
    ...parts.map((part) => `  ${part}`),
    "</svg>",
    "",
  ].join("\n");
}

/** What each size would take at the most operations a second that any size reached. */
function inProportion(points: readonly TimePoint[]): (readonly [value: number, time: number])[] {
  const best = Math.max(...points.map(({ gflops }) => gflops));
  return points.map(({ value, work }) => [value, work / best / 1e6] as const);
}

const shortNumber = (value: number): string =>
  value >= 1 ? String(value) : String(Number(value.toPrecision(1)));

for (const sweep of scaling.sweeps) {
  if (sweep.points.length > 0) writeFileSync(join(options.folder, `${sweep.of}.svg`), figure(sweep));
}
console.log("| configuration | plan, MB | resident, MB | ratio |\n| --- | --: | --: | --: |");
for (const { name, resident, plan } of scaling.memory) {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  console.log(`| ${name} | ${megabytes(plan)} | ${megabytes(resident)} | ${(resident / plan).toFixed(2)} |`);
}
