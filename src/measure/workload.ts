// A configuration made ready on a device: one function that does its work once, from the numbers that go in to
// those that come out. Holds no clock, and knows no device by name.
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

export interface Workload {
  /** Of the configuration's plan, to be read. */
  readonly program: Program;
  /** Floating-point operations of one call. */
  readonly work: number;
  /** Does the work once; resolves when it is done. Throws where a result is not finite, which nobody would time. */
  readonly call: () => Promise<void>;
  readonly dispose: () => void;
}

/** The limit of the gradient's norm in training. */
const clip = 5;
const rate = 0.002;

/**
 * The network of a configuration: a language model of one-hot symbols, or of vectors as wide as the layer where the cell
 * mixes its input in. Further widths that the cell names are as wide, too.
 */
export function networkOf({ size, layers }: Configuration, cell: Cell): Network {
  const embedding = cell.requires.length > 0 ? size : 0;
  const sizes = sizesFor(cell, { H: size, I: size, other: size });
  return languageModel({ vocabulary, cell, size, layers, embedding, sizes });
}

export function planOf(configuration: Configuration, cell: Cell): Plan {
  const { work, batch: rows, steps } = configuration;
  const network = networkOf(configuration, cell);
  if (work !== "train")
    return buildPlan(network, { mode: work === "step" ? "step" : "evaluate", rows, steps });
  const update = updateOf({ kind: "adam" }, { kind: "norm", limit: clip });
  return buildPlan(network, { mode: "train", rows, steps, update: update.rule });
}

/** What a workload is given: the same at every call, so that other libraries can be given it, too. */
export function drawNumbers({ size, batch, steps }: Configuration, plan: Plan): Numbers {
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

export async function openWorkload(
  configuration: Configuration,
  cell: Cell,
  device: Device,
): Promise<Workload> {
  const { work, batch, steps } = configuration;
  const network = networkOf(configuration, cell);
  const plan = planOf(configuration, cell);
  const { weights, ...batchOf } = drawNumbers(configuration, plan);
  const store = device.parameters(plan.parameters);
  store.write(weights);
  const program = await device.compile(plan, store);
  const call =
    work === "train" ? trainingCall(program, batchOf) : forwardCall(program, network, batchOf.symbols);
  return {
    program,
    work: (work === "train" ? trainingWork : forwardWork)(network, batch * steps),
    call,
    dispose: () => program.dispose(),
  };
}

interface Batch {
  readonly symbols: Int32Array; // [T·B], those of the first step before those of the second
  readonly targets: Int32Array; // [T·B]
}

interface Numbers extends Batch {
  readonly weights: Float32Array; // [parameters], uniform in ±1/√H
}

/** A step as a trainer makes it: the batch and the update's numbers in, the loss out. */
function trainingCall(program: Program, { symbols, targets }: Batch): () => Promise<void> {
  const { rows, steps } = program.plan;
  const { numbers } = updateOf({ kind: "adam" }, { kind: "norm", limit: clip });
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
    for (const [name, value] of Object.entries(numbers(step, rate)))
      program.write(name, Float64Array.of(value));
    program.run("train", { rows, steps });
    checkFinite((await program.read("loss", loss))[0]);
  };
}

/** Symbols in, logits out. A plan of one step goes on from where the call before ended. */
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
  throw new Error(`the benchmark's network computed ${value}, no finite number; its time would mean nothing`);
}
