// Random legal cells: each must parse, print, have right gradients, and agree with the reference on every device.
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import {
  checkCell,
  checkDevice,
  parseCell,
  printCell,
  type Cell,
  type CheckResult,
} from "../../src/cells.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { randomEquations } from "./random-equations.ts";

const devices = [wasmDevice(), nativeDevice()];
afterAll(() => devices.forEach((device) => device.dispose()));

const sizes = [
  { steps: 5, rows: 5, H: 11, I: 7, other: 5 },
  { steps: 3, rows: 1, H: 4, I: 1, other: 1 },
];

/** Random texts; fast-check shrinks one that fails. */
const texts = fc
  .infiniteStream(fc.nat({ max: 1_000_000 }))
  .map((stream) => randomEquations((below) => (stream.next().value as number) % below));

/** A cell without its text and spans, which printing may change. */
const bare = (cell: Cell): unknown =>
  JSON.parse(JSON.stringify({ ...cell, text: "" }, (key, value: unknown) => (key === "span" ? 0 : value)));

const expectPass = (result: CheckResult, text: string): void =>
  expect(result, `${text}\n${JSON.stringify(result.worst)}`).toMatchObject({ pass: true });

test("random equations print and parse back to the same", () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(texts, (text) => {
      const cell = parseCell("random", text);
      const printed = printCell(cell);
      const again = parseCell("random", printed);
      expect(printCell(again)).toBe(printed);
      expect(bare(again)).toEqual(bare(cell));
      for (const [word] of text.matchAll(/norm|pick|mask|start|drop|blocks|fixed|softmax|ᵀ|init/gu))
        met.add(word);
    }),
    { numRuns: 500, seed: 1 },
  );
  // The features that the texts must have.
  expect([...met].sort()).toEqual(
    ["blocks", "drop", "fixed", "init", "mask", "norm", "pick", "softmax", "start", "ᵀ"].sort(),
  );
});

test("the gradients of random equations agree with finite differences", async () => {
  const property = fc.asyncProperty(texts, async (text) => {
    expectPass(await checkCell(parseCell("random", text), { steps: [3] }), text);
  });
  await fc.assert(property, { numRuns: 40, seed: 2 });
});

test("random equations agree on all devices", async () => {
  const property = fc.asyncProperty(texts, async (text) => {
    for (const device of devices)
      expectPass(await checkDevice(parseCell("random", text), device, { sizes }), text);
  });
  await fc.assert(property, { numRuns: 25, seed: 3 });
});
