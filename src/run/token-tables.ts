// The tables that say where each token of a run is: which rows are alive at each step, and where the step begins.
import type { Plan } from "../plan/plan.ts";
import type { RunExtent } from "./device.ts";

/** A batch's shape in memory: step t's tokens are `offsets[t] … offsets[t] + alive[t]`. */
export interface TokenTables {
  /** [steps] rows alive at each step, never increasing. */
  readonly alive: Int32Array;
  /** [steps + 1] the first token of each step, then the number of all tokens. */
  readonly offsets: Int32Array;
}

/** Throws for an extent beyond the plan's capacity, and for lengths that are not sorted. */
export function tokenTables(plan: Plan, extent: RunExtent): TokenTables {
  const { rows, steps, lengths } = extent;
  checkExtent(plan, extent);
  const alive = new Int32Array(steps);
  const offsets = new Int32Array(steps + 1);
  for (let t = 0, row = rows; t < steps; t++) {
    while (lengths && row > 0 && (lengths[row - 1] as number) <= t) row--;
    alive[t] = row;
    offsets[t + 1] = (offsets[t] as number) + row;
  }
  return { alive, offsets };
}

function checkExtent(plan: Plan, { rows, steps, lengths, carry }: RunExtent): void {
  const inRange = (value: number, high: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= high;
  if (!inRange(rows, plan.rows)) {
    throw new Error(`rows must be from 1 to ${plan.rows}, the plan's capacity, not ${rows}`);
  }
  if (!inRange(steps, plan.steps)) {
    throw new Error(`steps must be from 1 to ${plan.steps}, the plan's capacity, not ${steps}`);
  }
  if (carry !== undefined && !inRange(carry, steps)) {
    throw new Error(`carry must be from 1 to ${steps}, the steps of the run, not ${carry}`);
  }
  if (!lengths) return;
  if (lengths.length !== rows) {
    throw new Error(`lengths must have ${rows} entries, one per row, not ${lengths.length}`);
  }
  for (let b = 0; b < rows; b++) {
    const length = lengths[b] as number;
    if (!inRange(length, steps)) throw new Error(`lengths[${b}] must be from 1 to ${steps}, not ${length}`);
    if (b > 0 && length > (lengths[b - 1] as number)) {
      throw new Error(`rows must be sorted by length, longest first, but lengths[${b}] is ${length}`);
    }
  }
}
