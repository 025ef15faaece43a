// The meaning of a pointwise kernel: pass by pass and column by column, every value in its order, in float64.
import { ops, type PointwiseOp } from "../../graph/ops.ts";
import { maskAt, maskKey } from "../../plan/noise.ts";
import type { Access, Pass, PointwiseKernel, Value } from "../../plan/plan.ts";
import { arrayOf, indexOf, rowCount, type Memory, type Moment } from "./memory.ts";

export function runPointwise(memory: Memory, kernel: PointwiseKernel, moment: Moment): void {
  // One result for each value of the kernel, at the current row and column.
  const results = new Float64Array(kernel.values.length);
  const count = rowCount(kernel.over, moment);
  for (let row = 0; row < count; row++) {
    kernel.values.forEach((v, i) => v.op === "number" && (results[i] = v.value));
    for (const pass of kernel.passes) runPass(memory, kernel, pass, results, row, moment);
  }
}

/** A row of an access: an array, and the index of the first column. */
interface Row {
  readonly array: Float64Array;
  readonly start: number;
}

function runPass(
  memory: Memory,
  { values }: PointwiseKernel,
  pass: Pass,
  results: Float64Array,
  row: number,
  moment: Moment,
): void {
  const rowOf = (access: Access): Row => ({
    array: arrayOf(memory, access.buffer),
    start: indexOf(memory, access, row, moment),
  });
  const loads = new Map<number, Row>();
  for (const id of pass.values) {
    const value = values[id] as Value;
    if (value.op === "load") loads.set(id, rowOf(value.access));
  }
  const stores = pass.stores.map(({ value, access }) => ({ value, ...rowOf(access) }));
  // Sums and maxima over the columns so far; they become results when the pass ends.
  const totals = new Map<number, number>();
  for (let column = 0; column < pass.width; column++) {
    for (const id of pass.values) {
      const value = values[id] as Value;
      switch (value.op) {
        case "number":
          break;
        case "load": {
          const { array, start } = loads.get(id) as Row;
          results[id] = array[start + (value.width === 1 ? 0 : column)] as number;
          break;
        }
        case "mask":
          results[id] = maskValue(memory, value, row, column, moment);
          break;
        case "sum":
          totals.set(id, (totals.get(id) ?? 0) + (results[value.arguments[0]] as number));
          break;
        case "greatest":
          totals.set(id, Math.max(totals.get(id) ?? -Infinity, results[value.arguments[0]] as number));
          break;
        default:
          results[id] = operate(value as Operation, results);
      }
    }
    for (const { value, array, start } of stores) array[start + column] = results[value] as number;
  }
  for (const [id, total] of totals) results[id] = total;
}

type Operation = Extract<Value, { op: PointwiseOp }>;

function operate({ op, arguments: args }: Operation, results: Float64Array): number {
  // An operation reads as many arguments as it has.
  const argument = (i: number): number => results[args[i] as number] as number;
  return ops[op].value(argument(0), argument(1), argument(2));
}

function maskValue(
  memory: Memory,
  { salt, rate, per, width }: Extract<Value, { op: "mask" }>,
  row: number,
  column: number,
  { tables, step }: Moment,
): number {
  const integer = (name: string): number => {
    const buffer = memory.plan.buffers.find((b) => b.name === name);
    return buffer ? (arrayOf(memory, buffer)[buffer.offset] as number) : 0;
  };
  const token = (step === undefined ? 0 : (tables.offsets[step] as number)) + row;
  const index = (per === "step" ? token : row) * width + column;
  return maskAt(maskKey(integer("seed"), integer("step"), salt), index, rate);
}
