// The meaning of every kernel that is not pointwise: plain loops in float64.
import type { Access, Kernel, MatrixPlace, PointwiseKernel } from "../../plan/plan.ts";
import { arrayOf, indexOf, rowCount, type Memory, type Moment } from "./memory.ts";

type Other = Exclude<Kernel, PointwiseKernel>;
type Of<K extends Other["kind"]> = Extract<Other, { kind: K }>;

/** Runs one kernel; false where it ends the phase. */
export function runKernel(memory: Memory, kernel: Other, moment: Moment): boolean {
  const run: Run = { memory, moment };
  if (kernel.kind === "guard") return guard(run, kernel);
  runWork(run, kernel);
  return true;
}

function runWork(run: Run, kernel: Exclude<Other, { kind: "guard" }>): void {
  switch (kernel.kind) {
    case "matmul":
      return matmul(run, kernel);
    case "gather":
      return gather(run, kernel);
    case "outer":
    case "scatter":
    case "columnSums":
      return weightGradient(run, kernel);
    case "stepSums":
      return stepSums(run, kernel);
    case "pick":
      return pick(run, kernel);
    case "place":
      return place(run, kernel);
    case "reverse":
      return reverse(run, kernel);
    case "oneHot":
      return oneHot(run, kernel);
    case "finals":
      return finals(run, kernel);
    case "copyRows":
      return copyRows(run, kernel);
    case "crossEntropy":
      return crossEntropy(run, kernel);
    case "norm":
      return norm(run, kernel);
  }
  kernel satisfies never;
}

interface Run {
  readonly memory: Memory;
  readonly moment: Moment;
}

const get = ({ memory, moment }: Run, access: Access, row: number, column: number): number =>
  arrayOf(memory, access.buffer)[indexOf(memory, access, row, moment) + column] as number;

function put({ memory, moment }: Run, access: Access, row: number, column: number, value: number): void {
  arrayOf(memory, access.buffer)[indexOf(memory, access, row, moment) + column] = value;
}

/** Adds to an element of row 0. */
function add(run: Run, access: Access, column: number, value: number): void {
  put(run, access, 0, column, get(run, access, 0, column) + value);
}

/** The rows of stacked matrices, one after the other. */
function stackedRows({ memory }: Run, matrices: readonly MatrixPlace[]): Float64Array[] {
  return matrices.flatMap(({ buffer, offset, rows, columns }) => {
    const start = buffer.offset + offset;
    return Array.from({ length: rows }, (_, r) =>
      arrayOf(memory, buffer).subarray(start + r * columns, start + (r + 1) * columns),
    );
  });
}

function matmul(run: Run, kernel: Of<"matmul">): void {
  const stack = stackedRows(run, kernel.matrices);
  const columns = kernel.matrices[0]?.columns ?? 0;
  for (let row = 0; row < rowCount(kernel.over, run.moment); row++) {
    if (kernel.transposed) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        stack.forEach((weights, k) => (sum += get(run, kernel.from, row, k) * (weights[j] as number)));
        put(run, kernel.into, row, j, sum);
      }
    } else {
      stack.forEach((weights, n) => {
        let sum = 0;
        for (let k = 0; k < columns; k++) sum += get(run, kernel.from, row, k) * (weights[k] as number);
        put(run, kernel.into, row, n, sum);
      });
    }
  }
}

