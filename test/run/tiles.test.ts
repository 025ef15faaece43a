// The register tile that is fastest on an engine does not show in a model: all tiles give the same bits.
import { expect, test } from "vitest";
import { gruResetBefore } from "../../src/cells/gru-reset-before.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import { fastestTile, hasRelaxedSimd, tileFor, tiles } from "../../src/run/wasm/engine.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { updateOf } from "../../src/train/optimizers.ts";

const network = languageModel({ vocabulary: 13, cell: gruResetBefore, size: 23, layers: 2 });
const update = updateOf({ kind: "adam" }, { kind: "norm", limit: 1 });
const extent = { rows: 9, steps: 31 };
const plan = buildPlan(network, { mode: "train", ...extent, update: update.rule });

/** The last two are for programs of one and of two rows. */
const allTiles = [...tiles, { rows: 1, vectors: 1 }, tileFor(1, false), tileFor(2, false)];

/** The parameters after some updates with various numbers of rows. */
async function trainWith(tile: (typeof tiles)[number], relaxed: boolean): Promise<Float64Array> {
  const device = wasmDevice({ tile, relaxed });
  const store = device.parameters(plan.parameters);
  store.write(Float32Array.from({ length: plan.parameters.size }, (_, i) => 0.4 * Math.sin(i * i)));
  const program = await device.compile(plan, store);
  const tokens = extent.rows * extent.steps;
  const ids = (factor: number): Int32Array =>
    Int32Array.from({ length: tokens }, (_, i) => (i * factor) % 13);
  program.write("symbols", ids(5));
  program.write("targets", ids(7));
  program.write("weights", new Float32Array(tokens).fill(1));
  for (const [i, rows] of [9, 9, 1, 2, 3, 7].entries()) {
    for (const [name, value] of Object.entries(update.numbers(i + 1, 0.01)))
      program.write(name, Float32Array.of(value));
    program.run("train", { ...extent, rows });
  }
  return store.read();
}

test.each(hasRelaxedSimd() ? [false, true] : [false])(
  "every tile gives the same bits, relaxed %s",
  async (relaxed) => {
    const [first, ...others] = await Promise.all(allTiles.map((tile) => trainWith(tile, relaxed)));
    expect(first?.every(Number.isFinite)).toBe(true);
    for (const other of others) expect(other).toEqual(first);
  },
);

test("programs of one and of two rows have wide tiles", () => {
  expect(tileFor(1, false).vectors).toBeGreaterThan(tileFor(2, false).vectors);
  expect(tileFor(2, false).vectors).toBeGreaterThan(2);
  expect(tileFor(3, false)).toBe(fastestTile(false));
});

test("the fastest tile is measured once", () => {
  const tile = fastestTile(false);
  expect(tiles).toContain(tile);
  expect(fastestTile(false)).toBe(tile);
});
