// What transforms cost beside the plain cell, on both fast devices, with a generous margin: one that leaves the fused
// path costs several times as much. The figures are in docs/cells.md.
import { afterAll, expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { transforms } from "../../src/cells/transforms/index.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { arithmeticBeside, arithmeticOf } from "../../src/measure/arithmetic.ts";
import { openLayer, priceBeside, timesOf } from "../../src/measure/prices.ts";

const sizes = { size: 64, rows: 16, steps: 20 };
const devices = [nativeDevice({ threads: 1 }), wasmDevice({ threads: 1 })];
afterAll(() => devices.forEach((device) => device.dispose()));

/** Times the arithmetic that an option adds, on a machine that does other things too. */
const margin = 3;

test.each(transforms.filter((t) => t.name !== "init").map(({ name }) => ({ name })))(
  "$name costs what it computes",
  async ({ name }) => {
    const [plain, cell] = [cellNamed("lstm"), cellNamed(`lstm+${name}`)];
    const widths = { H: sizes.size, I: sizes.size };
    for (const device of devices) {
      const [base, layer] = [await openLayer(plain, device, sizes), await openLayer(cell, device, sizes)];
      const price = await priceBeside(layer, base, 7);
      // Products and elementwise work alike: an option is nearly all of the one or of the other.
      const [own, others] = [arithmeticOf(cell, widths), arithmeticOf(plain, widths)];
      const most = Math.max(own.products / others.products, own.pointwise / others.pointwise);
      expect(price.training, device.name).toBeLessThan(margin * most);
      expect(price.forward, device.name).toBeLessThan(margin * most);
      [base, layer].forEach((work) => work.dispose());
    }
  },
);

test("a cell costs more than one with a quarter of its products", async () => {
  const device = devices[0]!;
  const [base, layer] = [
    await openLayer(cellNamed("elman"), device, sizes),
    await openLayer(cellNamed("lstm"), device, sizes),
  ];
  const { training } = await priceBeside(layer, base, 7);
  expect(training).toBeGreaterThan(1.5);
});

test("arithmetic is counted from the equations, and weighed as time is spent", () => {
  const lstm = arithmeticOf(cellNamed("lstm"), { H: 10, I: 4 });
  expect(lstm.products).toBe(4 * 10 * 14);
  // Two sums for each gate, three gates and two tanh, what the states are made of, and where they may start anew.
  expect(lstm.pointwise).toBe(10 * (8 + 5 * 12 + 4 + 2));
  const elman = arithmeticOf(cellNamed("elman"), { H: 10, I: 4 });
  expect(elman.products).toBe(10 * 14);
  const times = { products: 6, packing: 0, pointwise: 2, moving: 0, waiting: 5 };
  expect(arithmeticBeside(elman, lstm, times)).toBeCloseTo(
    (0.75 * elman.products) / lstm.products + (0.25 * elman.pointwise) / lstm.pointwise,
    12,
  );
});

test("only a device that keeps account says where the time goes", async () => {
  await expect(timesOf(cellNamed("elman"), devices[0]!, sizes)).rejects.toThrow(
    "keeps no account of its time",
  );
});
