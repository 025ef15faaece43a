// Checks a kernel of a plan by itself: its operands stay inside their buffers and have the kernel's rows, it does not
// overwrite what it still reads, and its values are computed before they are used.
import { overOf, rowsAllowed, ruleOf, type Operand } from "./kernel-rules.ts";
import { planFault, type KernelPosition } from "./fault.ts";
import type { Access, MatrixPlace, Pass, Plan, PointwiseKernel, Value } from "../plan.ts";

export function checkKernel(plan: Plan, position: KernelPosition, isInLoop: boolean): void {
  const { phase, kernel } = position;
  const rule = ruleOf(kernel);
  const over = overOf(kernel);
  const fault = (text: string): never => planFault(text, undefined, position);
  if (!rule.phases.includes(phase)) fault(`is in ${phase}, but belongs in ${rule.phases.join(" or ")}`);
  if (!rule.over.includes(over)) fault(`runs over ${over}, but may run over ${rule.over.join(" or ")}`);
  if (over === "step" && !isInLoop) fault("runs over one step, but is outside a loop");
  if (over !== "step" && isInLoop) fault(`runs over ${over}, but is in a loop`);
  const operands = rule.operands(kernel);
  for (const operand of operands) checkOperand(plan, position, operand);
  checkOverwriting(position, operands);
  if (kernel.kind === "pointwise") checkValues(plan, position, kernel);
  else checkSingleRows(position, operands);
  const matrices = kernel.kind === "matmul" || kernel.kind === "gather" ? kernel.matrices : [];
  for (const matrix of matrices) checkMatrix(plan, position, matrix, matrices);
}

function checkOperand(plan: Plan, position: KernelPosition, operand: Operand): void {
  const { access, width, rows, type, role } = operand;
  const { buffer, column, at } = access;
  const fault = (rule: string): never => planFault(`${role} ${rule}`, buffer.name, position);
  if (plan.buffers[buffer.id] !== buffer) fault("is not in a buffer of the plan");
  if (!rowsAllowed[rows].includes(`${buffer.extent}, ${at}`)) {
    fault(`runs over ${rows}, which ${buffer.extent} (${at}) do not have`);
  }
  if (!(width >= 1 && column >= 0 && column + width <= buffer.width)) {
    fault(`takes columns ${column} to ${column + width} of ${buffer.width}`);
  }
  if (buffer.type !== type) fault(`must be ${type}, but the buffer is ${buffer.type}`);
  if (operand.use === "reads" || buffer.space !== "parameters" || position.phase === "update") return;
  fault("is in the parameters, which only the update may write");
}

/** Kernels other than pointwise ones write elements while they still read others of the same rows. */
function checkOverwriting(position: KernelPosition, operands: readonly Operand[]): void {
  const written = operands.filter((operand) => operand.use !== "reads");
  for (const [i, store] of written.entries()) {
    const { buffer } = store.access;
    const fault = (rule: string): never => planFault(rule, buffer.name, position);
    if (written.slice(0, i).some((other) => overlap(store, other))) fault("writes the same columns twice");
    const isElementwise = (read: Operand): boolean =>
      position.kernel.kind === "pointwise" &&
      (read.pass !== store.pass ||
        (read.access.column === store.access.column && read.width === store.width));
    const read = operands.find((o) => o.use === "reads" && overlap(store, o) && !isElementwise(o));
    if (read) fault(`overwrites columns that it reads as ${read.role}`);
  }
}

const overlap = (a: Operand, b: Operand): boolean =>
  a.access.buffer === b.access.buffer &&
  a.access.at === b.access.at &&
  a.access.column < b.access.column + b.width &&
  b.access.column < a.access.column + a.width;

/** Only pointwise kernels may write one row for many, to hand values from pass to pass. */
function checkSingleRows(position: KernelPosition, operands: readonly Operand[]): void {
  for (const { access, use, rows } of operands) {
    if (use === "reads" || rows === "once" || access.buffer.extent !== "once") continue;
    planFault(`writes ${rows} into a single row`, access.buffer.name, position);
  }
}

function checkMatrix(
  plan: Plan,
  position: KernelPosition,
  { buffer, offset, rows, columns }: MatrixPlace,
  all: readonly MatrixPlace[],
): void {
  const fault = (rule: string): never => planFault(rule, buffer.name, position);
  const size = rows * columns;
  if (columns !== all[0]?.columns) fault(`stacks matrices of ${all[0]?.columns} and of ${columns} columns`);
  if (buffer.extent !== "once" || buffer.type !== "float") fault("a matrix must be in one row of floats");
  if (!(size >= 1 && offset >= 0 && offset + size <= buffer.width)) {
    fault(`a matrix takes elements ${offset} to ${offset + size} of ${buffer.width}`);
  }
  if (buffer.space !== "parameters") return;
  const isPart = plan.parameters.places.some(
    (p) =>
      p.shape[1] === columns &&
      offset >= p.offset &&
      offset + size <= p.offset + p.size &&
      (offset - p.offset) % columns === 0,
  );
  if (!isPart) fault(`a matrix [${rows}, ${columns}] at ${offset} is not part of one parameter`);
}

/** The values of a pointwise kernel are computed before they are used, in passes of their width. */
function checkValues(plan: Plan, position: KernelPosition, kernel: PointwiseKernel): void {
  const numbers = kernel.values.flatMap(({ op }, id) => (op === "number" ? [id] : []));
  const scalars = new Set(numbers);
  for (const pass of kernel.passes) checkPass(plan, position, kernel.values, pass, scalars);
}

/** `scalars`: values of width 1 that are there when the pass starts; adds those that it computes. */
function checkPass(
  plan: Plan,
  position: KernelPosition,
  values: readonly Value[],
  pass: Pass,
  scalars: Set<number>,
): void {
  const vectors = new Set<number>();
  const reductions: number[] = [];
  const fault = (rule: string, access?: Access): never => planFault(rule, access?.buffer.name, position);
  const isThere = (id: number): boolean => scalars.has(id) || vectors.has(id);
  for (const id of pass.values) {
    const value = values[id] ?? fault(`value ${id} does not exist`);
    if ("arguments" in value) {
      const missing = value.arguments.find((a) => !isThere(a));
      if (missing !== undefined) fault(`value ${id} uses value ${missing} before it is computed`);
    }
    if (value.width !== 1 && value.width !== pass.width)
      fault(`value ${id} has width ${value.width} in a pass of width ${pass.width}`);
    if (value.op === "mask" && plan.ports.seed === undefined) fault("draws noise, but the plan has no seed");
    if (value.op === "sum" || value.op === "greatest") reductions.push(id);
    else (value.width === 1 ? scalars : vectors).add(id);
  }
  for (const { value, access } of pass.stores) {
    if (!isThere(value)) fault(`stores value ${value} before it is computed`, access);
  }
  for (const id of reductions) scalars.add(id);
}
