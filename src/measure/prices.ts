// What a cell costs beside the plain LSTM of equal width: one layer alone, forward and in training, both timed by turns
// so that whatever else the machine does falls on both. Prints nothing.
import type { Cell } from "../language/cell.ts";
import { randomStream, streams } from "../base/random.ts";
import { initialParameters } from "../model/initialise.ts";
import { cellNetwork, sizesFor } from "../model/single-cell.ts";
import { buildPlan } from "../plan/build.ts";
import type { Mode } from "../plan/plan.ts";
import type { Device, WorkTimes } from "../run/device.ts";
import { medianOf } from "./timing.ts";

/** A layer as wide as its input, [steps, rows, size] values in and out. */
export interface PriceSizes {
  readonly size: number;
  readonly rows: number;
  readonly steps: number;
}

export const usualSizes: PriceSizes = { size: 128, rows: 32, steps: 50 };

/** Of a layer's time to that of the other: 1 where they take equally long. */
export interface Price {
  readonly forward: number;
  /** Forward and backward pass, with all gradients. */
  readonly training: number;
}

export interface LayerWork {
  forward(): Promise<void>;
  training(): Promise<void>;
  /** Where the time of either went so far, on a device that keeps account of it. */
  times(): { readonly forward: WorkTimes; readonly training: WorkTimes };
  dispose(): void;
}

/** A layer of the cell on a device, with numbers in it. */
export async function openLayer(cell: Cell, device: Device, sizes: PriceSizes): Promise<LayerWork> {
  const { size, rows, steps } = sizes;
  const widths = sizesFor(cell, { H: size, I: size, other: size });
  const network = cellNetwork(cell, widths);
  const stream = randomStream(1, streams.initial);
  const open = async (mode: Mode) => {
    const plan = buildPlan(network, { mode, rows, steps });
    const store = device.parameters(plan.parameters);
    store.write(initialParameters(plan.parameters, 1));
    const program = await device.compile(plan, store);
    for (const { name, width, per } of network.inputs) {
      const count = width * (per === "step" ? rows * steps : rows);
      program.write(
        name,
        Float32Array.from({ length: count }, () => stream.normal()),
      );
    }
    program.write("resets", new Float32Array(rows * steps).fill(1, 0, rows));
    return program;
  };
  const [judge, learner] = [await open("evaluate"), await open("train")];
  const derivative = learner.plan.buffers.find((b) => b.name === "d.cell")?.size ?? 0;
  learner.write(
    "d.cell",
    Float32Array.from({ length: derivative }, () => stream.normal()),
  );
  const one = new Float32Array(1);
  return {
    async forward() {
      judge.run("forward", { rows, steps });
      await judge.read("output.cell", one);
    },
    async training() {
      learner.run("forward", { rows, steps });
      learner.run("backward", { rows, steps });
      await learner.read("output.cell", one);
    },
    times() {
      const [forward, training] = [judge.times?.(), learner.times?.()];
      if (!forward || !training) {
        throw new Error(
          `the ${device.name} device keeps no account of its time; open it with { profile: true }`,
        );
      }
      return { forward, training };
    },
    dispose() {
      judge.dispose();
      learner.dispose();
    },
  };
}

/** The price of one layer in units of another, from so many rounds that take turns. */
export async function priceBeside(layer: LayerWork, base: LayerWork, rounds: number): Promise<Price> {
  const price = async (kind: "forward" | "training"): Promise<number> => {
    const calls = async (work: LayerWork, count: number): Promise<number> => {
      const start = performance.now();
      for (let n = 0; n < count; n++) await work[kind]();
      return (performance.now() - start) / count;
    };
    await calls(layer, 1);
    // A sample lasts two milliseconds at least.
    const count = Math.max(1, Math.ceil(2 / (await calls(base, 1))));
    const [own, others]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      others.push(await calls(base, count));
      own.push(await calls(layer, count));
    }
    return medianOf(own) / medianOf(others);
  };
  return { forward: await price("forward"), training: await price("training") };
}

/** Where the time of a layer goes, on a device that keeps account of it. */
export async function timesOf(
  cell: Cell,
  device: Device,
  sizes: PriceSizes,
): Promise<ReturnType<LayerWork["times"]>> {
  const layer = await openLayer(cell, device, sizes);
  for (let n = 0; n < accounted; n++) {
    await layer.forward();
    await layer.training();
  }
  const times = layer.times();
  layer.dispose();
  return times;
}

const accounted = 20;
