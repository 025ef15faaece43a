// Any number of threads gives the same bits: threads divide outputs, never a sum.
import { describe, expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { lstm } from "../../src/cells/lstm.ts";
import type { Cell } from "../../src/language/cell.ts";
import { runCase } from "../../src/check/case-run.ts";
import { randomCase, randomNetworkCase, type RandomCase } from "../../src/check/random-case.ts";
import type { Device } from "../../src/run/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { proofCells } from "../proof/cells.ts";
import { networks } from "../proof/networks.ts";
import { threaded, trainFor, type Case } from "./small-training.ts";

const ragged = (rows: number, steps: number): Int32Array =>
  Int32Array.from({ length: rows }, (_, b) => Math.max(1, Math.floor(steps * (1 - b / rows) ** 2)));

const shapes = (cell: Cell): (Case & { name: string })[] => [
  { name: "many rows", cell, size: 23, rows: 13, steps: 9, lengths: ragged(13, 9) },
  { name: "a few rows", cell, size: 29, rows: 5, steps: 7, lengths: ragged(5, 7), layers: 2 },
  { name: "one row", cell, size: 40, rows: 1, steps: 6 },
];

/** Plans of every form: one product per step, several, reductions in the loop, dropped weights, a deep transition. */
const planForms = [
  "elman",
  "lstm",
  "gru",
  "gru-reset-before",
  "greff-fgr",
  "li-gru",
  "jordan",
  "lstm+layer-norm+weight-drop",
  "gru+deep-transition+zoneout",
].map(cellNamed);

describe("1, 2 and 3 threads, and the caller's own, give the same bits", () => {
  test.each(
    planForms.flatMap(shapes).map((shape) => ({ ...shape, what: `${shape.cell.name}, ${shape.name}` })),
  )("$what", async (shape) => {
    const here = await trainFor(wasmDevice({ longRun: Infinity }), shape, 3);
    expect(here.every(Number.isFinite)).toBe(true);
    for (const threads of [1, 2, 3]) expect(await trainFor(threaded(threads), shape, 3)).toEqual(here);
  });

  test("after tens of updates of a network of the usual size", async () => {
    const shape = { cell: lstm, size: 67, rows: 17, steps: 20, layers: 2, lengths: ragged(17, 20) };
    const here = await trainFor(wasmDevice({ threads: 1 }), shape, 30);
    for (const threads of [2, 3]) expect(await trainFor(wasmDevice({ threads }), shape, 30)).toEqual(here);
  });
});

/** All values and gradients of a case. */
async function numbersOf(device: Device, subject: RandomCase): Promise<number[]> {
  const run = await runCase(device, subject);
  const values = [...(await run.values()).values()];
  const gradients = [...(await run.gradients()).values()];
  return [...values, ...gradients].flatMap((numbers) => [...numbers]);
}

// Every kind of kernel, with enough rows to divide them among the threads, and with too few.
describe("3 threads give the bits of one, for every rule of the language", () => {
  const here = wasmDevice({ longRun: Infinity });
  const three = threaded(3);
  const form = { fresh: false, ragged: true, resets: true, index: false };
  const sizes = { steps: 4, H: 11, I: 7, other: 5 };

  test.each(proofCells.map((cell) => ({ cell, name: cell.name })))("$name", async ({ cell }) => {
    for (const rows of [14, 4]) {
      const subject = randomCase(cell, { ...sizes, rows }, form, 5);
      expect(await numbersOf(three, subject)).toEqual(await numbersOf(here, subject));
    }
  });

  test.each(networks)("the network $name", async ({ network }) => {
    for (const rows of [14, 4]) {
      const subject = randomNetworkCase(network, { rows, steps: 4 }, form, 6);
      expect(await numbersOf(three, subject)).toEqual(await numbersOf(here, subject));
    }
  });
});
