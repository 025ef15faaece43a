// The cost of a cell relative to another of equal width: one layer alone, forward and in training. Both are timed in
// turns, so that other load on the machine affects both.
import type { Cell } from "../language/cell.ts";
import { randomStream, streams } from "../base/random.ts";
import { initialParameters } from "../model/initialise.ts";
import { cellNetwork, sizesFor } from "../model/single-cell.ts";
import { buildPlan, parameterLayout } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { Mode } from "../plan/plan.ts";
import type { Device, ParameterStore, Program, WorkTimes } from "../run/device.ts";
import { medianOf } from "./timing.ts";

/** A layer as wide as its input: [steps, rows, size] values in and out. */
export interface CostSizes {
  /** Input and hidden width. */
  readonly size: number;
  /** Rows of a batch, B. */
  readonly rows: number;
  /** Time steps, T. */
  readonly steps: number;
}

/** The sizes of the tables in docs/cells.md. */
export const defaultCostSizes: CostSizes = { size: 128, rows: 32, steps: 50 };

/** The time of a layer over that of the base layer: 1 where they take equally long. */
export interface RelativeCost {
  /** Of the forward pass alone. */
  readonly forward: number;
  /** Forward and backward pass, with all gradients. */
  readonly training: number;
}

/** A layer on a device; each call runs one pass over all rows and steps, and resolves when it is done. */
export interface OpenLayer {
  /** Runs the forward pass without noise. */
  forward(): Promise<void>;
  /** Runs forward and backward pass, with all gradients. */
  training(): Promise<void>;
  /** Milliseconds of all calls so far, by kind of work. Throws unless the device was made with `profile: true`. */
  times(): { readonly forward: WorkTimes; readonly training: WorkTimes };
  /** Frees its memory. */
  dispose(): void;
}

/** Compiles a layer of the cell, with random parameters and inputs. */
export async function openLayer(cell: Cell, device: Device, sizes: CostSizes): Promise<OpenLayer> {
  const { size, rows, steps } = sizes;
  const network = cellNetwork(cell, sizesFor(cell, { H: size, I: size, other: size }));
  const normal = normalValues();
  const layout = parameterLayout(network);
  const store = device.parameters(layout);
  store.write(initialParameters(layout, 1));
  const evaluator = await openProgram(network, "evaluate", { device, store }, sizes, normal);
  const trainer = await openProgram(network, "train", { device, store }, sizes, normal);
  const derivative = trainer.plan.buffers.find((buffer) => buffer.name === "d.cell")?.size ?? 0;
  trainer.write("d.cell", normal(derivative));
  const firstOutput = new Float32Array(1);
  return {
    async forward() {
      evaluator.run("forward", { rows, steps });
      await evaluator.read("output.cell", firstOutput);
    },
    async training() {
      trainer.run("forward", { rows, steps });
      trainer.run("backward", { rows, steps });
      await trainer.read("output.cell", firstOutput);
    },
    times() {
      const [forward, training] = [evaluator.times?.(), trainer.times?.()];
      if (forward && training) return { forward, training };
      throw new Error(
        `the ${device.name} device does not record where its time goes; make it with { profile: true }`,
      );
    },
    dispose() {
      evaluator.dispose();
      trainer.dispose();
      store.dispose();
    },
  };
}

async function openProgram(
  network: Network,
  mode: Mode,
  { device, store }: { readonly device: Device; readonly store: ParameterStore },
  { rows, steps }: CostSizes,
  normal: (count: number) => Float32Array,
): Promise<Program> {
  const program = await device.compile(buildPlan(network, { mode, rows, steps }), store);
  for (const { name, width, per } of network.inputs) {
    program.write(name, normal(width * (per === "step" ? rows * steps : rows)));
  }
  program.write("resets", new Float32Array(rows * steps).fill(1, 0, rows));
  return program;
}

function normalValues(): (count: number) => Float32Array {
  const stream = randomStream(1, streams.initial);
  return (count) => Float32Array.from({ length: count }, () => stream.normal());
}

/** A sample of several calls lasts at least this long, in milliseconds. */
const sampleTime = 2;

/** The median time of a layer over that of a base layer, each timed once per round. */
export async function relativeCost(layer: OpenLayer, base: OpenLayer, rounds: number): Promise<RelativeCost> {
  const ratio = async (pass: "forward" | "training"): Promise<number> => {
    const timePerCall = async (subject: OpenLayer, count: number): Promise<number> => {
      const start = performance.now();
      for (let n = 0; n < count; n++) await subject[pass]();
      return (performance.now() - start) / count;
    };
    await timePerCall(layer, 1);
    const count = Math.max(1, Math.ceil(sampleTime / (await timePerCall(base, 1))));
    const [layerTimes, baseTimes]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      baseTimes.push(await timePerCall(base, count));
      layerTimes.push(await timePerCall(layer, count));
    }
    return medianOf(layerTimes) / medianOf(baseTimes);
  };
  return { forward: await ratio("forward"), training: await ratio("training") };
}

const profiledCalls = 20;

/** Milliseconds of 20 passes of a layer by kind of work. Throws unless the device was made with `profile: true`. */
export async function profileLayer(
  cell: Cell,
  device: Device,
  sizes: CostSizes,
): Promise<ReturnType<OpenLayer["times"]>> {
  const layer = await openLayer(cell, device, sizes);
  for (let n = 0; n < profiledCalls; n++) {
    await layer.forward();
    await layer.training();
  }
  const times = layer.times();
  layer.dispose();
  return times;
}
