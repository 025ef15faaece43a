// The plain meaning of a cell: its equations evaluated in order, for one row at one step, in float64. The definition that
// graphs and plans are tested against; of the compiler it shares only the values in the op table.
import type { Cell, Expression, Period, Width } from "../language/cell.ts";
import { sizeOf, type Sizes } from "./lower.ts";
import { ops, type PointwiseOp } from "./ops.ts";

/** Vectors by the name of the quantity. */
export type Values = ReadonlyMap<string, Float64Array>;

/** Draws the zeros and ones of a mask, which is numbered from 0 in the order of the text. */
export type Noise = (mask: number, per: Period, width: number, rate: number) => Float64Array;

/** A cell ready to be evaluated. */
export interface Evaluation {
  readonly cell: Cell;
  readonly sizes: Sizes;
  /** Vectors [width]; matrices [rows, columns], row-major; those in blocks [rows, columns / blocks]. */
  readonly parameters: Values;
  /** Default: each mask is its mean. */
  readonly noise?: Noise;
}

/**
 * Every quantity that the equations name, after one step: inputs, `h` (before the step), `h'` (after it), locals.
 * `states` holds the states before the step; those of a new sequence are `startOf(evaluation, inputs)`.
 */
export function evaluateStep(evaluation: Evaluation, inputs: Values, states: Values): Values {
  const { cell } = evaluation;
  const named = namesOf(evaluation, inputs);
  for (const [name, value] of states) named.set(name, value);
  const value = evaluator(evaluation, named);
  for (const { name, next, expression } of cell.equations) {
    const assigned = [...cell.states, ...cell.locals].find((s) => s.name === name) as { width: Width };
    named.set(next ? `${name}'` : name, repeat(value(expression), widthOf(evaluation, assigned.width)));
  }
  return named;
}

function namesOf({ cell, parameters }: Evaluation, inputs: Values): Map<string, Float64Array> {
  const constants = Object.entries(cell.constants);
  return new Map([
    ...parameters,
    ...inputs,
    ...constants.map(([name, value]) => [name, Float64Array.of(value)] as const),
  ]);
}

/** Evaluates expressions, whose names are in `named`. */
function evaluator(evaluation: Evaluation, named: Values): (e: Expression) => Float64Array {
  let masks = 0;
  const value = (e: Expression): Float64Array => {
    switch (e.kind) {
      case "number":
        return Float64Array.of(e.value);
      case "name":
        return named.get(e.now ? `${e.name}'` : e.name) as Float64Array;
      case "product":
        return product(evaluation, e, value(e.vector));
      case "mask": {
        const width = widthOf(evaluation, e.width);
        return evaluation.noise?.(masks++, e.per, width, e.rate) ?? new Float64Array(width).fill(1 - e.rate);
      }
      case "pick": {
        const vector = value(e.vector);
        return (named.get(e.indices) as Float64Array).map((i) => vector[i] as number);
      }
      case "place": {
        const into = new Float64Array(widthOf(evaluation, e.width));
        const vector = value(e.vector);
        (named.get(e.indices) as Float64Array).forEach((at, i) => {
          const index = Math.min(Math.max(at, 0), into.length - 1);
          into[index] = (into[index] as number) + (vector[vector.length === 1 ? 0 : i] as number);
        });
        return into;
      }
      case "norm": {
        const [gain, shift] = [named.get(e.gain), named.get(e.shift)] as [Float64Array, Float64Array];
        return standardise(value(e.vector)).map((v, i) => (gain[i] as number) * v + (shift[i] as number));
      }
      case "call":
        return call(e.name, e.arguments.map(value));
    }
    e satisfies never;
  };
  return value;
}

/** The layer's output, from the values of a step. */
export function outputOf(cell: Cell, named: Values): Float64Array {
  const isState = cell.states.some((s) => s.name === cell.output);
  return named.get(isState ? `${cell.output}'` : cell.output) as Float64Array;
}

/** The states at the start of a sequence; of the inputs only those per sequence are read. */
export function startOf(evaluation: Evaluation, inputs: Values): Map<string, Float64Array> {
  const value = evaluator(evaluation, namesOf(evaluation, inputs));
  return new Map(
    evaluation.cell.states.map(({ name, width, start }) => [
      name,
      repeat(value(start), widthOf(evaluation, width)),
    ]),
  );
}

const widthOf = ({ cell, sizes }: Evaluation, width: Width): number => sizeOf(width, sizes, cell.name);

function repeat(values: Float64Array, width: number): Float64Array {
  return values.length === width ? values : new Float64Array(width).fill(values[0] as number);
}

function product(
  evaluation: Evaluation,
  e: Expression & { kind: "product" },
  vector: Float64Array,
): Float64Array {
  const matrix = evaluation.cell.parameters.find((p) => p.name === e.matrix);
  if (matrix?.kind !== "matrix") throw new Error(`'${e.matrix}' is not a matrix of ${evaluation.cell.name}`);
  const [rows, columns] = [widthOf(evaluation, matrix.rows), widthOf(evaluation, matrix.columns)];
  const elements = evaluation.parameters.get(e.matrix) as Float64Array;
  const operand = repeat(vector, e.transposed ? rows : columns);
  const result = new Float64Array(e.transposed ? columns : rows);
  const [height, breadth] = [rows / matrix.blocks, columns / matrix.blocks];
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(row / height) * breadth;
    for (let i = 0; i < breadth; i++) {
      const element = elements[row * breadth + i] as number;
      const [to, from] = e.transposed ? [first + i, row] : [row, first + i];
      result[to] = (result[to] as number) + element * (operand[from] as number);
    }
  }
  return result;
}

function standardise(v: Float64Array): Float64Array {
  const mean = total(v) / v.length;
  const variance = total(v.map((a) => (a - mean) ** 2)) / v.length;
  return v.map((a) => (a - mean) / Math.sqrt(variance + 1e-5));
}

function call(name: string, args: readonly Float64Array[]): Float64Array {
  const v = args[0] as Float64Array;
  switch (name) {
    case "sum":
      return Float64Array.of(total(v));
    case "mean":
      return Float64Array.of(total(v) / v.length);
    case "greatest":
      return Float64Array.of(Math.max(...v));
    case "softmax": {
      const powers = v.map((a) => Math.exp(a - Math.max(...v)));
      return powers.map((p) => p / total(powers));
    }
    default: {
      const width = Math.max(...args.map((a) => a.length));
      const wide = args.map((a) => repeat(a, width));
      return Float64Array.from({ length: width }, (_, i) =>
        ops[name as PointwiseOp].value(...wide.map((a) => a[i] as number)),
      );
    }
  }
}

const total = (v: Float64Array): number => v.reduce((a, b) => a + b, 0);
