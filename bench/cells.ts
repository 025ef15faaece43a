// Writes the price list of docs/cells.md: every cell and every transform, forward and in training, on native and wasm,
// beside the plain LSTM of equal width. `npm run bench:cells`, on a machine that does nothing else; `-- --rounds 5` is
// quicker.
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
import { arithmeticBeside, arithmeticOf } from "../src/measure/arithmetic.ts";
import { openLayer, priceBeside, timesOf, usualSizes, type Price } from "../src/measure/prices.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "25" } } });
const rounds = Number(values.rounds);
const { size, rows, steps } = usualSizes;
const plain = cellNamed("lstm");

/** One thread: none waits for another, so that a ratio is one of work. */
const threads = 1;
const devices = [
  { name: "native", device: nativeDevice({ threads }), profiled: nativeDevice({ threads, profile: true }) },
  { name: "wasm", device: wasmDevice({ threads }), profiled: wasmDevice({ threads, profile: true }) },
];

interface Row {
  readonly cell: Cell;
  readonly count: number;
  /** By device. */
  readonly prices: readonly Price[];
  readonly arithmetic: readonly Price[];
}

const bases = await Promise.all(devices.map(({ device }) => openLayer(plain, device, usualSizes)));
const times = await Promise.all(devices.map(({ profiled }) => timesOf(plain, profiled, usualSizes)));

async function measure(cell: Cell): Promise<Row> {
  const arithmetic = (own: Cell) => arithmeticOf(own, sizesFor(own, { H: size, I: size, other: size }));
  const prices: Price[] = [];
  for (const [i, { device }] of devices.entries()) {
    const layer = await openLayer(cell, device, usualSizes);
    prices.push(await priceBeside(layer, bases[i]!, rounds));
    layer.dispose();
  }
  process.stderr.write(`${cell.name}\n`);
  return {
    cell,
    count: explainCell(cell, { size, input: size }).count,
    prices,
    arithmetic: times.map(({ forward, training }) => ({
      forward: arithmeticBeside(arithmetic(cell), arithmetic(plain), forward),
      training: arithmeticBeside(arithmetic(cell), arithmetic(plain), training),
    })),
  };
}

const ofCells: Row[] = [];
for (const cell of cells) ofCells.push(await measure(cell));
const ofTransforms: Row[] = [];
for (const { name } of transforms.filter((t) => t.name !== "init")) {
  ofTransforms.push(await measure(cellNamed(`lstm+${name}`)));
}

const number = (value: number): string => value.toFixed(2);
const priceColumns = ({ prices }: Row): string[] =>
  prices.flatMap((p) => [number(p.forward), number(p.training)]);
/** The price over the arithmetic, the greatest of the four. */
const most = ({ prices, arithmetic }: Row): number =>
  Math.max(
    ...prices.flatMap((p, i) => [p.forward / arithmetic[i]!.forward, p.training / arithmetic[i]!.training]),
  );
const line = (...columns: readonly string[]): string => `| ${columns.join(" | ")} |`;

const table = [
  `<!-- made by npm run bench:cells -->`,
  "",
  `Times of the LSTM's, medians of ${rounds} rounds by turns: one layer of H = I = ${size}, B = ${rows} rows, T = ${steps}`,
  `steps; forward as in evaluation, training a forward and a backward pass with all gradients. ${cpus()[0]?.model.trim()},`,
  `one thread, Node ${process.versions.node}.`,
  "",
  line("cell", "parameters", "native forward", "training", "wasm forward", "training"),
  line("---", "--:", "--:", "--:", "--:", "--:"),
  ...ofCells.map((row) =>
    line(`\`${row.cell.name}\``, row.count.toLocaleString("en-US"), ...priceColumns(row)),
  ),
  "",
  "The transforms, of the LSTM. Arithmetic is what the equations have to compute in training, products and elementwise",
  "work each at the plain LSTM's own rate on that device; the last column is the greatest of the four prices over the",
  "arithmetic that it is for.",
  "",
  line(
    "transform",
    "native forward",
    "training",
    "arithmetic",
    "wasm forward",
    "training",
    "arithmetic",
    "price over arithmetic",
  ),
  line("---", "--:", "--:", "--:", "--:", "--:", "--:", "--:"),
  ...ofTransforms.map((row) => {
    const columns = row.prices.flatMap((p, i) =>
      [p.forward, p.training, row.arithmetic[i]!.training].map(number),
    );
    return line(`\`${row.cell.name.replace("lstm+", "")}\``, ...columns, number(most(row)));
  }),
  "",
  "<!-- end -->",
].join("\n");

const path = new URL("../../docs/cells.md", import.meta.url);
const text = readFileSync(path, "utf8");
writeFileSync(
  path,
  text.replace(/<!-- made by npm run bench:cells -->[\s\S]*<!-- end -->/u, () => table),
);
process.exit(0);
