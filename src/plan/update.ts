// The update phase: clipping and the optimiser, as equations over the one block of parameters. Nothing is
// changed where the loss or the gradient's norm is not finite. Knows no optimiser by name.
import type { Cell } from "../language/cell.ts";
import type { Node } from "../graph/graph.ts";
import { lower } from "../graph/lower.ts";
import { access, type Arena } from "./buffers.ts";
import type { Access, Buffer, Kernel } from "./plan.ts";
import { fuse } from "./pointwise.ts";

/**
 * An update rule: equations whose input `d` is the gradient, whose state `w` is the parameters and whose other
 * states it keeps for itself (`optimizer.<state>`). Input `dnorm` is the gradient's norm; every other input is
 * a number of that name, to be written by the caller before a step.
 */
export interface UpdateRule {
  readonly cell: Cell;
}

export interface UpdateContext {
  readonly arena: Arena;
  readonly parameters: Buffer;
  readonly gradients: Buffer;
  /** Parameters that are trained. */
  readonly count: number;
  readonly loss: Buffer;
}

export function planUpdate(rule: UpdateRule, context: UpdateContext): Kernel[] {
  const { arena, parameters, gradients, count } = context;
  const norm = arena.make("norm", "once", 1);
  const status = arena.make("status", "once", 1);
  const check: Kernel[] = [
    { kind: "norm", of: access(gradients), width: count, into: access(norm) },
    { kind: "guard", values: [access(context.loss), access(norm)], status: access(status) },
  ];
  if (count === 0) return check;

  const step = lower(rule.cell, { H: count, I: count }, { noise: false, resets: false });
  const homes = new Map<string, Buffer>(
    step.states.map(({ name }) => [
      name,
      name === "w" ? parameters : arena.make(`optimizer.${name}`, "once", count),
    ]),
  );
  const inputs = new Map<string, Buffer>(
    rule.cell.inputs.map(({ name }) => [
      name,
      name === "d" ? gradients : name === "dnorm" ? norm : arena.make(name, "once", 1),
    ]),
  );
  const load = (node: Node): readonly Access[] | undefined => {
    if (node.op === "lag") return [access(homes.get(node.name) as Buffer)];
    if (node.op === "input") return [access(inputs.get(node.name) as Buffer)];
    return undefined;
  };
  const stores = step.states.map((s) => ({ node: s.next, access: access(homes.get(s.name) as Buffer) }));
  const temporary = (): Access => {
    throw new Error(
      `${rule.cell.name}: an update rule works on each parameter alone; it cannot sum over them`,
    );
  };
  return [...check, fuse("once", stores, { load, temporary, salt: 0 })];
}

/** The numbers that a rule wants written before each step. */
export function numbersOf(rule: UpdateRule): string[] {
  return rule.cell.inputs.map((i) => i.name).filter((name) => name !== "d" && name !== "dnorm");
}
