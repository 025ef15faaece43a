// Attention as equations: before each step, any cell reads a weighted mean of the encoder's vectors.
import type { Cell, CellParameter, CellState, Equation } from "../../language/cell.ts";
import { conditioned, contextWidth } from "./conditioned.ts";
import {
  apply,
  call,
  freshName,
  gather,
  local,
  mapExpression,
  read,
  rewrite,
  scatter,
  vector,
} from "./rewrite.ts";

/** A cell with attention. */
export interface AttendingCell {
  readonly cell: Cell;
  /** The names of the cell's new inputs, all per sequence. */
  readonly inputs: {
    /** [S · A] the encoder's vectors, side by side. */
    readonly memory: string;
    /** [S] the mask, added to the scores: 0 at positions with a vector, far below 0 elsewhere. */
    readonly far: string;
    /** [S · A] the index within its vector of each number of the memory. */
    readonly element: string;
    /** [S · A] the position of its vector. */
    readonly position: string;
  };
}

/** The widths of an attending cell: of each vector, of all of them side by side, and their number. */
export const attentionWidths = { vector: "A", memory: "M", places: "S" } as const;
const { vector: A, memory: M, places: S } = attentionWidths;

/**
 * Additive attention: before each step the state h is scored against every vector of the memory, and the mean of the
 * vectors, weighted by a softmax of the scores, enters the cell as the input x does. Bahdanau, Cho, Bengio 2014,
 * arXiv:1409.0473v7, except that the mean is over the projected vectors. Throws for a cell without a state h, or that applies
 * no matrix to x.
 */
export function attending(cell: Cell): AttendingCell {
  const state = cell.states.find((s) => s.name === "h");
  if (!state) {
    throw new Error(`attention: ${cell.name} has no state h, which attention reads; choose another cell`);
  }
  const inputs = {
    memory: freshName(cell, "memory"),
    far: freshName(cell, "far"),
    element: freshName(cell, "element"),
    position: freshName(cell, "position"),
  };
  const context = freshName(cell, "v");
  const { equations, locals, parameters } = contextEquations(cell, state, inputs, context);
  const inner = conditioned(cell, "every");
  // The vector per sequence becomes one per step.
  const reading = inner.cell.equations.map((equation) => ({
    ...equation,
    expression: mapExpression(equation.expression, (e) =>
      e.kind === "name" && e.name === inner.input ? read(context) : e,
    ),
  }));
  const widened = inner.cell.parameters.map((p) =>
    p.kind === "matrix" && p.columns === contextWidth ? { ...p, columns: A } : p,
  );
  const perSequence = (name: string, width: string) => ({ name, per: "sequence", width }) as const;
  const changed = rewrite(cell, "attending", {
    equations: [...equations, ...reading],
    locals: [...locals, ...cell.locals],
    inputs: [
      ...cell.inputs,
      perSequence(inputs.memory, M),
      perSequence(inputs.far, S),
      perSequence(inputs.element, M),
      perSequence(inputs.position, M),
    ],
    parameters: [...widened, ...parameters],
  });
  return { cell: changed, inputs };
}

/** The equations of the weighted mean, which is the local `context`, with their locals and parameters. */
function contextEquations(
  cell: Cell,
  state: CellState,
  { memory, far, element, position }: AttendingCell["inputs"],
  context: string,
): Pick<Cell, "locals" | "parameters"> & { readonly equations: readonly Equation[] } {
  const query = freshName(cell, "look");
  const score = freshName(cell, "score");
  const share = freshName(cell, "share");
  const matrix = freshName(cell, "Wlook");
  const weights = freshName(cell, "wlook");
  const each = call("tanh", call("add", gather(read(query), element), read(memory)));
  const parameters: readonly CellParameter[] = [
    {
      kind: "matrix",
      name: matrix,
      rows: A,
      columns: state.width,
      blocks: 1,
      drop: 0,
      trained: true,
      initial: { kind: "glorot", gain: 1 },
    },
    { ...vector(weights, 0, A), initial: { kind: "normal", deviation: 0.1 } },
  ];
  return {
    equations: [
      local(query, apply(matrix, read("h")), "attention"),
      local(score, scatter(call("mul", gather(read(weights), element), each), position, S)),
      local(share, call("softmax", call("add", read(score), read(far)))),
      local(context, scatter(call("mul", gather(read(share), position), read(memory)), element, A)),
    ],
    locals: [
      { name: query, width: A },
      { name: score, width: S },
      { name: share, width: S },
      { name: context, width: A },
    ],
    parameters,
  };
}
