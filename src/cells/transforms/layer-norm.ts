// Layer normalisation inside the recurrence. Ba, Kiros, Hinton 2016, arXiv:1607.06450v1, equations 20 to 22.
import type { Cell, Expression } from "../../language/cell.ts";
import { contains } from "../../language/expression.ts";
import { mapExpression, norm, readsState, requireCell, rewrite } from "./rewrite.ts";

const activations = new Set(["tanh", "sigmoid", "relu", "hardtanh", "hardsigmoid"]);

/**
 * Normalises each product of a matrix with inputs or previous states, separately and over the whole layer, with its own gain
 * and shift; and a state's new value inside an activation function of the output, as in `tanh(c')`. The carried states are
 * unchanged.
 */
export function layerNormed(cell: Cell): Cell {
  requireCell("layer-norm", cell);
  const states = new Set(cell.states.map((s) => s.name));
  const isNew = readsState(states, true);
  const isOutput = (name: string): boolean => name === cell.output;
  const normaliseProducts = (e: Expression): Expression =>
    mapExpression(e, (inner) =>
      inner.kind === "product" && !contains(inner.vector, isNew) ? norm(inner) : inner,
    );
  const normaliseStates = (e: Expression): Expression =>
    mapExpression(e, (inner) => {
      if (inner.kind !== "call" || !activations.has(inner.name)) return inner;
      return { ...inner, arguments: inner.arguments.map((a) => (isNew(a) ? norm(a) : a)) };
    });
  const equations = cell.equations.map((equation) => {
    const expression = normaliseOnce(normaliseProducts(equation.expression));
    return { ...equation, expression: isOutput(equation.name) ? normaliseStates(expression) : expression };
  });
  return rewrite(cell, "layer-norm", { equations });
}

/** Removes a normalisation of something that is already normalised. */
function normaliseOnce(e: Expression): Expression {
  return mapExpression(e, (inner) =>
    inner.kind === "norm" && inner.vector.kind === "norm" ? inner.vector : inner,
  );
}
