// The error for a plan that breaks a rule.
import type { Kernel, PhaseName } from "../plan.ts";

/** A kernel of a plan, numbered from 0 within its phase; those of loops count as well. */
export interface KernelPosition {
  readonly phase: PhaseName;
  readonly number: number;
  readonly kernel: Kernel;
}

/** Throws; `position` is a phase if the rule is broken after it rather than by a kernel. */
export function planFault(rule: string, buffer?: string, position?: KernelPosition | PhaseName): never {
  const kernel =
    typeof position === "object" && `${position.phase}, kernel ${position.number} (${position.kernel.kind})`;
  const location = [
    kernel || (position && `after ${position as string}`),
    buffer !== undefined && `buffer '${buffer}'`,
  ];
  throw new Error(
    ["plan", location.filter(Boolean).join(", "), rule].filter((text) => text !== "").join(": "),
  );
}
