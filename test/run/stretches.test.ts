// Columns picked and placed by index, compared with the reference: stretches of any length that ascend, repeat, jump,
// descend and reach beyond the ends, the same in all rows or different.
import { expect, test } from "vitest";
import { equations } from "../../src/language/equations.ts";
import { randomStream } from "../../src/base/random.ts";
import { createSession } from "../../src/infer/session.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { expectClose } from "../proof/closeness.ts";
import { tolerances } from "../tolerances.ts";

const cell = equations("moved")`
  taken = pick(x, k)
  y = place(taken ⊙ taken, j)
  output y
  input k per sequence
  input j per sequence
  width k = K
  width j = K
`;

const [rows, width, count] = [5, 70, 301];

/** Stretches of 1 to 40 columns, from a seed. */
function columns(seed: number, below: number): number[] {
  const stream = randomStream(seed, 2);
  const whole = (least: number, most: number): number =>
    least + Math.floor(stream.uniform() * (most - least + 1));
  const indices: number[] = [];
  while (indices.length < count) {
    const [first, step, length] = [
      whole(-2, below + 1),
      whole(-1, 1),
      stream.uniform() < 0.3 ? 1 : whole(1, 40),
    ];
    for (let i = 0; i < length && indices.length < count; i++) indices.push(first + i * step);
  }
  return indices;
}

test.each([
  ["the same in all rows", (_row: number) => 0],
  ["different in each row", (row: number) => row],
  ["the same in some rows", (row: number) => Math.floor(row / 2)],
])("columns that are %s", async (_, seedOf) => {
  const network = {
    inputs: [
      { name: "x", width, kind: "dense", per: "step" },
      { name: "k", width: count, kind: "dense", per: "sequence" },
      { name: "j", width: count, kind: "dense", per: "sequence" },
    ],
    layers: [
      { name: "moved", cell, sizes: { I: width, H: width, K: count }, inputs: { x: "x", k: "k", j: "j" } },
    ],
    loss: { kind: "given", of: "moved" },
  } as const;
  const stream = randomStream(1, 2);
  const inputs = {
    x: Float64Array.from({ length: 2 * rows * width }, () => Math.fround(stream.normal())),
    k: Array.from({ length: rows }, (_, row) => columns(10 + seedOf(row), width)).flat(),
    j: Array.from({ length: rows }, (_, row) => columns(20 + seedOf(row), width)).flat(),
  };
  const run = async (device: ReturnType<typeof referenceDevice>): Promise<Float64Array> => {
    const session = createSession({ network, device, weights: new Float64Array(0) });
    const { outputs } = await session.sequence({ inputs, rows, steps: 2 });
    session.dispose();
    return outputs["moved"] as Float64Array;
  };
  const expected = await run(referenceDevice());
  expect(expected.filter((v) => v !== 0).length).toBeGreaterThan(rows * width);
  for (const threads of [1, 2]) {
    expectClose("moved", await run(nativeDevice({ threads })), expected, tolerances.device.native);
    expectClose("moved", await run(wasmDevice({ threads })), expected, tolerances.device.wasm);
  }
});
