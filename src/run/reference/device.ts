// The reference device: interprets a plan in float64, one element at a time. Slow, obvious and the definition
// that every other device is held against.
import { ops, type PointwiseOp } from "../../graph/ops.ts";
import type {
  Access,
  Buffer,
  Kernel,
  Loop,
  Pass,
  PhaseName,
  Plan,
  PointwiseKernel,
  Value,
} from "../../plan/plan.ts";
import {
  bufferNamed,
  checkParameters,
  checkWrite,
  tokenTables,
  viewNamed,
  type Device,
  type Numbers,
  type ParameterStore,
  type Program,
  type RunExtent,
  type TokenTables,
  type Writable,
} from "../device.ts";
import { referenceKernels } from "./kernels.ts";
import { maskAt, maskKey } from "../../plan/noise.ts";

export function referenceDevice(): Device {
  return {
    name: "reference",
    threads: 1,
    parameters(layout) {
      const values = new Float64Array(layout.size);
      const store: ReferenceStore = {
        layout,
        values,
        write(from: Numbers) {
          checkParameters(layout, from.length);
          values.set(from);
        },
        read: () => Promise.resolve(values.slice()),
      };
      return store;
    },
    compile: (plan, store) => Promise.resolve(interpret(plan, (store as ReferenceStore).values)),
    dispose() {},
  };
}

interface ReferenceStore extends ParameterStore {
  readonly values: Float64Array;
}

/** Where a run stands: the tokens' tables and, inside a loop, the step. */
export interface Moment {
  readonly tables: TokenTables;
  readonly extent: RunExtent;
  readonly step: number;
}

/** Reads and writes single elements of a plan's memory. */
export interface Memory {
  readonly plan: Plan;
  /** The array that a buffer is in. */
  arrayOf(buffer: Buffer): Float64Array;
  /** Index of row `row`, column 0 of an access. Inside a loop rows count within the step. */
  index(access: Access, row: number, moment: Moment, inStep: boolean): number;
}

function interpret(plan: Plan, parameters: Float64Array): Program {
  const arena = new Float64Array(plan.arena);
  const memory: Memory = {
    plan,
    arrayOf: (buffer) => (buffer.space === "parameters" ? parameters : arena),
    index: ({ buffer, column, at }, row, { tables, step }, inStep) => {
      const base = inStep ? (tables.offsets[step] as number) : 0;
      const before = step === 0 ? 0 : plan.rows + (tables.offsets[step - 1] as number);
      const line = (): number => {
        switch (buffer.extent) {
          case "tokens":
            return base + row;
          case "states":
            return at === "initial" ? row : at === "lag" ? before + row : plan.rows + base + row;
          case "rows":
            return row;
          case "once":
            return 0;
        }
      };
      return buffer.offset + line() * buffer.width + column;
    },
  };
  let disposed = false;
  const checkAlive = (): void => {
    if (disposed) throw new Error("this program was disposed of; compile the plan again");
  };
  const locate = (name: string): { array: Float64Array; buffer: Buffer } => {
    checkAlive();
    const buffer = bufferNamed(plan, name);
    return { array: memory.arrayOf(buffer), buffer };
  };
  return {
    plan,
    write(name, values: Writable) {
      const { array, buffer } = locate(name);
      checkWrite(buffer, values.length);
      array.set(values, buffer.offset);
    },
    run(phase, extent) {
      checkAlive();
      runPhase(memory, phase, extent);
    },
    read(name, into) {
      const { access, width } = viewNamed(plan, name);
      const array = memory.arrayOf(access.buffer);
      const start =
        access.buffer.offset +
        access.column +
        (access.at === "now" && access.buffer.extent === "states" ? plan.rows * access.buffer.width : 0);
      for (let i = 0; i < into.length; i++) {
        into[i] = array[start + Math.floor(i / width) * access.buffer.width + (i % width)] as number;
      }
      return Promise.resolve(into);
    },
    dispose() {
      disposed = true;
    },
  };
}

