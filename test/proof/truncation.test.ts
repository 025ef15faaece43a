// Truncated backpropagation as plans do it, in chunks with carried states, against a chain of steps made by hand: an update
// every k1 steps, with gradients over k2 steps.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { randomCase, randomNetworkCase, type RandomCase } from "../../src/check/random-case.ts";
import type { Writable } from "../../src/run/device.ts";
import { tolerances } from "../tolerances.ts";
import { distance, expectClose } from "./closeness.ts";
import { networks } from "./networks.ts";
import { differentiatePlain } from "./plain-gradient.ts";
import { flat, runPlain, type PlainRun } from "./plain.ts";
import { compileCase, expectGradients, expectRead, writeCase } from "./programs.ts";

const rows = 3;
const sizes = { steps: 12, rows, H: 5, I: 3, other: 2 };
const whole = { fresh: false, ragged: false, resets: false, index: false };

/** Steps `from` to `to` of a case, from its own initial states, with the loss on the last `counted` of them. */
function chunkOf(given: RandomCase, from: number, to: number, counted: number): RandomCase {
  const cut = (values: Writable, width: number): Writable =>
    values.subarray(from * rows * width, to * rows * width);
  const buffers = new Map(given.buffers);
  for (const { name, kind, width, per } of given.network.inputs) {
    const own = buffers.get(name) as Writable;
    if (per === "step") buffers.set(name, cut(own, kind === "index" ? 1 : width));
  }
  buffers.set("resets", cut(buffers.get("resets") as Writable, 1));
  const projections = given.projections.map(({ from: read, into, weights }) => {
    if (read.startsWith("final.")) return { from: read, into: into as string, weights: weights.map(() => 0) };
    const width = weights.length / (rows * sizes.steps);
    const share = Float64Array.from(cut(weights, width));
    return {
      from: read,
      into: into as string,
      weights: share.fill(0, 0, (to - from - counted) * rows * width),
    };
  });
  return { ...given, extent: { rows, steps: to - from }, buffers, projections };
}

/** The same case from the states of a plain run before a step. */
function startingAt(given: RandomCase, plain: PlainRun, step: number): RandomCase {
  if (step === 0) return given;
  const buffers = new Map(given.buffers);
  for (const { name: layer, cell } of given.network.layers) {
    for (const { name } of cell.states) {
      const before = plain.named.get(layer)?.slice((step - 1) * rows, step * rows) ?? [];
      const states = before.map((values) => values.get(`${name}'`) as Float64Array);
      buffers.set(`initial.${layer}.${name}`, Float64Array.from(flat(states)));
    }
  }
  return { ...given, buffers };
}

const branching = networks.find(({ name }) => name === "branching")!.network;
const cases = [
  { name: "lstm", given: randomCase(cellNamed("lstm"), sizes, whole, 1) },
  { name: "gru, with resets", given: randomCase(cellNamed("gru"), sizes, { ...whole, resets: true }, 2) },
  { name: "a network", given: randomNetworkCase(branching, sizes, whole, 3) },
];

test.each(
  cases.flatMap((c) => [
    { ...c, window: 4, horizon: 4 },
    { ...c, window: 1, horizon: 1 },
    { ...c, window: 2, horizon: 6 },
  ]),
)("$name: an update every $window steps, back $horizon", async ({ given, window, horizon }) => {
  const plain = runPlain(given, true);
  const chunks = [];
  for (let end = horizon; end <= sizes.steps; end += window) {
    // The first run has the loss of all its steps, the others only of new steps.
    const counted = end === horizon ? horizon : window;
    chunks.push({ start: end - horizon, chunk: chunkOf(given, end - horizon, end, counted) });
  }
  const program = await compileCase(chunks[0]!.chunk, "train");
  for (const { start, chunk } of chunks) {
    const { buffers } = chunk;
    // States are never written: they are carried.
    const inputs = new Map([...buffers].filter(([name]) => start === 0 || !name.startsWith("initial.")));
    writeCase(program, { ...chunk, buffers: inputs });
    program.run("forward", chunk.extent);
    program.run("backward", chunk.extent);
    await expectGradients(program, chunk, differentiatePlain(startingAt(chunk, plain, start)));
    for (const [layer, outputs] of plain.outputs) {
      const own = outputs.slice(start * rows, (start + horizon) * rows);
      await expectRead(program, `output.${layer}`, flat(own));
    }
    program.run("carry", { ...chunk.extent, carry: window });
  }
});

