// Any number of threads gives the same bits, and what is asked of a device happens in order, whichever threads do it.
import { describe, expect, test } from "vitest";
import { cells } from "../../src/cells/index.ts";
import { lstm } from "../../src/cells/lstm.ts";
import type { Cell } from "../../src/ir/cell.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Device, ParameterStore, Program, RunExtent } from "../../src/run/device.ts";
import { wasmDevice } from "../../src/run/wasm.ts";
import { updateOf } from "../../src/train/optimizers.ts";

const vocabulary = 13;
const update = updateOf({ kind: "adam" }, { kind: "norm", limit: 1 });

interface Case {
  readonly cell: Cell;
  readonly size: number;
  readonly rows: number;
  readonly steps: number;
  readonly layers?: number;
  readonly lengths?: Int32Array;
}

/** On threads whatever the size. */
const threaded = (threads: number): Device => wasmDevice({ threads, longRun: 0 });

async function prepare(
  device: Device,
  { cell, size, rows, steps, layers = 1 }: Case,
): Promise<{ program: Program; store: ParameterStore }> {
  const network = languageModel({ vocabulary, cell, size, layers, dropout: 0.1 });
  const plan = buildPlan(network, { mode: "train", rows, steps, update: update.rule });
  const store = device.parameters(plan.parameters);
  store.write(Float32Array.from({ length: plan.parameters.size }, (_, i) => 0.4 * Math.sin(i * i)));
  const program = await device.compile(plan, store);
  const ids = (factor: number): Int32Array =>
    Int32Array.from({ length: rows * steps }, (_, i) => (i * factor) % vocabulary);
  program.write("symbols", ids(5));
  program.write("targets", ids(7));
  program.write("weights", new Float32Array(rows * steps).fill(1));
  program.write(
    "resets",
    Float32Array.from({ length: rows * steps }, (_, i) => (i % 11 === 3 ? 1 : 0)),
  );
  return { program, store };
}

function train(program: Program, extent: RunExtent, step: number): void {
  program.write("step", Int32Array.of(step));
  for (const [name, value] of Object.entries(update.numbers(step, 0.01)))
    program.write(name, Float32Array.of(value));
  program.run("train", extent);
}

/** Every loss, and the parameters and carried state at the end. */
async function trained(device: Device, shape: Case, updates: number): Promise<number[]> {
  const { program, store } = await prepare(device, shape);
  const { rows, steps, lengths } = shape;
  const losses: number[] = [];
  for (let step = 1; step <= updates; step++) {
    train(program, { rows, steps, ...(lengths && { lengths }) }, step);
    losses.push(...(await program.read("loss", new Float32Array(1))));
    losses.push(...(await program.read("norm", new Float32Array(1))));
  }
  const weights = await store.read();
  device.dispose();
  return [...losses, ...weights];
}

const ragged = (rows: number, steps: number): Int32Array =>
  Int32Array.from({ length: rows }, (_, b) => Math.max(1, Math.floor(steps * (1 - b / rows) ** 2)));

const shapes = (cell: Cell): (Case & { name: string })[] => [
  { name: "many rows", cell, size: 23, rows: 13, steps: 9, lengths: ragged(13, 9) },
  { name: "a few rows", cell, size: 29, rows: 5, steps: 7, lengths: ragged(5, 7), layers: 2 },
  { name: "one row", cell, size: 40, rows: 1, steps: 6 },
];

describe("1, 2 and 3 threads, and the caller's own, give the same bits", () => {
  test.each(cells.flatMap(shapes).map((shape) => ({ ...shape, what: `${shape.cell.name}, ${shape.name}` })))(
    "$what",
    async (shape) => {
      const here = await trained(wasmDevice({ longRun: Infinity }), shape, 3);
      expect(here.every(Number.isFinite)).toBe(true);
      for (const threads of [1, 2, 3]) expect(await trained(threaded(threads), shape, 3)).toEqual(here);
    },
  );

  test("after tens of updates of a network of the usual size", async () => {
    const shape = { cell: lstm, size: 67, rows: 17, steps: 20, layers: 2, lengths: ragged(17, 20) };
    const here = await trained(wasmDevice({ threads: 1 }), shape, 30);
    for (const threads of [2, 3]) expect(await trained(wasmDevice({ threads }), shape, 30)).toEqual(here);
  });
});
