// Writes the tables of costs in docs/cells.md: every cell and transform, forward and in training, on native and wasm,
// relative to the plain LSTM of equal width. Run `npm run bench:cells` on an idle machine; `-- --rounds 5` is quicker.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { cellNamed, cells } from "../src/cells/index.ts";
import { transforms } from "../src/cells/transforms/index.ts";
import type { Cell } from "../src/language/cell.ts";
import { sizesFor } from "../src/model/single-cell.ts";
import { explainCell } from "../src/model/explain.ts";
import { nativeDevice } from "../src/run/native/device.ts";
import { wasmDevice } from "../src/run/wasm/device.ts";
import { arithmeticOf, relativeArithmetic, type Arithmetic } from "../src/measure/arithmetic.ts";
import {
  defaultCostSizes,
  openLayer,
  profileLayer,
  relativeCost,
  type RelativeCost,
} from "../src/measure/costs.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "25" } } });
const rounds = Number(values.rounds);
const { size, rows, steps } = defaultCostSizes;
const plain = cellNamed("lstm");

/** With one thread none waits for another, so a ratio is one of work. */
const threads = 1;
const devices = [
  { device: nativeDevice({ threads }), profiled: nativeDevice({ threads, profile: true }) },
  { device: wasmDevice({ threads }), profiled: wasmDevice({ threads, profile: true }) },
];

interface Row {
  readonly cell: Cell;
  /** Number of parameters. */
  readonly parameters: number;
  /** Measured, by device. */
  readonly costs: readonly RelativeCost[];
  /** Expected from the equations, by device. */
  readonly arithmetic: readonly RelativeCost[];
}

const bases = await Promise.all(devices.map(({ device }) => openLayer(plain, device, defaultCostSizes)));
const times = await Promise.all(
  devices.map(({ profiled }) => profileLayer(plain, profiled, defaultCostSizes)),
);

async function measure(cell: Cell): Promise<Row> {
  const costs: RelativeCost[] = [];
  for (const [i, { device }] of devices.entries()) {
    const layer = await openLayer(cell, device, defaultCostSizes);
    costs.push(await relativeCost(layer, bases[i]!, rounds));
    layer.dispose();
  }
  process.stderr.write(`${cell.name}\n`);
  const [counted, base] = [count(cell), count(plain)];
  return {
    cell,
    parameters: explainCell(cell, { size, input: size }).count,
    costs,
    arithmetic: times.map(({ forward, training }) => ({
      forward: relativeArithmetic(counted, base, forward),
      training: relativeArithmetic(counted, base, training),
    })),
  };
}

function count(cell: Cell): Arithmetic {
  return arithmeticOf(cell, sizesFor(cell, { H: size, I: size, other: size }));
}

const cellRows: Row[] = [];
for (const cell of cells) cellRows.push(await measure(cell));
const transformRows: Row[] = [];
for (const { name } of transforms.filter((t) => t.name !== "init")) {
  transformRows.push(await measure(cellNamed(`lstm+${name}`)));
}

const number = (value: number): string => value.toFixed(2);
/** The largest ratio of measured cost to arithmetic, of both devices and passes. */
const largestRatio = ({ costs, arithmetic }: Row): number =>
  Math.max(
    ...costs.flatMap((c, i) => [c.forward / arithmetic[i]!.forward, c.training / arithmetic[i]!.training]),
  );
const line = (...columns: readonly string[]): string => `| ${columns.join(" | ")} |`;

const table = [
  `<!-- made by npm run bench:cells -->`,
  "",
  `Times relative to the LSTM's, medians of ${rounds} rounds in turns: one layer of H = I = ${size}, B = ${rows} rows,`,
  `T = ${steps} steps; forward as in evaluation, training as a forward and a backward pass with all gradients.`,
  `${cpus()[0]?.model.trim()}, one thread, Node ${process.versions.node}.`,
  "",
  line("cell", "parameters", "native forward", "training", "wasm forward", "training"),
  line("---", "--:", "--:", "--:", "--:", "--:"),
  ...cellRows.map(({ cell, parameters, costs }) =>
    line(
      `\`${cell.name}\``,
      parameters.toLocaleString("en-US"),
      ...costs.flatMap(({ forward, training }) => [number(forward), number(training)]),
    ),
  ),
  "",
  "The transforms, applied to the LSTM. Arithmetic is the work of the equations in training, products and elementwise",
  "work each weighed by the plain LSTM's speed on that device; the last column is the largest of the four costs over",
  "its arithmetic.",
  "",
  line(
    "transform",
    "native forward",
    "training",
    "arithmetic",
    "wasm forward",
    "training",
    "arithmetic",
    "cost over arithmetic",
  ),
  line("---", "--:", "--:", "--:", "--:", "--:", "--:", "--:"),
  ...transformRows.map((row) => {
    const columns = row.costs.flatMap(({ forward, training }, i) =>
      [forward, training, row.arithmetic[i]!.training].map(number),
    );
    return line(`\`${row.cell.name.replace("lstm+", "")}\``, ...columns, number(largestRatio(row)));
  }),
  "",
  "<!-- end -->",
].join("\n");

const path = new URL("../../docs/cells.md", import.meta.url);
const page = readFileSync(path, "utf8");
writeFileSync(
  path,
  page.replace(/<!-- made by npm run bench:cells -->[\s\S]*<!-- end -->/u, () => table),
);
process.exit(0);
