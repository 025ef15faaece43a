// The memory of the reference device: where the elements of an access are at each moment of a run.
import type { Access, Buffer, Over, Plan } from "../../plan/plan.ts";
import type { RunExtent } from "../device.ts";
import type { TokenTables } from "../token-tables.ts";

export interface Memory {
  readonly plan: Plan;
  readonly parameters: Float64Array;
  readonly arena: Float64Array;
}

/** A moment of a run: inside a loop, the step that it is at. */
export interface Moment {
  readonly tables: TokenTables;
  readonly extent: RunExtent;
  /** Undefined outside of loops. */
  readonly step: number | undefined;
}

/** The array of the space that a buffer is in. */
export const arrayOf = ({ parameters, arena }: Memory, buffer: Buffer): Float64Array =>
  buffer.space === "parameters" ? parameters : arena;

/** The index of column 0 in row `row` of an access. Inside a loop rows count from the first one of the step. */
export function indexOf(
  { plan }: Memory,
  { buffer, column, at }: Access,
  row: number,
  moment: Moment,
): number {
  return buffer.offset + rowOf(plan, buffer, at, row, moment) * buffer.width + column;
}

function rowOf(plan: Plan, buffer: Buffer, at: Access["at"], row: number, moment: Moment): number {
  const { tables, step } = moment;
  const token = (step === undefined ? 0 : (tables.offsets[step] as number)) + row;
  switch (buffer.extent) {
    case "tokens":
      return token;
    case "states":
      // The rows before the first step, then those of each step.
      if (at === "now") return plan.rows + token;
      if (at === "initial" || !step) return row;
      return plan.rows + (tables.offsets[step - 1] as number) + row;
    case "rows":
      return row;
    case "once":
      return 0;
  }
}

/** The rows that a kernel runs over at this moment. */
export function rowCount(over: Over, { tables, extent, step = 0 }: Moment): number {
  switch (over) {
    case "step":
      return tables.alive[step] as number;
    case "tokens":
      return tables.offsets[extent.steps] as number;
    case "rows":
      return extent.rows;
    case "once":
      return 1;
  }
}
