// Attention: any cell looks, before each step, through vectors that another sequence left, as equations.
import type { Cell } from "../../language/cell.ts";
import { conditioned, contextWidth } from "./conditioned.ts";
import {
  apply,
  call,
  freshName,
  local,
  mapExpression,
  pick as take,
  place as put,
  read,
  rewritten,
} from "./rewrite.ts";

export interface AttendingCell {
  readonly cell: Cell;
  /** The cell's new inputs, all per sequence. */
  readonly inputs: {
    /** [places · A] the vectors that are attended to, side by side. */
    readonly memory: string;
    /** [places] 0 where there is a vector, far below 0 where there is none. */
    readonly far: string;
    /** [places · A] the element, and the place, that each number of the memory is. */
    readonly element: string;
    readonly position: string;
  };
}

/** Widths of an attending cell: of the memory's vectors, of all of them side by side, and how many there are. */
export const attentionWidths = { vector: "A", memory: "M", places: "S" } as const;

/**
 * Additive attention: before each step the cell looks through a memory of vectors, and a mean of them, weighted by how
 * well each goes with its state h, comes in as the input x does. Bahdanau, Cho, Bengio 2014, arXiv:1409.0473v7, with the
 * projected vectors themselves as what the mean is of. Throws where the cell has no state h, or applies no matrix to x.
 */
export function attending(cell: Cell): AttendingCell {
  const state = cell.states.find((s) => s.name === "h");
  if (!state) {
    throw new Error(`attention: ${cell.name} has no state h to look with; choose a cell that has one`);
  }
  const fresh = (wanted: string): string => freshName(cell, wanted);
  const [memory, far, element, position] = ["memory", "far", "element", "position"].map(fresh) as [
    string,
    string,
    string,
    string,
  ];
  const [query, score, share, context, matrix, vector] = [
    "look",
    "score",
    "share",
    "v",
    "Wlook",
    "wlook",
  ].map(fresh) as [string, string, string, string, string, string];
  const { vector: A, memory: M, places: S } = attentionWidths;
  const each = call("tanh", call("add", take(read(query), element), read(memory)));
  const looking = [
    local(query, apply(matrix, read("h")), "attention"),
    local(score, put(call("mul", take(read(vector), element), each), position, S)),
    local(share, call("softmax", call("add", read(score), read(far)))),
    local(context, put(call("mul", take(read(share), position), read(memory)), element, A)),
  ];
  const inner = conditioned(cell, "every");
  // The vector of the sequence becomes one of each step.
  const renamed = inner.cell.equations.map((equation) => ({
    ...equation,
    expression: mapExpression(equation.expression, (e) =>
      e.kind === "name" && e.name === inner.input ? read(context) : e,
    ),
  }));
  const perSequence = (name: string, width: string) => ({ name, per: "sequence", width }) as const;
  const widths = inner.cell.parameters.map((p) =>
    p.kind === "matrix" && p.columns === contextWidth ? { ...p, columns: A } : p,
  );
  const changed = rewritten(cell, "attending", {
    equations: [...looking, ...renamed],
    locals: [
      { name: query, width: A },
      { name: score, width: S },
      { name: share, width: S },
      { name: context, width: A },
      ...cell.locals,
    ],
    inputs: [
      ...cell.inputs,
      perSequence(memory, M),
      perSequence(far, S),
      perSequence(element, M),
      perSequence(position, M),
    ],
    parameters: [
      ...widths,
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
      { kind: "vector", name: vector, width: A, trained: true, initial: { kind: "normal", deviation: 0.1 } },
    ],
  });
  return { cell: changed, inputs: { memory, far, element, position } };
}
