// The reference meaning of every kernel that is not pointwise: plain loops in float64.
import type { Access, Buffer, Kernel, MatrixPlace, PointwiseKernel } from "../plan/plan.ts";
import { rowCount, type Memory, type Moment } from "./reference.ts";

type Other = Exclude<Kernel, PointwiseKernel>;
type Of<K extends Other["kind"]> = Extract<Other, { kind: K }>;

/** Runs one kernel; false where it ends the phase. */
export function referenceKernels(memory: Memory, kernel: Other, moment: Moment, inStep: boolean): boolean {
  const at = (access: Access, row: number): number => memory.index(access, row, moment, inStep);
  const run: Run = { memory, moment, at };
  switch (kernel.kind) {
    case "matmul":
      matmul(run, kernel);
      return true;
    case "gather":
      gather(run, kernel);
      return true;
    case "outer":
    case "scatter":
    case "columnSums":
      weightGradient(run, kernel);
      return true;
    case "stepSums":
      stepSums(run, kernel);
      return true;
    case "oneHot":
      oneHot(run, kernel);
      return true;
    case "finals":
      finals(run, kernel);
      return true;
    case "copyRows":
      for (let row = 0; row < moment.extent.rows; row++) {
        for (let j = 0; j < kernel.width; j++) put(run, kernel.into, row, j, get(run, kernel.from, row, j));
      }
      return true;
    case "crossEntropy":
      crossEntropy(run, kernel);
      return true;
    case "norm": {
      let sum = 0;
      for (let j = 0; j < kernel.width; j++) sum += get(run, kernel.of, 0, j) ** 2;
      put(run, kernel.into, 0, 0, Math.sqrt(sum));
      return true;
    }
    case "guard": {
      const finite = kernel.values.every((v) => Number.isFinite(get(run, v, 0, 0)));
      put(run, kernel.status, 0, 0, finite ? 0 : 1);
      return finite;
    }
  }
  kernel satisfies never;
  return true;
}

interface Run {
  readonly memory: Memory;
  readonly moment: Moment;
  readonly at: (access: Access, row: number) => number;
}

const get = ({ memory, at }: Run, access: Access, row: number, column: number): number =>
  memory.arrayOf(access.buffer)[at(access, row) + column] as number;

function put({ memory, at }: Run, access: Access, row: number, column: number, value: number): void {
  memory.arrayOf(access.buffer)[at(access, row) + column] = value;
}

function add(run: Run, access: Access, column: number, value: number): void {
  put(run, access, 0, column, get(run, access, 0, column) + value);
}

/** The rows of stacked matrices, one after the other: offsets of each row in the parameters. */
function stackedRows(matrices: readonly MatrixPlace[]): number[] {
  return matrices.flatMap((m) => Array.from({ length: m.rows }, (_, r) => m.offset + r * m.columns));
}

const parametersOf = (memory: Memory): Float64Array =>
  memory.arrayOf(memory.plan.buffers.find((b) => b.space === "parameters") as Buffer);

function matmul(run: Run, kernel: Of<"matmul">): void {
  const weights = parametersOf(run.memory);
  const stack = stackedRows(kernel.matrices);
  const columns = kernel.matrices[0]?.columns ?? 0;
  for (let row = 0; row < rowCount(kernel.over, run.moment); row++) {
    if (kernel.transposed) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        stack.forEach((start, k) => (sum += get(run, kernel.from, row, k) * (weights[start + j] as number)));
        put(run, kernel.into, row, j, sum);
      }
    } else {
      stack.forEach((start, n) => {
        let sum = 0;
        for (let k = 0; k < columns; k++)
          sum += get(run, kernel.from, row, k) * (weights[start + k] as number);
        put(run, kernel.into, row, n, sum);
      });
    }
  }
}

function gather(run: Run, kernel: Of<"gather">): void {
  const weights = parametersOf(run.memory);
  const stack = stackedRows(kernel.matrices);
  for (let row = 0; row < rowCount(kernel.over, run.moment); row++) {
    const index = get(run, kernel.indices, row, 0);
    stack.forEach((start, n) => put(run, kernel.into, row, n, weights[start + index] as number));
  }
}

