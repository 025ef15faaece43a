// The cost of transforms relative to the plain cell, on both fast devices, with a generous margin: a transform that
// leaves the fused path costs several times as much. The measured costs are in docs/cells.md.
import { afterAll, expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { transforms } from "../../src/cells/transforms/index.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { arithmeticOf, relativeArithmetic } from "../../src/measure/arithmetic.ts";
import { openLayer, profileLayer, relativeCost } from "../../src/measure/costs.ts";

const sizes = { size: 64, rows: 16, steps: 20 };
const devices = [nativeDevice({ threads: 1 }), wasmDevice({ threads: 1 })];
afterAll(() => devices.forEach((device) => device.dispose()));

/** A factor on the arithmetic that a transform adds, for a busy machine. */
const margin = 3;

test.each(transforms.filter((t) => t.name !== "init").map(({ name }) => ({ name })))(
  "the cost of $name is that of its arithmetic",
  { retry: 2 }, // a busy machine may spoil a measurement
  async ({ name }) => {
    const [plain, cell] = [cellNamed("lstm"), cellNamed(`lstm+${name}`)];
    const widths = { H: sizes.size, I: sizes.size };
    for (const device of devices) {
      const [base, layer] = [await openLayer(plain, device, sizes), await openLayer(cell, device, sizes)];
      const cost = await relativeCost(layer, base, 7);
      // The larger of both ratios: a transform adds nearly only products, or nearly only elementwise work.
      const [added, before] = [arithmeticOf(cell, widths), arithmeticOf(plain, widths)];
      const ratio = Math.max(added.products / before.products, added.pointwise / before.pointwise);
      expect(cost.training, device.name).toBeLessThan(margin * ratio);
      expect(cost.forward, device.name).toBeLessThan(margin * ratio);
      [base, layer].forEach((opened) => opened.dispose());
    }
  },
);

test("a cell costs more than one with a quarter of its products", async () => {
  const device = devices[0]!;
  const [base, layer] = [
    await openLayer(cellNamed("elman"), device, sizes),
    await openLayer(cellNamed("lstm"), device, sizes),
  ];
  const { training } = await relativeCost(layer, base, 7);
  expect(training).toBeGreaterThan(1.5);
});

test("arithmetic is counted from the equations, and weighed as time is spent", () => {
  const lstm = arithmeticOf(cellNamed("lstm"), { H: 10, I: 4 });
  expect(lstm.products).toBe(4 * 10 * 14);
  // Two sums per gate, three sigmoids and two tanh, the equations of both states, and the resets of both.
  expect(lstm.pointwise).toBe(10 * (8 + 5 * 12 + 4 + 2));
  const elman = arithmeticOf(cellNamed("elman"), { H: 10, I: 4 });
  expect(elman.products).toBe(10 * 14);
  const times = { products: 6, packing: 0, pointwise: 2, moving: 0, waiting: 5 };
  expect(relativeArithmetic(elman, lstm, times)).toBeCloseTo(
    (0.75 * elman.products) / lstm.products + (0.25 * elman.pointwise) / lstm.pointwise,
    12,
  );
});

test("a profile needs a device that records its times", async () => {
  await expect(profileLayer(cellNamed("elman"), devices[0]!, sizes)).rejects.toThrow(
    "device does not record where its time goes; make it with { profile: true }",
  );
});
