// Numbers at the edge, on every device: a NaN goes through whatever functions it meets, forward and backward; the gates of
// an sLSTM may begin with any value; and deviations of 0 give a finite loss.
import { expect, test } from "vitest";
import { sLstm } from "../../src/cells/s-lstm.ts";
import { createSession } from "../../src/infer/session.ts";
import { equations } from "../../src/language/equations.ts";
import type { Cell } from "../../src/language/cell.ts";
import { planHead, readoutWidth, type Head } from "../../src/model/head.ts";
import { cellNetwork, sizesFor } from "../../src/model/single-cell.ts";
import { buildPlan, parameterLayout } from "../../src/plan/build.ts";
import type { Network } from "../../src/plan/network.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import type { Device } from "../../src/run/device.ts";
import { instructionSets } from "../native/instruction-sets.ts";

const devices: readonly (readonly [string, Device])[] = [
  ["reference", referenceDevice()],
  ["wasm", wasmDevice({ threads: 1 })],
  ["wasm without relaxed SIMD", wasmDevice({ threads: 1, relaxed: false })],
  ...instructionSets.map(
    (set) => [`native, ${set}`, nativeDevice({ threads: 1, instructions: set })] as const,
  ),
];

/** Odd, so that whole vectors and what is left over are both there. */
const width = 37;

const functions: Readonly<Record<string, Cell>> = Object.fromEntries(
  [
    "relu(x + v)",
    "max(x, v)",
    "max(v, x)",
    "min(x, v)",
    "min(v, x)",
    "max(x, 0) + v",
    "abs(x) + v",
    "hardsigmoid(x) + v",
    "hardtanh(x) + v",
    "x + greatest(x + v) - x",
    "relu(max(min(x, 3), v))",
  ].map((text) => [text, parsed(text)]),
);

function parsed(text: string): Cell {
  return equations("edge")`
    y = ${text}
    output y
    input v per step
    width v = I
    requires I = H
  `;
}

test.each(devices.flatMap(([name, device]) => Object.keys(functions).map((f) => [name, f, device] as const)))(
  "%s: a NaN goes through %s",
  async (_name, f, device) => {
    const network: Network = {
      inputs: [
        { name: "x", width, kind: "dense", per: "step" },
        { name: "v", width, kind: "dense", per: "step" },
      ],
      layers: [
        {
          name: "edge",
          cell: functions[f] as Cell,
          sizes: { I: width, H: width },
          inputs: { x: "x", v: "v" },
        },
      ],
      loss: { kind: "given", of: "edge" },
    };
    const plan = buildPlan(network, { mode: "train", rows: 1, steps: 1 });
    const program = await device.compile(plan, device.parameters(plan.parameters));
    const extent = { rows: 1, steps: 1 };
    const run = async (
      x: Float64Array,
      v: Float64Array,
    ): Promise<[Float64Array, Float64Array, Float64Array]> => {
      program.write("x", x);
      program.write("v", v);
      program.write("d.edge", new Float64Array(width).fill(1));
      program.run("forward", extent);
      program.run("backward", extent);
      const { outputs, inputGradients } = plan.ports;
      const read = (port = ""): Promise<Float64Array> => program.read(port, new Float64Array(width));
      return [await read(outputs["edge"]), await read(inputGradients["x"]), await read(inputGradients["v"])];
    };
    const plain = Float64Array.from({ length: width }, (_, i) => Math.sin(i + 1));
    const other = new Float64Array(width).fill(0.25);
    const [finite, ...finiteGradients] = await run(plain, other);
    for (const values of [finite, ...finiteGradients]) expect(values.every(Number.isFinite)).toBe(true);
    for (const at of [0, 5, width - 1]) {
      const broken = plain.slice();
      broken[at] = NaN;
      const [y, dx] = await run(broken, other);
      expect(y[at], `value ${at}`).toBeNaN();
      if (!f.includes("greatest")) {
        expect(dx[at], `derivative ${at}`).toBeNaN();
        expect(y.filter(Number.isNaN)).toHaveLength(1);
      }
    }
  },
);

test.each(devices)("%s: an sLSTM begins with any input gate", async (_name, device) => {
  for (const logarithm of [-1e4, -1088, -90, 0, 50, 1e4]) {
    const network = cellNetwork(sLstm, sizesFor(sLstm, { H: 8, I: 8, other: 8 }));
    const layout = parameterLayout(network);
    const weights = new Float64Array(layout.size);
    for (const { name, offset, size } of layout.places) {
      if (name.endsWith(".bi")) weights.fill(logarithm, offset, offset + size);
      if (name.endsWith(".bz") || name.endsWith(".bo")) weights.fill(1, offset, offset + size);
    }
    const session = createSession({ network, device, weights });
    const inputs = Object.fromEntries(
      network.inputs.map(({ name, width: w }) => [name, new Float64Array(4 * w)]),
    );
    const { outputs } = await session.sequence({ inputs, rows: 1, steps: 4 });
    // A mean of equal candidates is that candidate, whatever it is weighted by.
    const expected = Math.tanh(1) / (1 + Math.exp(-1));
    for (const h of outputs["cell"] as Float64Array) expect(Math.abs(h - expected)).toBeLessThan(1e-6);
    session.dispose();
  }
});

const heads: readonly Head[] = [
  { kind: "gaussian", width: 2 },
  { kind: "mixture-density", width: 2, components: 3 },
];

test.each(devices.flatMap(([name, device]) => heads.map((head) => [name, head.kind, head, device] as const)))(
  "%s, %s: deviations count as 1e-6 or more",
  async (_name, _kind, head, device) => {
    const count = readoutWidth(head);
    const deviations = head.kind === "gaussian" ? 2 : 6;
    const parts = planHead("x", count, head);
    const network: Network = {
      inputs: [{ name: "x", width: count, kind: "dense", per: "step" }, ...parts.inputs],
      layers: parts.layers,
      loss: parts.loss,
    };
    const plan = buildPlan(network, { mode: "train", rows: 1, steps: 1 });
    const store = device.parameters(plan.parameters);
    const weights = new Float64Array(plan.parameters.size);
    const { offset } = plan.parameters.places.find(({ name }) => name === "readout.W")!;
    for (let i = 0; i < count; i++) weights[offset + i * count + i] = 1;
    store.write(weights);
    const program = await device.compile(plan, store);
    const lossAt = async (logDeviation: number, error: number): Promise<number> => {
      const x = new Float64Array(count);
      x.fill(logDeviation, count - deviations);
      program.write("x", x);
      program.write("targets", new Float64Array(2).fill(error));
      program.write("weights", new Float64Array(1).fill(1));
      program.run("forward", { rows: 1, steps: 1 });
      program.run("backward", { rows: 1, steps: 1 });
      const gradient = await program.read(
        plan.ports.gradients as string,
        new Float64Array(plan.parameters.trained),
      );
      expect(gradient.every(Number.isFinite)).toBe(true);
      return (await program.read("loss", new Float64Array(1)))[0] as number;
    };
    const least = 2 * (Math.log(1e-6) + 0.5 * Math.log(2 * Math.PI));
    for (const low of [-14, -40, -200, -1e6]) {
      expect(Math.abs((await lossAt(low, 0)) / least - 1)).toBeLessThan(1e-6);
      expect(Math.abs((await lossAt(low, 1e-6)) - (least + 1))).toBeLessThan(1e-4);
    }
    // Not where there is a deviation.
    expect(await lossAt(-13, 0)).toBeGreaterThan(least + 1);
    expect(await lossAt(90, 1)).toBeGreaterThan(170);
  },
);
