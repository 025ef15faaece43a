// Cells that nobody would write: whatever is legal must parse, print, have a right gradient, and run on wasm as on
// the reference.
import { afterAll, expect, test } from "vitest";
import { checkCell, checkDevice, parseCell, printCell, wasmDevice } from "../../src/index.ts";
import { randomEquations } from "./random-equations.ts";

const device = wasmDevice();
afterAll(() => device.dispose());

const sizes = [
  { steps: 5, rows: 5, H: 11, I: 7, other: 5 },
  { steps: 3, rows: 1, H: 2, I: 1, other: 1 },
];

test.each(Array.from({ length: 14 }, (_, i) => i + 1))("random cell %i", async (seed) => {
  const text = randomEquations(seed);
  const cell = parseCell("random", text);
  const printed = printCell(cell);
  const again = parseCell("random", printed);
  expect(printCell(again)).toBe(printed);
  expect(again.parameters).toEqual(cell.parameters);

  const gradients = await checkCell(cell, { seed, steps: [3] });
  expect(gradients, text).toMatchObject({ pass: true });
  const onDevice = await checkDevice(cell, device, { seed, sizes });
  expect(onDevice, text).toMatchObject({ pass: true });
});