test("k2 as long as the sequence is full backpropagation", async () => {
  const given = { ...cases[0]!.given, projections: chunkOf(cases[0]!.given, 0, 12, 12).projections };
  const full = differentiatePlain(given).parameters;
  const summed = new Map<string, Float64Array>();
  const program = await compileCase(given, "train");
  for (let end = 1; end <= sizes.steps; end++) {
    const chunk = chunkOf(given, 0, end, 1);
    writeCase(program, chunk);
    program.run("forward", chunk.extent);
    program.run("backward", chunk.extent);
    const gradients = await program.read("gradients", new Float64Array(given.layout.trained));
    for (const { name, offset, size } of given.layout.places) {
      const before = summed.get(name) ?? new Float64Array(size);
      summed.set(
        name,
        before.map((v, i) => v + (gradients[offset + i] as number)),
      );
    }
  }
  for (const [name, values] of full) {
    expectClose(name, summed.get(name) ?? [], values, tolerances.truncation);
    expect(distance(await lastStepAlone(given, name), values), name).toBeGreaterThan(0.01);
  }
});

/** The gradient of a run that goes back one step only. */
async function lastStepAlone(given: RandomCase, parameter: string): Promise<Float64Array> {
  const chunk = startingAt(chunkOf(given, 11, 12, 1), runPlain(given, true), 11);
  return differentiatePlain(chunk).parameters.get(parameter) as Float64Array;
}

test("one step back at every step is Elman's rule of 1990", async () => {
  const given = randomCase(cellNamed("elman"), sizes, whole, 4);
  const [H, I] = [sizes.H, sizes.I];
  const plain = runPlain(given, true);
  const outputs = plain.outputs.get("cell") as readonly Float64Array[];
  const program = await compileCase(chunkOf(given, 0, 1, 1), "train");
  for (let t = 0; t < sizes.steps; t++) {
    const chunk = chunkOf(given, t, t + 1, 1);
    const buffers = new Map([...chunk.buffers].filter(([name]) => t === 0 || !name.startsWith("initial.")));
    writeCase(program, { ...chunk, buffers });
    program.run("forward", chunk.extent);
    program.run("backward", chunk.extent);
    program.run("carry", chunk.extent);

    // δ = (1 - h²) d; dW = Σ δ xᵀ, dU = Σ δ h⁻ᵀ, db = Σ δ, with the context h⁻ an input like any other.
    const [dW, dU, db] = [new Float64Array(H * I), new Float64Array(H * H), new Float64Array(H)];
    for (let b = 0; b < rows; b++) {
      const h = outputs[t * rows + b] as Float64Array;
      const context =
        t > 0 ? (outputs[(t - 1) * rows + b] as Float64Array) : rowOf(given, "initial.cell.h", b, H);
      const x = rowOf(chunk, "x", b, I);
      for (let i = 0; i < H; i++) {
        const d = (chunk.projections[0]?.weights[b * H + i] as number) * (1 - (h[i] as number) ** 2);
        db[i] = (db[i] as number) + d;
        x.forEach((v, j) => (dW[i * I + j] = (dW[i * I + j] as number) + d * v));
        context.forEach((v, j) => (dU[i * H + j] = (dU[i * H + j] as number) + d * v));
      }
    }
    const gradients = await program.read("gradients", new Float64Array(given.layout.trained));
    for (const { name, offset, size } of given.layout.places) {
      const expected = { "cell.W": dW, "cell.U": dU, "cell.b": db }[name] ?? [];
      expectClose(name, gradients.subarray(offset, offset + size), expected, tolerances.truncation);
    }
  }
});

const rowOf = (given: RandomCase, buffer: string, row: number, width: number): Float64Array =>
  Float64Array.from(given.buffers.get(buffer)?.subarray(row * width, (row + 1) * width) ?? []);

test("rows that end before the carried step carry their own last state", async () => {
  const given = randomCase(cellNamed("lstm"), { ...sizes, steps: 5 }, { ...whole, ragged: true }, 5);
  const plain = runPlain(given, true);
  const program = await compileCase(given, "train");
  program.run("forward", given.extent);
  program.run("carry", { ...given.extent, carry: 3 });
  expect(given.extent.lengths).toContain(1);
  for (const name of ["h", "c"]) {
    const states = [0, 1, 2].map((row) => {
      const last = plain.tokens.filter((token) => token.row === row && token.step < 3).at(-1);
      return plain.named.get("cell")?.[last?.place ?? -1]?.get(`${name}'`) as Float64Array;
    });
    await expectRead(program, `initial.cell.${name}`, flat(states));
  }
});
