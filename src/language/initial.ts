// The initial values of parameters without an `init` clause: matrices on a state orthogonal, other matrices
// Glorot-uniform, vectors zero.
import type { Equation, Expression, Initial } from "./cell.ts";
import { contains, operands } from "./expression.ts";

/** The default; `onState` says whether a matrix is one of `matricesOnStates`. */
export function defaultInitial(kind: "matrix" | "vector", onState: boolean): Initial {
  if (kind === "vector") return { kind: "constant", value: 0 };
  return { kind: onState ? "orthogonal" : "glorot", gain: 1 };
}

/** The matrices that are applied, somewhere, to an expression that reads a state: `U h`, `Un (r ⊙ h)`. */
export function matricesOnStates(cell: {
  readonly equations: readonly Equation[];
  readonly states: readonly { readonly name: string }[];
}): Set<string> {
  const states = new Set(cell.states.map((state) => state.name));
  const readsState = (e: Expression): boolean => e.kind === "name" && states.has(e.name);
  const matrices = new Set<string>();
  const visit = (e: Expression): void => {
    if (e.kind === "product" && contains(e.vector, readsState)) matrices.add(e.matrix);
    operands(e).forEach(visit);
  };
  for (const { expression } of cell.equations) visit(expression);
  return matrices;
}
