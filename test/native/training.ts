// A training run for tests of devices: a network, sizes and a batch that changes from step to step, with ragged rows,
// resets and noise. Deterministic.
import { cellNamed } from "../../src/cells/index.ts";
import { randomStream } from "../../src/base/random.ts";
import { initialParameters } from "../../src/model/initialise.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Network } from "../../src/plan/network.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Device, ParameterStore, Program, RunExtent } from "../../src/run/device.ts";
import { updateOf, type Update } from "../../src/train/optimizers.ts";

export interface TrainingCase {
  readonly name: string;
  readonly cell: string;
  /** B and T. */
  readonly rows: number;
  readonly steps: number;
  readonly size: number;
  readonly layers?: number;
  readonly embedding?: number;
  readonly dropout?: number;
  readonly ragged?: boolean;
  readonly resets?: boolean;
}

/** Small, but large enough to be divided among threads. */
export const trainingCases: readonly TrainingCase[] = [
  { name: "lstm", cell: "lstm", rows: 17, steps: 9, size: 33 },
  { name: "gru, ragged rows", cell: "gru", rows: 17, steps: 9, size: 33, ragged: true },
  { name: "elman, resets", cell: "elman", rows: 17, steps: 16, size: 48, resets: true },
  { name: "gru-reset-before, ragged, resets", ...raggedAndReset("gru-reset-before", 17, 9, 31) },
  { name: "one row", cell: "lstm", rows: 1, steps: 12, size: 96 },
  { name: "one row of gru-reset-before", cell: "gru-reset-before", rows: 1, steps: 12, size: 96 },
  { name: "three ragged rows", ...raggedAndReset("gru", 3, 9, 64) },
  { name: "many rows", cell: "lstm", rows: 64, steps: 5, size: 17 },
  { name: "many ragged rows", ...raggedAndReset("lstm", 64, 7, 17) },
  { name: "two layers", cell: "gru", rows: 17, steps: 6, size: 24, layers: 2 },
  { name: "dropout", cell: "lstm", rows: 17, steps: 7, size: 24, layers: 2, dropout: 0.3, ragged: true },
  { name: "embedding", cell: "gru-reset-before", rows: 17, steps: 7, size: 29, embedding: 11, dropout: 0.2 },
];

function raggedAndReset(cell: string, rows: number, steps: number, size: number): Omit<TrainingCase, "name"> {
  return { cell, rows, steps, size, ragged: true, resets: true };
}

const vocabulary = 19;
const update: Update = updateOf({ kind: "adam" }, { kind: "norm", limit: 1 });

export const networkOfCase = ({ cell, size, layers, embedding, dropout }: TrainingCase): Network =>
  languageModel({
    vocabulary,
    cell: cellNamed(cell),
    size,
    ...(layers && { layers }),
    ...(embedding && { embedding }),
    ...(dropout && { dropout }),
  });

export const planOfCase = (trainingCase: TrainingCase): Plan =>
  buildPlan(networkOfCase(trainingCase), {
    mode: "train",
    rows: trainingCase.rows,
    steps: trainingCase.steps,
    update: update.rule,
  });

/** Writes the batch of an update, counted from 1; returns how much of the plan's capacity it uses. */
export function writeBatch(program: Program, trainingCase: TrainingCase, step: number): RunExtent {
  const stream = randomStream(step, 77);
  const below = (count: number): number => Math.floor(stream.uniform() * count);
  const rows = step % 4 === 3 ? Math.ceil(trainingCase.rows / 2) : trainingCase.rows;
  const steps = step % 5 === 4 ? Math.ceil(trainingCase.steps / 2) : trainingCase.steps;
  const lengths = Int32Array.from({ length: rows }, (_, b) =>
    trainingCase.ragged && b > 0 ? 1 + below(steps) : steps,
  ).sort((a, b) => b - a);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const each = (value: () => number): number[] => Array.from({ length: tokens }, value);
  const symbols = Int32Array.from(each(() => below(vocabulary)));
  program.write("symbols", symbols);
  program.write(
    "targets",
    symbols.map((s) => (3 * s + 1) % vocabulary),
  );
  program.write("weights", Float32Array.from(each(() => 0.5 + stream.uniform())));
  program.write(
    "resets",
    Float32Array.from(each(() => (trainingCase.resets && stream.uniform() < 0.1 ? 1 : 0))),
  );
  program.write("seed", Int32Array.of(5));
  program.write("step", Int32Array.of(step));
  for (const [name, value] of Object.entries(update.numbers(step, 0.01)))
    program.write(name, Float32Array.of(value));
  return trainingCase.ragged ? { rows, steps, lengths } : { rows, steps };
}

export async function prepare(
  device: Device,
  trainingCase: TrainingCase,
): Promise<{ readonly store: ParameterStore; readonly program: Program }> {
  const plan = planOfCase(trainingCase);
  const store = device.parameters(plan.parameters);
  store.write(initialParameters(plan.parameters, 3));
  return { store, program: await device.compile(plan, store) };
}

/** The parameters after all updates, and the loss of each. */
export async function train(
  device: Device,
  trainingCase: TrainingCase,
  updates: number,
): Promise<{ readonly weights: Float64Array; readonly losses: readonly number[] }> {
  const { store, program } = await prepare(device, trainingCase);
  const losses: number[] = [];
  for (let step = 1; step <= updates; step++) {
    program.run("train", writeBatch(program, trainingCase, step));
    losses.push((await program.read("loss", new Float32Array(1)))[0] as number);
  }
  const weights = await store.read();
  program.dispose();
  return { weights, losses };
}
