// A sequence that depends on something besides its steps: a vector of the whole sequence, such as an image's features or
// what an encoder made of another sequence, comes into any cell through weights of its own.
import type { Cell, CellParameter, Expression } from "../../language/cell.ts";
import { contains } from "../../language/expression.ts";
import { apply, call, freshName, mapExpression, next, number, read, rewritten } from "./rewrite.ts";

/** When the vector is seen: at the first step alone, at every step, or before the first, as what states start with. */
export type Conditioning = "first" | "every" | "start";

export interface ConditionedCell {
  readonly cell: Cell;
  /** The cell's new input, per sequence; it is `C` wide. */
  readonly input: string;
}

/** The width of the vector, among the cell's sizes. */
export const contextWidth = "C";

/**
 * `first` and `every`: what each matrix makes of the input x has another matrix's product with the vector added, so that
 * every gate sees it; at the first step as in Karpathy & Fei-Fei 2015 (arXiv:1412.2306v2, equation 14), at every step as
 * in Cho et al. 2014 (arXiv:1406.1078v3). `start`: each state as wide as the layer starts with tanh(V v + b). Throws
 * where the cell applies no matrix to x, or has no such state.
 */
export function conditioned(cell: Cell, when: Conditioning): ConditionedCell {
  const input = freshName(cell, "v");
  const inputs = [...cell.inputs, { name: input, per: "sequence", width: contextWidth } as const];
  const label = `conditioned:${when}`;
  if (when === "start") return { cell: started({ ...cell, inputs }, input, label), input };
  const taken = { ...cell, inputs };
  const matrices: CellParameter[] = [];
  const seen = freshName(taken, "seen");
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
      const own = cell.parameters.find((p) => p.name === e.matrix);
      const name = freshName(
        { ...taken, parameters: [...cell.parameters, ...matrices] },
        `${e.matrix}${input}`,
      );
      if (own?.kind !== "matrix") return e;
      const initial = { kind: "glorot", gain: 1 } as const;
      const rows = e.transposed ? own.columns : own.rows;
      matrices.push({ ...own, name, rows, columns: contextWidth, blocks: 1, initial, trained: true });
      return call("add", e, vector(name));
    }),
  }));
  if (matrices.length === 0) {
    throw new Error(
      `conditioned: ${cell.name} applies no matrix to its input x, so nothing can be added to what it makes of it; ` +
        "choose 'start', or another cell",
    );
  }
  const marking = next(seen, number(1), "after the first step");
  const changed = rewritten(cell, label, {
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

function started(cell: Cell, input: string, label: string): Cell {
  const isWide = (state: Cell["states"][number]): boolean => state.width === "H";
  if (!cell.states.some(isWide)) {
    throw new Error(
      `conditioned: ${cell.name} has no state as wide as the layer that could start with the vector`,
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
  return rewritten(cell, label, {
    states,
    inputs: cell.inputs,
    parameters: [...cell.parameters, ...parameters],
  });
}
