// The packed copy of the parameters that each program of a fast device keeps, and when it is out of date.
import type { PhaseName, Plan } from "../plan/plan.ts";

/** The version of the parameters that a program has packed; undefined before the first time and after a failed run. */
export interface PackedCopy {
  version: number | undefined;
}

/**
 * Whether a program must pack the parameters before it runs a phase. Records that it has packed them, and that the phase
 * changes them.
 */
export function needsPacking(
  packed: PackedCopy,
  store: { version: number },
  plan: Plan,
  phase: PhaseName,
): boolean {
  // The weights that dropout leaves out are drawn anew for each forward pass.
  const redraws = plan.phases.prepare !== undefined && (phase === "forward" || phase === "train");
  const isOld = packed.version !== store.version;
  packed.version = store.version;
  if (phase === "update" || phase === "train") store.version++;
  return isOld || redraws;
}
