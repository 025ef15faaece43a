// Draws `scaling.json`: an SVG per size, time against size, both axes logarithmic; and prints the memory as a Markdown
// table. Run: `npm run bench:figures`. Measures nothing.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { logAxis, type Axis } from "../src/charts/axis.ts";
import { drawLegend, lineEntry } from "../src/charts/legend.ts";
import { bottomMargin, drawAxes, drawLine, leftMargin, pixelOf, rightMargin } from "../src/charts/panel.ts";
import type { Panel, Point, Stroke } from "../src/charts/panel.ts";
import { colours, svgDocument, text } from "../src/charts/svg.ts";
import type { Scaling, TimePoint } from "./scaling-data.ts";

const { values: options } = parseArgs({
  options: { folder: { type: "string", default: "docs/performance" } },
});
const scaling = JSON.parse(readFileSync(join(options.folder, "scaling.json"), "utf8")) as Scaling;

const [width, height] = [640, 420];
const measuredStroke: Stroke = { colour: colours.blue, width: 2.5 };
const idealStroke: Stroke = { colour: colours.soft, width: 1.5, dash: "5 4" };

function drawFigure({ symbol, title, points }: Scaling["sweeps"][number]): string {
  const measured = points.map(({ value, median }): Point => [value, median]);
  const ideal = idealTimes(points);
  const { panel, legend } = layOut(measured, ideal);
  const small = { size: 12, anchor: "start" } as const;
  return svgDocument(width, height, `A training step of ${scaling.cell} against ${title}, ${symbol}`, [
    ...legend.parts,
    text(16, legend.bottom + 8, settingsLine(symbol), { ...small, colour: colours.soft }),
    ...drawAxes(panel, { x: `${title}, ${symbol}`, y: "milliseconds per step" }),
    drawLine(panel, ideal, idealStroke),
    drawLine(panel, measured, measuredStroke),
    ...points.flatMap(({ gflops }, i) => {
      const point = measured[i]!;
      const [x, y] = pixelOf(panel, point);
      const label = gflops.toFixed(gflops < 10 ? 1 : 0);
      // The first label would run into the axis.
      const style = { size: 12, anchor: i === 0 ? "middle" : "end", colour: colours.blue } as const;
      return [drawLine(panel, [point], measuredStroke), text(i === 0 ? x : x - 7, y - 9, label, style)];
    }),
  ]);
}

function layOut(
  measured: readonly Point[],
  ideal: readonly Point[],
): { readonly panel: Panel; readonly legend: ReturnType<typeof drawLegend> } {
  const legend = drawLegend(
    [
      lineEntry("median; numbers are GFLOP/s", measuredStroke),
      lineEntry("in proportion to the products' work", idealStroke),
    ],
    width,
  );
  const sizes = measured.map(([value]) => value);
  const x: Axis = {
    ...logAxis(sizes, sizes.length, 0.04),
    ticks: sizes.map((value) => ({ value, label: String(value) })),
  };
  const times = [...measured, ...ideal].map(([, time]) => time);
  const y = logAxis(times, 8, 0.04);
  const [left, top] = [leftMargin(y), legend.bottom + 46];
  const plotHeight = height - top - bottomMargin("x");
  return { legend, panel: { left, top, width: width - left - rightMargin, height: plotHeight, x, y } };
}

/** The sizes that do not change, the device and the machine. */
function settingsLine(symbol: string): string {
  const { device, threads, machine, base } = scaling;
  const sizes = { H: base.size, L: base.layers, B: base.batch, T: base.steps };
  const fixed = Object.entries(sizes).flatMap(([name, value]) =>
    name === symbol ? [] : [`${name} ${value}`],
  );
  const where = `${device}, ${threads} thread${threads === 1 ? "" : "s"}`;
  return `${fixed.join(", ")}; ${where}; ${machine.cpu}, Node ${machine.node}`;
}

/** The time of each size at the most operations per second that any size reached. */
function idealTimes(points: readonly TimePoint[]): Point[] {
  const best = Math.max(...points.map(({ gflops }) => gflops));
  return points.map(({ value, work }) => [value, work / best / 1e6]);
}

for (const sweep of scaling.sweeps) {
  if (sweep.points.length > 0) writeFileSync(join(options.folder, `${sweep.of}.svg`), drawFigure(sweep));
}
console.log("| configuration | plan, MB | resident, MB | ratio |\n| --- | --: | --: | --: |");
for (const { name, resident, plan } of scaling.memory) {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  console.log(`| ${name} | ${megabytes(plan)} | ${megabytes(resident)} | ${(resident / plan).toFixed(2)} |`);
}
