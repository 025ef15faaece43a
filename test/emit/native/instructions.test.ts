// The native engine's instructions against the plain meaning of their kernel: random small kernels on random memory, with
// loads and stores of the same elements. Both are interpreted here, in float64.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  instructionsOf,
  type Operand,
  type Operation,
  type Program,
} from "../../../src/emit/native/instructions.ts";
import { ops, type PointwiseOp } from "../../../src/graph/ops.ts";
import type { Access, Buffer, Pass, PointwiseKernel, Value } from "../../../src/plan/plan.ts";

const wide = 3;

function buffer(id: number, extent: Buffer["extent"], width: number): Buffer {
  const size = extent === "once" ? width : 10 * width;
  return { id, name: `b${id}`, type: "float", extent, width, space: "arena", offset: 1000 * id, size };
}

/** Two vectors side by side, a state, one number, and memory that is handed from pass to pass. */
const [pair, state, single, handed] = [
  buffer(0, "tokens", 2 * wide),
  buffer(1, "states", wide),
  buffer(2, "tokens", 1),
  buffer(3, "once", wide),
];
const wideAccesses: readonly Access[] = [
  { buffer: pair, column: 0, at: "now" },
  { buffer: pair, column: wide, at: "now" },
  { buffer: state, column: 0, at: "now" },
  { buffer: state, column: 0, at: "lag" },
  { buffer: state, column: 0, at: "initial" },
];
const narrowAccesses: readonly Access[] = [
  { buffer: single, column: 0, at: "now" },
  { buffer: pair, column: 0, at: "now" },
  { buffer: pair, column: wide + 1, at: "now" },
];
const handedAccess: Access = { buffer: handed, column: 0, at: "now" };

const operations: readonly PointwiseOp[] = [
  ...(["add", "add", "sub", "sub", "mul", "mul", "mul", "neg", "max", "where", "detach", "greater"] as const),
];

type Choose = (below: number) => number;

/** A kernel as the planner makes them: wide values belong to one pass, numbers of one column to all passes after it. */
function randomKernel(choose: Choose): PointwiseKernel {
  const values: Value[] = [];
  const numbers: number[] = [];
  let isHanded = false;
  const any = <T>(list: readonly T[]): T => list[choose(list.length)] as T;
  const passes = Array.from({ length: 1 + choose(3) }, (): Pass => {
    const width = choose(3) === 0 ? 1 : wide;
    const local: number[] = [];
    const push = (value: Value): number => {
      const id = values.push(value) - 1;
      local.push(id);
      if (value.width === 1) numbers.push(id);
      return id;
    };
    const accesses = width === 1 ? narrowAccesses : [...wideAccesses, ...(isHanded ? [handedAccess] : [])];
    const known = (): number[] => [...numbers, ...(width === 1 ? [] : local)];
    for (let i = 1 + choose(3); i > 0; i--) push({ op: "load", access: any(accesses), width });
    if (choose(3) === 0) numbers.push(values.push({ op: "number", value: 0.5, width: 1 }) - 1);
    for (let i = choose(7); i > 0; i--) {
      const op = any(operations);
      const args = Array.from({ length: ops[op].arity }, () => any(known()));
      // As the planner does: values of one column are not computed in a wide pass.
      if (width > 1 && args.every((a) => values[a]?.width === 1)) args[0] = any(local);
      push({ op, arguments: args, width });
      if (choose(4) === 0) push({ op: "load", access: any(accesses), width });
    }
    const stores: { value: number; access: Access }[] = [];
    for (let i = choose(4); i > 0; i--) {
      const access = any([...accesses, ...(width === 1 ? [] : [handedAccess])]);
      const isTaken = stores.some((s) => sameMemory(s.access, access));
      if (!isTaken) stores.push({ value: any(known()), access });
    }
    if (choose(3) === 0) {
      const id =
        values.push({ op: any(["sum", "greatest"] as const), arguments: [any(local)], width: 1 }) - 1;
      local.push(id);
      numbers.push(id);
    }
    if (stores.some((s) => s.access === handedAccess)) isHanded = true;
    return { width, values: local, stores };
  });
  return { kind: "pointwise", over: "tokens", values, passes };
}