function runPhase(memory: Memory, phase: PhaseName, extent: RunExtent): void {
  const { phases } = memory.plan;
  const items = phases[phase];
  if (!items) throw new Error(`this ${memory.plan.mode} plan has no phase '${phase}'`);
  const moment: Moment = { tables: tokenTables(memory.plan, extent), extent, step: 0 };
  const reads = phase === "forward" || phase === "train";
  for (const item of reads ? (phases.prepare ?? []) : []) runItem(memory, item, moment);
  for (const item of items) if (!runItem(memory, item, moment)) return;
}

/** False where a guard ends the phase. */
function runItem(memory: Memory, item: Kernel | Loop, moment: Moment): boolean {
  if (item.kind !== "loop") return runKernel(memory, item, moment, false);
  const { steps } = moment.extent;
  for (let i = 0; i < steps; i++) {
    const step = item.direction === "forward" ? i : steps - 1 - i;
    for (const kernel of item.body) runKernel(memory, kernel, { ...moment, step }, true);
  }
  return true;
}

function runKernel(memory: Memory, kernel: Kernel, moment: Moment, inStep: boolean): boolean {
  if (kernel.kind === "pointwise") {
    runPointwise(memory, kernel, moment, inStep);
    return true;
  }
  return referenceKernels(memory, kernel, moment, inStep);
}

/** Rows of a kernel at this moment. */
export function rowCount(
  over: "step" | "tokens" | "rows" | "once",
  { tables, extent, step }: Moment,
): number {
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

function runPointwise(memory: Memory, kernel: PointwiseKernel, moment: Moment, inStep: boolean): void {
  const results = new Float64Array(kernel.values.length);
  const count = rowCount(kernel.over, moment);
  for (let row = 0; row < count; row++) {
    kernel.values.forEach((v, i) => v.op === "number" && (results[i] = v.value));
    for (const pass of kernel.passes) runPass(memory, kernel, pass, results, row, moment, inStep);
  }
}

/** A row of a buffer: where its first column is. */
interface Place {
  readonly array: Float64Array;
  readonly start: number;
}

function runPass(
  memory: Memory,
  kernel: PointwiseKernel,
  pass: Pass,
  results: Float64Array,
  row: number,
  moment: Moment,
  inStep: boolean,
): void {
  const placeOf = (access: Access): Place => ({
    array: memory.arrayOf(access.buffer),
    start: memory.index(access, row, moment, inStep),
  });
  const loads = new Map<number, Place>();
  for (const id of pass.values) {
    const value = kernel.values[id] as Value;
    if (value.op === "load") loads.set(id, placeOf(value.access));
  }
  const stores = pass.stores.map(({ value, access }) => ({ value, ...placeOf(access) }));
  const sums = new Map<number, number>();
  for (let column = 0; column < pass.width; column++) {
    for (const id of pass.values) {
      const value = kernel.values[id] as Value;
      switch (value.op) {
        case "number":
          break;
        case "load": {
          const { array, start } = loads.get(id) as Place;
          results[id] = array[start + (value.width === 1 ? 0 : column)] as number;
          break;
        }
        case "mask": {
          const token = inStep ? (moment.tables.offsets[moment.step] as number) + row : row;
          const index = (value.per === "step" ? token : row) * value.width + column;
          results[id] = maskAt(keyOfMask(memory, value.salt), index, value.rate);
          break;
        }
        case "sum":
        case "greatest": {
          const next = results[value.arguments[0]] as number;
          const before = sums.get(id) ?? (value.op === "sum" ? 0 : -Infinity);
          sums.set(id, value.op === "sum" ? before + next : Math.max(before, next));
          break;
        }
        default: {
          // An operation reads as many arguments as it has.
          const args = (value as { arguments: readonly number[] }).arguments;
          const [a, b, c] = [args[0] as number, args[1] as number, args[2] as number];
          const operation = ops[value.op as PointwiseOp].value;
          results[id] = operation(results[a] as number, results[b] as number, results[c] as number);
        }
      }
    }
    for (const { value, array, start } of stores) array[start + column] = results[value] as number;
  }
  for (const [id, total] of sums) results[id] = total;
}

function keyOfMask(memory: Memory, salt: number): number {
  const value = (name: string): number => {
    const buffer = memory.plan.buffers.find((b) => b.name === name);
    return buffer ? (memory.arrayOf(buffer)[buffer.offset] as number) : 0;
  };
  return maskKey(value("seed"), value("step"), salt);
}
