// A small training program for the tests of threads: its plan, its data, and one update.
import { languageModel } from "../../src/model/language-model.ts";
import type { Cell } from "../../src/language/cell.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Device, ParameterStore, Program, RunExtent } from "../../src/run/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { updateOf } from "../../src/train/optimizers.ts";

export const vocabulary = 13;
const update = updateOf({ kind: "adam" }, { kind: "norm", limit: 1 });

export interface Case {
  readonly cell: Cell;
  readonly size: number;
  readonly rows: number;
  readonly steps: number;
  readonly layers?: number;
  readonly lengths?: Int32Array;
}

/** A device that gives every run to its threads. */
export const threaded = (threads: number): Device => wasmDevice({ threads, longRun: 0 });

export async function prepare(
  device: Device,
  { cell, size, rows, steps, layers = 1 }: Case,
): Promise<{ program: Program; store: ParameterStore }> {
  const network = languageModel({ vocabulary, cell, size, layers, dropout: 0.1 });
  const plan = buildPlan(network, { mode: "train", rows, steps, update: update.rule });
  const store = device.parameters(plan.parameters);
  store.write(Float32Array.from({ length: plan.parameters.size }, (_, i) => 0.4 * Math.sin(i * i)));
  const program = await device.compile(plan, store);
  const ids = (factor: number): Int32Array =>
    Int32Array.from({ length: rows * steps }, (_, i) => (i * factor) % vocabulary);
  program.write("symbols", ids(5));
  program.write("targets", ids(7));
  program.write("weights", new Float32Array(rows * steps).fill(1));
  program.write(
    "resets",
    Float32Array.from({ length: rows * steps }, (_, i) => (i % 11 === 3 ? 1 : 0)),
  );
  return { program, store };
}

export function train(program: Program, extent: RunExtent, step: number): void {
  program.write("step", Int32Array.of(step));
  for (const [name, value] of Object.entries(update.numbers(step, 0.01)))
    program.write(name, Float32Array.of(value));
  program.run("train", extent);
}

/** The loss and gradient norm of each update, and the parameters at the end. */
export async function trainFor(device: Device, shape: Case, updates: number): Promise<number[]> {
  const { program, store } = await prepare(device, shape);
  const { rows, steps, lengths } = shape;
  const losses: number[] = [];
  for (let step = 1; step <= updates; step++) {
    train(program, { rows, steps, ...(lengths && { lengths }) }, step);
    losses.push(...(await program.read("loss", new Float32Array(1))));
    losses.push(...(await program.read("norm", new Float32Array(1))));
  }
  const weights = await store.read();
  device.dispose();
  return [...losses, ...weights];
}