const rowOf = ({ buffer: { id }, at }: Access): string => `${id} ${at === "now" ? "now" : "before"}`;
const sameMemory = (a: Access, b: Access): boolean => rowOf(a) === rowOf(b) && a.column === b.column;

/** One row of each buffer; a state's rows before this step too. */
type Memory = Map<string, Float64Array>;

function randomMemory(choose: Choose): Memory {
  const row = (width: number): Float64Array =>
    Float64Array.from({ length: width }, () => (choose(17) - 8) / 4);
  return new Map([
    ["0 now", row(2 * wide)],
    ["1 now", row(wide)],
    ["1 before", row(wide)],
    ["2 now", row(1)],
    ["3 now", row(wide)],
  ]);
}

const copyOf = (memory: Memory): Memory => new Map([...memory].map(([key, row]) => [key, row.slice()]));

/** Column by column, as the reference device does. */
function runPlainly({ values, passes }: PointwiseKernel, memory: Memory): void {
  const results = values.map((v) => (v.op === "number" ? v.value : NaN));
  for (const pass of passes) {
    const totals = new Map<number, number>();
    for (let column = 0; column < pass.width; column++) {
      for (const id of pass.values) {
        const value = values[id] as Value;
        if (value.op === "number" || value.op === "mask") continue;
        if (value.op === "load") {
          const row = memory.get(rowOf(value.access)) as Float64Array;
          results[id] = row[value.access.column + (value.width === 1 ? 0 : column)] as number;
          continue;
        }
        const args = value.arguments.map((a) => results[a] as number);
        if (value.op === "sum") totals.set(id, (totals.get(id) ?? 0) + (args[0] as number));
        else if (value.op === "greatest")
          totals.set(id, Math.max(totals.get(id) ?? -Infinity, args[0] as number));
        else results[id] = ops[value.op].value(...args);
      }
      for (const { value, access } of pass.stores) {
        (memory.get(rowOf(access)) as Float64Array)[access.column + column] = results[value] as number;
      }
    }
    for (const [id, total] of totals) results[id] = total;
  }
}

const meaning: Readonly<Partial<Record<Operation, (a: number, b: number, c: number) => number>>> = {
  ...Object.fromEntries(Object.entries(ops).map(([name, { value }]) => [name, value])),
  copy: (a) => a,
  madd: (a, b, c) => a * b + c,
  nmadd: (a, b, c) => c - a * b,
  sum3: (a, b, c) => a + b + c,
  sigmoid3: (a, b, c) => ops.sigmoid.value(a + b + c),
  tanh3: (a, b, c) => Math.tanh(a + b + c),
  dsigmoid: (a, b) => a * (b * (1 - b)),
  dtanh: (a, b) => a * (1 - b * b),
};

/** Instruction by instruction over all columns, as the engine does with a tile. */
function runInstructions({ streams, numbers, slots, rowValues, passes }: Program, memory: Memory): void {
  const tile = Array.from({ length: slots }, () => new Float64Array(wide).fill(NaN));
  const rows = new Float64Array(rowValues).fill(NaN);
  const kept = streams.map((s) => new Float64Array(s.width).fill(NaN));
  const locate = ({ kind, index }: Operand, column: number): [Float64Array | readonly number[], number] => {
    if (kind === "slot") return [tile[index] as Float64Array, column];
    if (kind === "row") return [rows, index];
    if (kind === "number") return [numbers, index];
    const { access, width, perThread } = streams[index] as Program["streams"][number];
    const at = width === 1 ? 0 : column;
    if (perThread) return [kept[index] as Float64Array, at];
    return [memory.get(rowOf(access)) as Float64Array, access.column + at];
  };
  const read = (operand: Operand, column: number): number => {
    const [array, index] = locate(operand, column);
    return array[index] as number;
  };
  for (const { width, instructions } of passes) {
    for (const { op, into, arguments: from } of instructions) {
      const isReduction = op === "sum" || op === "greatest";
      if (isReduction) rows[into.index] = op === "sum" ? 0 : -Infinity;
      for (let column = 0; column < width; column++) {
        const [a = NaN, b = NaN, c = NaN] = from.map((operand) => read(operand, column));
        const [array, index] = locate(into, column) as [Float64Array, number];
        const before = array[index] as number;
        if (op === "sum") array[index] = before + a;
        else if (op === "greatest") array[index] = Math.max(before, a);
        else array[index] = (meaning[op] as NonNullable<(typeof meaning)[Operation]>)(a, b, c);
      }
    }
  }
}

