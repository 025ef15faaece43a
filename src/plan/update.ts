// The update phase: clipping and the optimiser, as equations over the one block of parameters. Nothing changes if the
// loss or the norm of the gradient is not finite.
import type { Cell } from "../language/cell.ts";
import { lower } from "../graph/lower.ts";
import { access, type Arena } from "./arena.ts";
import type { Access, Buffer, Kernel } from "./plan.ts";
import { fuse } from "./pointwise.ts";

/**
 * An update rule: equations whose input `d` is the gradient, whose state `w` is the parameters and whose other states
 * are kept by the optimiser (`optimizer.<state>`). Input `dnorm` is the gradient's norm; every other input is a number
 * of that name, which the caller writes before a step.
 */
export interface UpdateRule {
  /** The equations. */
  readonly cell: Cell;
}

export interface UpdateContext {
  readonly arena: Arena;
  readonly parameters: Buffer;
  readonly gradients: Buffer;
  /** Number of trained parameters. */
  readonly count: number;
  readonly loss: Buffer;
}

export interface PlannedUpdate {
  readonly kernels: readonly Kernel[];
  readonly norm: Buffer;
  readonly status: Buffer;
  /** What the optimiser keeps, by the names of its states. */
  readonly states: ReadonlyMap<string, Buffer>;
  /** The numbers that the caller writes before each step, by name. */
  readonly numbers: ReadonlyMap<string, Buffer>;
}

export function planUpdate(rule: UpdateRule, context: UpdateContext): PlannedUpdate {
  const { arena, parameters, gradients, count } = context;
  const norm = arena.make("norm", "once", 1);
  const status = arena.make("status", "once", 1);
  const guard: Kernel[] = [
    { kind: "norm", of: access(gradients), width: count, into: access(norm) },
    { kind: "guard", values: [access(context.loss), access(norm)], status: access(status) },
  ];
  if (count === 0) return { kernels: guard, norm, status, states: new Map(), numbers: new Map() };

  const step = lower(rule.cell, { H: count, I: count }, { noise: false, resets: false });
  const kept = step.states.map((s) => s.name).filter((name) => name !== "w");
  const states = new Map(kept.map((name) => [name, arena.make(`optimizer.${name}`, "once", count)]));
  const numbers = new Map(numbersOf(rule).map((name) => [name, arena.make(name, "once", 1)]));
  const stateBuffer = (name: string): Buffer => states.get(name) ?? parameters;
  const inputBuffer = (name: string): Buffer => numbers.get(name) ?? (name === "d" ? gradients : norm);
  const kernel = fuse(
    "once",
    step.states.map((s) => ({ node: s.next, access: access(stateBuffer(s.name)) })),
    {
      load: (node) => {
        if (node.op === "lag") return [access(stateBuffer(node.name))];
        return node.op === "input" ? [access(inputBuffer(node.name))] : undefined;
      },
      temporary: (): Access => {
        throw new Error(
          `${rule.cell.name}: an update rule works on each parameter alone; it cannot sum over them`,
        );
      },
      salt: 0,
    },
  );
  return { kernels: [...guard, kernel], norm, status, states, numbers };
}

/** The numbers that a rule reads, to be written before each step. */
export function numbersOf(rule: UpdateRule): string[] {
  return rule.cell.inputs.map((i) => i.name).filter((name) => name !== "d" && name !== "dnorm");
}
