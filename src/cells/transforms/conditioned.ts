// Conditioning: a vector per sequence, such as the features of an image or the final state of an encoder, enters any cell
// through its own weights.
import type { Cell, CellParameter, Expression } from "../../language/cell.ts";
import { contains } from "../../language/expression.ts";
import { apply, call, freshName, mapExpression, next, number, read, rewrite } from "./rewrite.ts";

/** When the vector is read: at the first step, at every step, or in the start values of the states. */
export type Conditioning = "first" | "every" | "start";

/** A cell with a vector per sequence. */
export interface ConditionedCell {
  readonly cell: Cell;
  /** The name of the cell's new input, per sequence, of width `C`. */
  readonly input: string;
}

/** The width of the vector, among the cell's sizes. */
export const contextWidth = "C";

/**
 * - `first`, `every`: to each product of a matrix with the input x, a product of a new matrix with the vector is added, so
 *   that every gate reads it; at the first step as in Karpathy & Fei-Fei 2015 (arXiv:1412.2306v2, equation 14), or at every
 *   step as in Cho et al. 2014 (arXiv:1406.1078v3).
 * - `start`: the start value of each state as wide as the layer is tanh(V v + b).
 *
 * Throws for a cell that applies no matrix to x, or has no such state.
 */
export function conditioned(cell: Cell, when: Conditioning): ConditionedCell {
  const input = freshName(cell, "v");
  const inputs = [...cell.inputs, { name: input, per: "sequence", width: contextWidth } as const];
  const label = `conditioned:${when}`;
  if (when === "start") return { cell: withStart({ ...cell, inputs }, input, label), input };
  const extended = { ...cell, inputs };
  const matrices: CellParameter[] = [];
  const seen = freshName(extended, "seen");
  const vector =
    when === "every"
      ? (matrix: string): Expression => apply(matrix, read(input))
      : (matrix: string): Expression =>
          call("mul", call("sub", number(1), read(seen)), apply(matrix, read(input)));
  const isX = (e: Expression): boolean => e.kind === "name" && e.name === "x";
  const equations = cell.equations.map((equation) => ({
    ...equation,
    expression: mapExpression(equation.expression, (e) => {
      if (e.kind !== "product" || !contains(e.vector, isX)) return e;
      const matrix = cell.parameters.find((p) => p.name === e.matrix);
      const name = freshName(
        { ...extended, parameters: [...cell.parameters, ...matrices] },
        `${e.matrix}${input}`,
      );
      if (matrix?.kind !== "matrix") return e;
      const initial = { kind: "glorot", gain: 1 } as const;
      const rows = e.transposed ? matrix.columns : matrix.rows;
      matrices.push({ ...matrix, name, rows, columns: contextWidth, blocks: 1, initial, trained: true });
      return call("add", e, vector(name));
    }),
  }));
  if (matrices.length === 0) {
    throw new Error(
      `conditioned: ${cell.name} applies no matrix to its input x, so the vector has nowhere to enter; ` +
        "use 'start', or another cell",
    );
  }
  const marking = next(seen, number(1), "after the first step");
  const changed = rewrite(cell, label, {
    inputs,
    parameters: [...cell.parameters, ...matrices],
    ...(when === "every"
      ? { equations }
      : {
          equations: [...equations, marking],
          states: [...cell.states, { name: seen, width: 1, start: number(0) }],
        }),
  });
  return { cell: changed, input };
}

function withStart(cell: Cell, input: string, label: string): Cell {
  const isWide = (state: Cell["states"][number]): boolean => state.width === "H";
  if (!cell.states.some(isWide)) {
    throw new Error(
      `conditioned: ${cell.name} has no state as wide as the layer, whose start value could read the vector`,
    );
  }
  const parameters: CellParameter[] = [];
  const add = (parameter: CellParameter): string => {
    parameters.push(parameter);
    return parameter.name;
  };
  const states = cell.states.map((state) => {
    if (!isWide(state)) return state;
    const known = { ...cell, parameters: [...cell.parameters, ...parameters] };
    const matrix = add({
      kind: "matrix",
      name: freshName(known, `V${state.name}`),
      rows: state.width,
      columns: contextWidth,
      blocks: 1,
      drop: 0,
      trained: true,
      initial: { kind: "glorot", gain: 1 },
    });
    const bias = add({
      kind: "vector",
      name: freshName(known, `${state.name}0`),
      width: state.width,
      trained: true,
      initial: { kind: "constant", value: 0 },
    });
    return { ...state, start: call("tanh", call("add", apply(matrix, read(input)), read(bias))) };
  });
  return rewrite(cell, label, {
    states,
    inputs: cell.inputs,
    parameters: [...cell.parameters, ...parameters],
  });
}
