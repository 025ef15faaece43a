// The memory that a network needs, computed from its plans before anything is allocated, so for any size.
import { buildPlan, parameterLayout } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { Plan } from "../plan/plan.ts";
import type { UpdateRule } from "../plan/update.ts";
import type { Device } from "../run/device.ts";

/** The memory of a set of plans. */
export interface MemoryNeeded {
  /** The number of parameters, trained and fixed. */
  readonly parameters: number;
  /** Bytes on the device: the parameters, and the buffers of all plans. */
  readonly bytes: number;
}

/** The bytes that WebAssembly can address. */
const wasmMemory: number = 2 ** 32;

const bytesPerNumber: Readonly<Record<Device["precision"], number>> = { float32: 4, float64: 8 };

/**
 * The memory for training with batches of `batch` rows and `steps` steps, and for evaluating in between. `update` adds
 * the optimiser's buffers; `precision` is the device's, default `float32`.
 */
export function memoryNeeded(
  network: Network,
  extent: {
    readonly batch: number;
    readonly steps: number;
    readonly update?: UpdateRule;
    readonly precision?: Device["precision"];
  },
): MemoryNeeded {
  const { batch: rows, steps, update, precision } = extent;
  const train = buildPlan(network, { mode: "train", rows, steps, ...(update && { update }) });
  return memoryOfPlans([train, buildPlan(network, { mode: "evaluate", rows, steps })], precision);
}

/** The memory of plans that share their parameters. */
export function memoryOfPlans(
  plans: readonly Plan[],
  precision: Device["precision"] = "float32",
): MemoryNeeded {
  const parameters = plans[0]?.parameters.size ?? 0;
  const arenas = plans.reduce((sum, plan) => sum + plan.arena, 0);
  return { parameters, bytes: bytesPerNumber[precision] * (parameters + arenas) };
}

/** A network needs more memory than there is. */
export class MemoryError extends Error {
  override readonly name: string = "MemoryError";
  /** The same in a few words: "7.38 TB are needed, and 4.29 GB can be used". */
  readonly brief: string;

  constructor(message: string, brief: string) {
    super(message);
    this.brief = brief;
  }
}

/**
 * Checks that memory suffices. Throws a `MemoryError` where more than `limit` bytes are needed; default the 4 GiB of
 * WebAssembly.
 */
export function checkMemory(network: Network, needed: MemoryNeeded, limit: number = wasmMemory): void {
  if (needed.bytes <= limit) return;
  const [largest] = parameterLayout(network).places.toSorted((a, b) => b.size - a.size);
  const most = largest && `, most of them in ${largest.name} [${largest.shape.join(", ")}]`;
  throw new MemoryError(
    `this network needs ${showBytes(needed.bytes)}, and ${showBytes(limit)} can be used: it has ` +
      `${needed.parameters} parameters${most ?? ""}; choose a smaller size, batch or window`,
    `${showBytes(needed.bytes)} are needed, and ${showBytes(limit)} can be used`,
  );
}

/** A readable number of bytes in decimal units, such as `3.2 GB`, with at most three significant digits. */
export function showBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
