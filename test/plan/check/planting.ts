// Plans with a planted fault: a copy of a good one that a test may change.
import { expect, test } from "vitest";
import { equations } from "../../../src/language/equations.ts";
import { buildPlan } from "../../../src/plan/build.ts";
import { checkPlan } from "../../../src/plan/check/check-plan.ts";
import type { Buffer, Kernel, Loop, PhaseName, Plan } from "../../../src/plan/plan.ts";
import { networkOf, tinyLayer } from "../tiny.ts";

export type Mutable<T> = T extends readonly (infer E)[]
  ? Mutable<E>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;

export type PlantedPlan = Mutable<Plan>;

/** A training step of an Elman layer with a loss of its own and an optimiser that keeps one state. */
export const goodPlan: Plan = buildPlan(
  { ...networkOf(tinyLayer), loss: { kind: "cross-entropy", of: "tiny" } },
  {
    mode: "train",
    rows: 2,
    steps: 4,
    update: {
      cell: equations("sgd")`
        v' = 0.9 ⊙ v + d
        w' = w - rate ⊙ v'
        output w
        input d per step
        input rate per sequence
        width rate = 1
      `,
    },
  },
);

/** Buffers that kernels share stay shared. */
export const copyOf = (plan: Plan): PlantedPlan => structuredClone(plan) as PlantedPlan;

export function bufferOf(plan: PlantedPlan, name: string): Mutable<Buffer> {
  const buffer = plan.buffers.find((b) => b.name === name);
  if (!buffer)
    throw new Error(`there is no '${name}'; there are ${plan.buffers.map((b) => b.name).join(", ")}`);
  return buffer;
}

export type KernelOf<Kind extends Kernel["kind"]> = Mutable<Extract<Kernel, { kind: Kind }>>;

/** The kernel of a kind in a phase, loops included: the first one, or the one of that number among them. */
export function kernelOf<Kind extends Kernel["kind"]>(
  plan: PlantedPlan,
  phase: PhaseName,
  kind: Kind,
  number = 0,
): KernelOf<Kind> {
  const all = itemsOf(plan, phase).flatMap((item): Mutable<Kernel>[] =>
    item.kind === "loop" ? item.body : [item],
  );
  const kernel = all.filter((k) => k.kind === kind)[number];
  if (!kernel) throw new Error(`${phase} has no such ${kind}; it has ${all.map((k) => k.kind).join(", ")}`);
  return kernel as KernelOf<Kind>;
}

export const itemsOf = (plan: PlantedPlan, phase: PhaseName): Mutable<Kernel | Loop>[] =>
  plan.phases[phase] ?? [];

export const loopOf = (plan: PlantedPlan, phase: PhaseName): Mutable<Loop> =>
  itemsOf(plan, phase).find((item) => item.kind === "loop") as Mutable<Loop>;

/** Removes the first item of a kind from a phase, and from the whole training step. */
export function removeItem(plan: PlantedPlan, phase: PhaseName, kind: Kernel["kind"] | "loop"): void {
  const removed = itemsOf(plan, phase).find((item) => item.kind === kind);
  for (const name of [phase, "train"] as const) {
    plan.phases[name] = itemsOf(plan, name).filter((item) => item !== removed);
  }
}

export interface Fault {
  readonly name: string;
  readonly plant: (plan: PlantedPlan) => void;
  /** The whole error. */
  readonly message: string;
}

/** Each fault is found, and named. */
export function expectFound(faults: readonly Fault[]): void {
  test.each(faults)("$name", ({ plant, message }) => {
    const plan = copyOf(goodPlan);
    expect(() => checkPlan(plan as Plan)).not.toThrow();
    plant(plan);
    expect(() => checkPlan(plan as Plan)).toThrow(new Error(message));
  });
}
