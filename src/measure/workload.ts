// A configuration on a device, ready to run: one function does its work once, from writing the inputs to reading the
// results.
import type { Cell } from "../language/cell.ts";
import { randomStream, streams } from "../base/random.ts";
import { sizesFor } from "../model/single-cell.ts";
import { languageModel } from "../model/language-model.ts";
import { buildPlan } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { Plan } from "../plan/plan.ts";
import type { Device, Program } from "../run/device.ts";
import { updateOf } from "../train/optimizers.ts";
import { vocabulary, type Configuration } from "./configurations.ts";
import { forwardWork, trainingWork } from "./work.ts";

/** A compiled configuration. */
export interface Workload {
  readonly program: Program;
  /** Floating-point operations per call. */
  readonly work: number;
  /** Does the work once; resolves when it is done. Rejects if a result is not finite. */
  readonly call: () => Promise<void>;
  readonly dispose: () => void;
}

/** Training clips the gradient's norm at this value. */
const clipNorm = 5;
const learningRate = 0.002;

/**
 * The network of a configuration: a language model whose input is one-hot, or an embedding as wide as the layer for cells
 * that require an input of their own width. All other widths that the cell names are the hidden width.
 */
export function networkOf({ size, layers }: Configuration, cell: Cell): Network {
  const embedding = cell.requires.length > 0 ? size : 0;
  const sizes = sizesFor(cell, { H: size, I: size, other: size });
  return languageModel({ vocabulary, cell, size, layers, embedding, sizes });
}

/** The plan of a configuration's work. Throws if the cell does not fit the sizes. */
export function planOf(configuration: Configuration, cell: Cell): Plan {
  const { work, batch: rows, steps } = configuration;
  const network = networkOf(configuration, cell);
  if (work !== "train")
    return buildPlan(network, { mode: work === "step" ? "step" : "evaluate", rows, steps });
  const update = updateOf({ kind: "adam" }, { kind: "norm", limit: clipNorm });
  return buildPlan(network, { mode: "train", rows, steps, update: update.rule });
}

/** The numbers that a workload works on: the same at every call, so that other libraries can work on them, too. */
export function drawInputs({ size, batch, steps }: Configuration, plan: Plan): Inputs {
  const stream = randomStream(1, streams.initial);
  const bound = 1 / Math.sqrt(size);
  const symbols = (): Int32Array =>
    Int32Array.from({ length: batch * steps }, () => Math.floor(vocabulary * stream.uniform()));
  const weights = Float32Array.from(
    { length: plan.parameters.size },
    () => bound * (2 * stream.uniform() - 1),
  );
  return { weights, symbols: symbols(), targets: symbols() };
}

/** Compiles a configuration's work for a device. Throws if the cell does not fit the sizes. */
export async function openWorkload(
  configuration: Configuration,
  cell: Cell,
  device: Device,
): Promise<Workload> {
  const { work, batch, steps } = configuration;
  const network = networkOf(configuration, cell);
  const plan = planOf(configuration, cell);
  const { weights, ...batchData } = drawInputs(configuration, plan);
  const store = device.parameters(plan.parameters);
  store.write(weights);
  const program = await device.compile(plan, store);
  const call =
    work === "train" ? trainingCall(program, batchData) : forwardCall(program, network, batchData.symbols);
  return {
    program,
    work: (work === "train" ? trainingWork : forwardWork)(network, batch * steps),
    call,
    dispose() {
      program.dispose();
      store.dispose();
    },
  };
}

interface Batch {
  readonly symbols: Int32Array; // [T, B]
  readonly targets: Int32Array; // [T, B]
}

interface Inputs extends Batch {
  readonly weights: Float32Array; // [parameters], uniform in ±1/√H
}

/** A training step: writes the batch and the update's scalars, reads the loss. */
function trainingCall(program: Program, { symbols, targets }: Batch): () => Promise<void> {
  const { rows, steps } = program.plan;
  const { numbers } = updateOf({ kind: "adam" }, { kind: "norm", limit: clipNorm });
  const loss = new Float64Array(1);
  program.write("seed", Int32Array.of(1));
  program.write("weights", new Float32Array(rows * steps).fill(1));
  program.write("resets", new Float32Array(rows * steps).fill(1, 0, rows));
  let step = 0;
  return async () => {
    step += 1;
    program.write("symbols", symbols);
    program.write("targets", targets);
    program.write("step", Int32Array.of(step));
    for (const [name, value] of Object.entries(numbers(step, learningRate)))
      program.write(name, Float64Array.of(value));
    program.run("train", { rows, steps });
    checkFinite((await program.read("loss", loss))[0]);
  };
}

/** A forward pass: writes the symbols, reads the logits. A plan of one step continues from the state of the last call. */
function forwardCall(program: Program, network: Network, symbols: Int32Array): () => Promise<void> {
  const { rows, steps, mode } = program.plan;
  const output = `output.${network.loss.of}`;
  const logits = new Float32Array(rows * steps * vocabulary); // [T·B, V]
  program.write("resets", new Float32Array(rows * steps).fill(mode === "step" ? 0 : 1, 0, rows));
  program.write("weights", new Float32Array(rows * steps).fill(1));
  program.write("targets", symbols);
  return async () => {
    program.write("symbols", symbols);
    program.run("forward", { rows, steps });
    if (mode === "step") program.run("carry", { rows, steps });
    checkFinite((await program.read(output, logits))[0]);
  };
}

function checkFinite(value: number | undefined): void {
  if (value !== undefined && Number.isFinite(value)) return;
  throw new Error(
    `the benchmark's network computed ${value}; expected a finite number, since the time would mean nothing`,
  );
}