/** Whether they leave different numbers in memory that others can read. */
function differs(kernel: PointwiseKernel, memory: Memory, program: Program): boolean {
  const [expected, actual] = [copyOf(memory), copyOf(memory)];
  runPlainly(kernel, expected);
  runInstructions(program, actual);
  return [...expected].some(([key, row]) => {
    const other = actual.get(key) as Float64Array;
    return key !== "3 now" && row.some((v, i) => !Object.is(v + 0, (other[i] as number) + 0));
  });
}

/** Choices that fast-check makes and can make smaller. */
const choices = fc.infiniteStream(fc.nat({ max: 1000 })).map((stream): Choose => {
  return (below) => (stream.next().value as number) % below;
});

test("random kernels that load and store the same elements", () => {
  let [copies, products, direct] = [0, 0, 0];
  fc.assert(
    fc.property(choices, (choose) => {
      const kernel = randomKernel(choose);
      const program = instructionsOf(kernel);
      const all = program.passes.flatMap((p) => p.instructions);
      copies += all.filter((i) => i.op === "copy").length;
      products += all.filter((i) => i.op === "madd" || i.op === "nmadd").length;
      direct += all.filter((i) => i.op !== "copy" && i.into.kind === "memory").length;
      return !differs(kernel, randomMemory(choose), program);
    }),
    { numRuns: 5000, seed: 1 },
  );
  // The hazards were there to be met.
  expect(Math.min(copies, products, direct)).toBeGreaterThan(200);
});

const load = (access: Access): Value => ({ op: "load", access, width: wide });
const apply = (op: PointwiseOp, ...args: number[]): Value => ({ op, arguments: args, width: wide });
const [left, right, now] = wideAccesses as [Access, Access, Access];

test.each([
  {
    name: "a swap",
    values: [load(left), load(right)],
    stores: [
      { value: 0, access: right },
      { value: 1, access: left },
    ],
  },
  {
    name: "an update in place, as an optimiser's",
    values: [load(left), load(right), apply("mul", 0, 1), apply("sub", 0, 2), apply("add", 3, 1)],
    stores: [
      { value: 3, access: left },
      { value: 4, access: right },
    ],
  },
  {
    name: "a value stored twice, and what was there before used after it",
    values: [load(now), apply("neg", 0), apply("add", 0, 1), apply("mul", 2, 0)],
    stores: [
      { value: 1, access: now },
      { value: 1, access: left },
      { value: 3, access: right },
    ],
  },
])("$name", ({ values, stores }) => {
  const pass: Pass = { width: wide, values: values.map((_, i) => i), stores };
  const kernel: PointwiseKernel = { kind: "pointwise", over: "tokens", values, passes: [pass] };
  const memory = randomMemory((below) => (below * 7) % 5);
  memory.set("0 now", Float64Array.of(1, 2, 3, 5, 7, 11));
  memory.set("1 now", Float64Array.of(13, 17, 19));
  expect(differs(kernel, memory, instructionsOf(kernel))).toBe(false);
});

test("instructions with a slot too few are seen", () => {
  const failures = fc.check(
    fc.property(choices, (choose) => {
      const kernel = randomKernel(choose);
      const program = instructionsOf(kernel);
      const shared = (operand: Operand): Operand =>
        operand.kind === "slot" ? { ...operand, index: 0 } : operand;
      const passes = program.passes.map((p) => ({
        ...p,
        instructions: p.instructions.map((i) => ({
          ...i,
          into: shared(i.into),
          arguments: i.arguments.map(shared),
        })),
      }));
      return !differs(kernel, randomMemory(choose), { ...program, passes });
    }),
    { numRuns: 5000, seed: 1 },
  );
  expect(failures.failed).toBe(true);
});