function weightGradient(run: Run, kernel: Of<"outer"> | Of<"scatter"> | Of<"columnSums">): void {
  const [height, width] = kernel.kind === "columnSums" ? [kernel.width, 1] : [kernel.m, kernel.n];
  if (!kernel.accumulate) for (let i = 0; i < height * width; i++) put(run, kernel.into, 0, i, 0);
  for (let row = 0; row < rowCount(kernel.over, run.moment); row++) {
    for (let m = 0; m < height; m++) {
      if (kernel.kind === "columnSums") {
        add(run, kernel.into, m, get(run, kernel.from, row, m));
      } else if (kernel.kind === "scatter") {
        add(run, kernel.into, m * width + get(run, kernel.indices, row, 0), get(run, kernel.rows, row, m));
      } else {
        const delta = get(run, kernel.rows, row, m);
        for (let n = 0; n < width; n++) {
          add(run, kernel.into, m * width + n, delta * get(run, kernel.vector, row, n));
        }
      }
    }
  }
}

function stepSums(run: Run, kernel: Of<"stepSums">): void {
  const { alive, offsets } = run.moment.tables;
  for (let row = 0; row < run.moment.extent.rows; row++) {
    for (let j = 0; j < kernel.width; j++) {
      let sum = 0;
      for (let t = 0; t < run.moment.extent.steps && row < (alive[t] as number); t++) {
        sum += get(run, kernel.from, (offsets[t] as number) + row, j);
      }
      put(run, kernel.into, row, j, sum);
    }
  }
}

function oneHot(run: Run, kernel: Of<"oneHot">): void {
  const over = kernel.into.buffer.extent === "rows" ? "rows" : "tokens";
  for (let row = 0; row < rowCount(over, run.moment); row++) {
    const index = get(run, kernel.indices, row, 0);
    for (let j = 0; j < kernel.width; j++) put(run, kernel.into, row, j, j === index ? 1 : 0);
  }
}

function finals(run: Run, kernel: Of<"finals">): void {
  const { extent, tables } = run.moment;
  const steps = kernel.carried ? (extent.carry ?? extent.steps) : extent.steps;
  for (let row = 0; row < extent.rows; row++) {
    let last = steps - 1;
    while (row >= (tables.alive[last] as number)) last--;
    const token = (tables.offsets[last] as number) + row;
    for (let j = 0; j < kernel.width; j++) {
      if (kernel.direction === "collect") put(run, kernel.rows, row, j, get(run, kernel.tokens, token, j));
      else put(run, kernel.tokens, token, j, get(run, kernel.rows, row, j));
    }
  }
}

function crossEntropy(run: Run, kernel: Of<"crossEntropy">): void {
  const count = rowCount("tokens", run.moment);
  let total = 0;
  for (let row = 0; row < count; row++) total += get(run, kernel.weights, row, 0);
  let loss = 0;
  for (let row = 0; row < count; row++) {
    const weight = get(run, kernel.weights, row, 0);
    const target = get(run, kernel.targets, row, 0);
    let greatest = -Infinity;
    for (let j = 0; j < kernel.classes; j++) greatest = Math.max(greatest, get(run, kernel.logits, row, j));
    let sum = 0;
    for (let j = 0; j < kernel.classes; j++) sum += Math.exp(get(run, kernel.logits, row, j) - greatest);
    const logSum = greatest + Math.log(sum);
    loss += weight * (logSum - get(run, kernel.logits, row, target));
    for (let j = 0; kernel.gradient && j < kernel.classes; j++) {
      const share = Math.exp(get(run, kernel.logits, row, j) - logSum);
      put(run, kernel.gradient, row, j, ((share - (j === target ? 1 : 0)) * weight) / total);
    }
  }
  put(run, kernel.loss, 0, 0, loss / total);
}
