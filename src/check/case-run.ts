// Runs a random case on a device: its loss, and the derivatives by everything that the loss depends on.
import type { Derivatives } from "../graph/ops.ts";
import { buildPlan } from "../plan/build.ts";
import type { Mode } from "../plan/plan.ts";
import type { Device, Writable } from "../run/device.ts";
import type { Quantity, RandomCase } from "./random-case.ts";

/** A case that is compiled for a device. */
export interface CaseRun {
  /** The loss; with `quantity`, its first values are replaced by `values` for this run. */
  loss(quantity?: Quantity, values?: Float64Array): Promise<number>;
  /** The values of the projections, by buffer: outputs and final states, or the network's loss. */
  values(): Promise<ReadonlyMap<string, Float64Array>>;
  /** The derivative of the loss by each quantity, [size]. */
  gradients(): Promise<ReadonlyMap<Quantity, Float64Array>>;
  /** The values of a quantity in the case, [size]. */
  valuesOf(quantity: Quantity): Float64Array;
  dispose(): void;
}

interface CaseRunOptions {
  /** Default `train`. */
  readonly mode?: Mode;
  /** Another table of derivatives, only to test the checks. */
  readonly derivatives?: Derivatives;
}

/** Compiles a case and writes its values. */
export async function runCase(
  device: Device,
  randomCase: RandomCase,
  options: CaseRunOptions = {},
): Promise<CaseRun> {
  const { mode = "train", derivatives } = options;
  const { network, layout, extent, parameters, buffers, projections, quantities } = randomCase;
  const { rows, steps } = extent;
  const plan = buildPlan(network, { mode, rows, steps, ...(derivatives && { derivatives }) });
  const store = device.parameters(layout);
  const program = await device.compile(plan, store);
  store.write(parameters);
  const known = new Set(plan.buffers.map((b) => b.name));
  for (const [name, values] of buffers) if (known.has(name)) program.write(name, values);

  const valuesOf = ({ buffer, offset, size }: Quantity): Float64Array => {
    const values = buffer === "parameters" ? parameters : (buffers.get(buffer) as Writable);
    return Float64Array.from(values.subarray(offset, offset + size));
  };
  const write = (quantity: Quantity, values: Float64Array): void => {
    if (quantity.buffer !== "parameters") return program.write(quantity.buffer, values);
    const all = parameters.slice();
    all.set(values, quantity.offset);
    store.write(all);
  };
  const readAll = (): Promise<Float64Array[]> =>
    Promise.all(projections.map(({ from, weights }) => program.read(from, new Float64Array(weights.length))));

  return {
    async loss(quantity, values) {
      if (quantity && values) write(quantity, values);
      program.run("forward", extent);
      const read = await readAll();
      if (quantity) write(quantity, valuesOf(quantity));
      return projections.reduce((sum, { weights }, i) => sum + dot(weights, read[i] as Float64Array), 0);
    },
    async values() {
      program.run("forward", extent);
      const read = await readAll();
      return new Map(projections.map(({ from }, i) => [from, read[i] as Float64Array]));
    },
    async gradients() {
      for (const { into, weights } of projections) if (into) program.write(into, weights);
      program.run("forward", extent);
      program.run("backward", extent);
      const gradients = new Map<Quantity, Float64Array>();
      for (const quantity of quantities) {
        const { derivative, offset, size } = quantity;
        const upTo = new Float64Array(offset + size);
        // A plan has no derivative by an input that nothing depends on.
        const isDerived = known.has(derivative) || derivative in plan.views;
        gradients.set(quantity, (isDerived ? await program.read(derivative, upTo) : upTo).subarray(offset));
      }
      return gradients;
    },
    valuesOf,
    dispose() {
      program.dispose();
      store.dispose();
    },
  };
}

/** The scalar product. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
