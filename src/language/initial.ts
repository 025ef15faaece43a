// How a parameter starts where no `init` clause says so: matrices on a state orthogonal, other matrices
// Glorot-uniform, vectors zero.
import type { Equation, Expression, Initial } from "./cell.ts";
import { contains, operands } from "./expression.ts";

export function defaultInitial(kind: "matrix" | "vector", onState: boolean): Initial {
  if (kind === "vector") return { kind: "constant", value: 0 };
  return { kind: onState ? "orthogonal" : "glorot", gain: 1 };
}

/** The matrices that are applied, somewhere, to an expression that names a state: `U h`, `Un (r ⊙ h)`. */
export function matricesOnStates(cell: {
  readonly equations: readonly Equation[];
  readonly states: readonly { readonly name: string }[];
}): Set<string> {
  const states = new Set(cell.states.map((state) => state.name));
  const found = new Set<string>();
  const visit = (e: Expression): void => {
    const onState = (inner: Expression): boolean => inner.kind === "name" && states.has(inner.name);
    if (e.kind === "product" && !found.has(e.matrix) && contains(e.vector, onState)) found.add(e.matrix);
    operands(e).forEach(visit);
  };
  for (const { expression } of cell.equations) visit(expression);
  return found;
}
