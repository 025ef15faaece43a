// What a network takes in memory, before anything is allocated: a plan is arithmetic, so any size can be asked.
import { buildPlan, parameterLayout } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { Plan } from "../plan/plan.ts";
import type { UpdateRule } from "../plan/update.ts";

export interface MemoryNeeded {
  /** Parameters, trained and fixed. */
  readonly parameters: number;
  /** Bytes on a device that holds numbers of four bytes: parameters, and the buffers of the plans. */
  readonly bytes: number;
}

/** What WebAssembly can address. */
export const wasmMemory: number = 2 ** 32;

const bytesPerNumber = 4;

/**
 * The memory for training with batches of `batch` rows and `steps` steps, and for validating between them.
 * `update` adds what the optimiser keeps.
 */
export function memoryNeeded(
  network: Network,
  extent: { readonly batch: number; readonly steps: number; readonly update?: UpdateRule },
): MemoryNeeded {
  const { batch: rows, steps, update } = extent;
  const train = buildPlan(network, { mode: "train", rows, steps, ...(update && { update }) });
  return memoryOfPlans([train, buildPlan(network, { mode: "evaluate", rows, steps })]);
}

/** The memory of plans that share their parameters. */
export function memoryOfPlans(plans: readonly Plan[]): MemoryNeeded {
  const parameters = plans[0]?.parameters.size ?? 0;
  const arenas = plans.reduce((sum, plan) => sum + plan.arena, 0);
  return { parameters, bytes: bytesPerNumber * (parameters + arenas) };
}

/** Throws where more is needed than `limit` bytes (default: what WebAssembly can address), with the remedy. */
export function checkMemory(network: Network, needed: MemoryNeeded, limit: number = wasmMemory): void {
  if (needed.bytes <= limit) return;
  const largest = parameterLayout(network).places.reduce((a, b) => (b.size > a.size ? b : a));
  throw new Error(
    `this network needs ${showBytes(needed.bytes)}, and ${showBytes(limit)} can be used: it has ` +
      `${needed.parameters} parameters, most of them in ${largest.name} [${largest.shape.join(", ")}]; ` +
      `choose a smaller size, batch or window`,
  );
}

/** `3.2 GB`, with three significant digits at most. */
export function showBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