function gather(run: Run, kernel: Of<"gather">): void {
  const stack = stackedRows(run, kernel.matrices);
  for (let row = 0; row < rowCount(kernel.over, run.moment); row++) {
    const index = get(run, kernel.indices, row, 0);
    stack.forEach((weights, n) => put(run, kernel.into, row, n, weights[index] as number));
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

/** The column of an index, which is a float: the nearest one where it lies beyond the ends. */
const columnAt = (run: Run, indices: Access, row: number, i: number, width: number): number =>
  Math.min(Math.max(0, Math.trunc(get(run, indices, row, i))), width - 1);

function pick(run: Run, { over, from, width, indices, count, into }: Of<"pick">): void {
  for (let row = 0; row < rowCount(over, run.moment); row++) {
    for (let i = 0; i < count; i++) {
      put(run, into, row, i, get(run, from, row, columnAt(run, indices, row, i, width)));
    }
  }
}

function place(run: Run, { over, from, width, indices, count, into }: Of<"place">): void {
  for (let row = 0; row < rowCount(over, run.moment); row++) {
    for (let j = 0; j < width; j++) put(run, into, row, j, 0);
    for (let i = 0; i < count; i++) {
      const column = columnAt(run, indices, row, i, width);
      put(run, into, row, column, get(run, into, row, column) + get(run, from, row, i));
    }
  }
}

function reverse(run: Run, { of, from, into, width }: Of<"reverse">): void {
  const { alive, offsets } = run.moment.tables;
  for (let row = 0; row < run.moment.extent.rows; row++) {
    const length = alive.filter((rows) => rows > row).length;
    for (let t = 0; t < length; t++) {
      const other = of === "values" ? length - 1 - t : (length - t) % length;
      const token = (offsets[t] as number) + row;
      for (let j = 0; j < width; j++) {
        put(run, into, token, j, get(run, from, (offsets[other] as number) + row, j));
      }
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

function copyRows(run: Run, { from, into, width }: Of<"copyRows">): void {
  for (let row = 0; row < run.moment.extent.rows; row++) {
    for (let j = 0; j < width; j++) put(run, into, row, j, get(run, from, row, j));
  }
}

function norm(run: Run, kernel: Of<"norm">): void {
  let sum = 0;
  for (let j = 0; j < kernel.width; j++) sum += get(run, kernel.of, 0, j) ** 2;
  put(run, kernel.into, 0, 0, Math.sqrt(sum));
}

/** Whether all values are finite; writes the opposite. */
function guard(run: Run, { values, status }: Of<"guard">): boolean {
  const areFinite = values.every((v) => Number.isFinite(get(run, v, 0, 0)));
  put(run, status, 0, 0, areFinite ? 0 : 1);
  return areFinite;
}

function crossEntropy(run: Run, kernel: Of<"crossEntropy">): void {
  const count = rowCount("tokens", run.moment);
  const { classes, smoothing } = kernel;
  const isCounted = (row: number): boolean => get(run, kernel.targets, row, 0) >= 0;
  let total = 0;
  for (let row = 0; row < count; row++) if (isCounted(row)) total += get(run, kernel.weights, row, 0);
  let loss = 0;
  for (let row = 0; row < count; row++) {
    if (!isCounted(row)) {
      for (let j = 0; kernel.gradient && j < classes; j++) put(run, kernel.gradient, row, j, 0);
      continue;
    }
    const weight = get(run, kernel.weights, row, 0);
    const target = get(run, kernel.targets, row, 0);
    let largest = -Infinity;
    for (let j = 0; j < classes; j++) largest = Math.max(largest, get(run, kernel.logits, row, j));
    let [powers, sum] = [0, 0];
    for (let j = 0; j < classes; j++) {
      powers += Math.exp(get(run, kernel.logits, row, j) - largest);
      sum += get(run, kernel.logits, row, j);
    }
    const logSum = largest + Math.log(powers);
    const expected = (1 - smoothing) * get(run, kernel.logits, row, target) + (smoothing * sum) / classes;
    loss += weight * (logSum - expected);
    for (let j = 0; kernel.gradient && j < classes; j++) {
      const probability = Math.exp(get(run, kernel.logits, row, j) - logSum);
      const smoothed = (j === target ? 1 - smoothing : 0) + smoothing / classes;
      put(run, kernel.gradient, row, j, ((probability - smoothed) * weight) / total);
    }
  }
  put(run, kernel.loss, 0, 0, loss / total);
}
