// The plain meaning of a cell: its equations worked out in order, for one row at one step, in float64. The
// definition that graphs and plans are held against; shares nothing with them but the values of the op table.
import type { Cell, Expression, Period, Width } from "../language/cell.ts";
import { sizeOf, type Sizes } from "./lower.ts";
import { ops, type PointwiseOp } from "./ops.ts";

export type Values = ReadonlyMap<string, Float64Array>;

/** Zeros and ones for the mask that stands at this place among the masks of the text, counted from 0. */
export type Noise = (mask: number, per: Period, width: number, rate: number) => Float64Array;

export interface Evaluation {
  readonly cell: Cell;
  readonly sizes: Sizes;
  /** Vectors [width]; matrices [rows, columns], row-major; those in blocks [rows, columns / blocks]. */
  readonly parameters: Values;
  /** Without it each mask is its mean. */
  readonly noise?: Noise;
}

/**
 * Every quantity that the equations name, after one step: inputs, `h` (before the step), `h'` (after it), locals.
 * `states` holds the states before the step; those of a new sequence are `startOf(given, inputs)`.
 */
export function evaluateStep(given: Evaluation, inputs: Values, states: Values): Values {
  const { cell } = given;
  const named = namesOf(given, inputs);
  for (const [name, value] of states) named.set(name, value);
  const value = evaluator(given, named);
  for (const { name, next, expression } of cell.equations) {
    const assigned = [...cell.states, ...cell.locals].find((s) => s.name === name) as { width: Width };
    named.set(next ? `${name}'` : name, repeat(value(expression), widthOf(given, assigned.width)));
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

/** What an expression is worth, given what has a name so far. */
function evaluator(given: Evaluation, named: Values): (e: Expression) => Float64Array {
  let masks = 0;
  const value = (e: Expression): Float64Array => {
    switch (e.kind) {
      case "number":
        return Float64Array.of(e.value);
      case "name":
        return named.get(e.now ? `${e.name}'` : e.name) as Float64Array;
      case "product":
        return product(given, e, value(e.vector));
      case "mask": {
        const width = widthOf(given, e.width);
        return given.noise?.(masks++, e.per, width, e.rate) ?? new Float64Array(width).fill(1 - e.rate);
      }
      case "pick": {
        const vector = value(e.vector);
        return (named.get(e.indices) as Float64Array).map((i) => vector[i] as number);
      }
      case "place": {
        const into = new Float64Array(widthOf(given, e.width));
        const vector = value(e.vector);
        (named.get(e.indices) as Float64Array).forEach((at, i) => {
          const place = Math.min(Math.max(at, 0), into.length - 1);
          into[place] = (into[place] as number) + (vector[vector.length === 1 ? 0 : i] as number);
        });
        return into;
      }
      case "norm": {
        const [gain, shift] = [named.get(e.gain), named.get(e.shift)] as [Float64Array, Float64Array];
        return normalised(value(e.vector)).map((v, i) => (gain[i] as number) * v + (shift[i] as number));
      }
      case "call":
        return call(e.name, e.arguments.map(value));
    }
    e satisfies never;
  };
  return value;
}

/** The value that the layer hands on, among those of a step. */
export function outputOf(cell: Cell, named: Values): Float64Array {
  const isState = cell.states.some((s) => s.name === cell.output);
  return named.get(isState ? `${cell.output}'` : cell.output) as Float64Array;
}

/** The states where a sequence starts; `inputs` need hold those per sequence alone. */
export function startOf(given: Evaluation, inputs: Values): Map<string, Float64Array> {
  const value = evaluator(given, namesOf(given, inputs));
  return new Map(
    given.cell.states.map(({ name, width, start }) => [name, repeat(value(start), widthOf(given, width))]),
  );
}

const widthOf = ({ cell, sizes }: Evaluation, width: Width): number => sizeOf(width, sizes, cell.name);

function repeat(values: Float64Array, width: number): Float64Array {
  return values.length === width ? values : new Float64Array(width).fill(values[0] as number);
}

function product(given: Evaluation, e: Expression & { kind: "product" }, vector: Float64Array): Float64Array {
  const matrix = given.cell.parameters.find((p) => p.name === e.matrix);
  if (matrix?.kind !== "matrix") throw new Error(`'${e.matrix}' is no matrix of ${given.cell.name}`);
  const [rows, columns] = [widthOf(given, matrix.rows), widthOf(given, matrix.columns)];
  const elements = given.parameters.get(e.matrix) as Float64Array;
  const taken = repeat(vector, e.transposed ? rows : columns);
  const result = new Float64Array(e.transposed ? columns : rows);
  const [height, breadth] = [rows / matrix.blocks, columns / matrix.blocks];
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(row / height) * breadth;
    for (let i = 0; i < breadth; i++) {
      const element = elements[row * breadth + i] as number;
      const [to, from] = e.transposed ? [first + i, row] : [row, first + i];
      result[to] = (result[to] as number) + element * (taken[from] as number);
    }
  }
  return result;
}

function normalised(v: Float64Array): Float64Array {
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
