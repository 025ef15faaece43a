// Runs a random case on a device: its loss, and the derivative by everything that the loss depends on.
import type { Derivatives } from "../graph/ops.ts";
import { buildPlan } from "../plan/build.ts";
import type { Mode } from "../plan/plan.ts";
import type { Device, Writable } from "../run/device.ts";
import type { Quantity, RandomCase } from "./random-case.ts";

export interface CaseRun {
  /** The loss with some values of one quantity replaced, from its place on. */
  loss(changed?: Quantity, values?: Float64Array): Promise<number>;
  /** What the projections read: the outputs and the final states. */
  values(): Promise<ReadonlyMap<string, Float64Array>>;
  /** The derivative of the loss by each quantity. */
  gradients(): Promise<ReadonlyMap<Quantity, Float64Array>>;
  /** A quantity's own values. */
  valuesOf(quantity: Quantity): Float64Array;
  dispose(): void;
}

export interface CaseRunOptions {
  readonly mode?: Mode;
  readonly derivatives?: Derivatives;
}

export async function runCase(
  device: Device,
  given: RandomCase,
  options: CaseRunOptions = {},
): Promise<CaseRun> {
  const { mode = "train", derivatives } = options;
  const { network, layout, extent, parameters, buffers, projections, quantities } = given;
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
  const read = (): Promise<Float64Array>[] =>
    projections.map(({ from, weights }) => program.read(from, new Float64Array(weights.length)));

  return {
    async loss(changed, values) {
      if (changed && values) write(changed, values);
      program.run("forward", extent);
      const found = await Promise.all(read());
      if (changed) write(changed, valuesOf(changed));
      return projections.reduce((sum, { weights }, i) => sum + dot(weights, found[i] as Float64Array), 0);
    },
    async values() {
      program.run("forward", extent);
      const found = await Promise.all(read());
      return new Map(projections.map(({ from }, i) => [from, found[i] as Float64Array]));
    },
    async gradients() {
      for (const { into, weights } of projections) if (into) program.write(into, weights);
      program.run("forward", extent);
      program.run("backward", extent);
      const found = new Map<Quantity, Float64Array>();
      for (const quantity of quantities) {
        const { derivative, offset, size } = quantity;
        const upTo = new Float64Array(offset + size);
        // A plan derives nothing by an input on which nothing depends.
        const isDerived = known.has(derivative) || derivative in plan.views;
        found.set(quantity, (isDerived ? await program.read(derivative, upTo) : upTo).subarray(offset));
      }
      return found;
    },
    valuesOf,
    dispose: () => program.dispose(),
  };
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
