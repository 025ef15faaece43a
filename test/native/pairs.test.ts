// The fast devices against the reference, at sizes around the widths of vectors, tiles and panels: any two values of
// any two dimensions meet in some cell.
import { expect, test } from "vitest";
import { cells } from "../../src/cells/index.ts";
import { checkDevices } from "../../src/check/check.ts";
import type { Device } from "../../src/run/device.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { proofCells } from "../proof/cells.ts";
import { tolerances } from "../tolerances.ts";
import { gridSizes, pairs } from "./grid.ts";

const proof = ["quotients", "conditioned", "normed", "projected", "transposed"];
const tested = [...cells, ...proofCells.filter((cell) => proof.includes(cell.name))];
const all = pairs();
const cases = tested.map((cell, i) => ({
  name: cell.name,
  cell,
  sizes: all.filter((_, n) => n % tested.length === i),
}));

test("any two sizes of any two dimensions meet", () => {
  const meet = (a: "rows" | "H" | "I", b: "rows" | "H" | "I"): number =>
    new Set(all.map((s) => `${s[a]} ${s[b]}`)).size;
  expect([meet("rows", "H"), meet("rows", "I"), meet("H", "I")]).toEqual(
    Array(3).fill(gridSizes.length ** 2),
  );
  expect(cases.reduce((sum, { sizes }) => sum + sizes.length, 0)).toBe(all.length);
});

test.each(cases)("$name", async ({ cell, sizes }) => {
  const devices = [nativeDevice(), wasmDevice()];
  const results = await checkDevices(cell, devices, { sizes, oneForm: true });
  results.forEach(({ error, worst, cases: done }, i) => {
    const { name } = devices[i] as Device;
    expect(done).toBe(sizes.length);
    expect(error, `${name} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(tolerances.device[name]);
  });
  for (const device of devices) device.dispose();
});
