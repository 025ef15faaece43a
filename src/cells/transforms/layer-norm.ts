// Layer normalisation inside the recurrence. Ba, Kiros, Hinton 2016, arXiv:1607.06450v1, equations 20 to 22.
import type { Cell, Expression } from "../../language/cell.ts";
import { contains } from "../../language/expression.ts";
import { mapExpression, namesState, norm, rewritten } from "./rewrite.ts";

const squashing = new Set(["tanh", "sigmoid", "relu", "hardtanh", "hardsigmoid"]);

/**
 * Normalises what each matrix makes of inputs and of states before the step, each product by itself over the whole
 * layer, with its own gain and shift; and a state's new value where the output squashes it, as `tanh(c')`. Touches no
 * other value: states are carried as they are.
 */
export function layerNormed(cell: Cell): Cell {
  const states = new Set(cell.states.map((s) => s.name));
  const isNew = namesState(states, true);
  const isOutput = (name: string): boolean => name === cell.output;
  const normaliseProducts = (e: Expression): Expression =>
    mapExpression(e, (inner) =>
      inner.kind === "product" && !contains(inner.vector, isNew) ? norm(inner) : inner,
    );
  const normaliseStates = (e: Expression): Expression =>
    mapExpression(e, (inner) => {
      if (inner.kind !== "call" || !squashing.has(inner.name)) return inner;
      return { ...inner, arguments: inner.arguments.map((a) => (isNew(a) ? norm(a) : a)) };
    });
  const equations = cell.equations.map((equation) => {
    const expression = flattened(normaliseProducts(equation.expression));
    return { ...equation, expression: isOutput(equation.name) ? normaliseStates(expression) : expression };
  });
  return rewritten(cell, "layer-norm", { equations });
}

/** What was normalised already is not normalised again. */
function flattened(e: Expression): Expression {
  return mapExpression(e, (inner) =>
    inner.kind === "norm" && inner.vector.kind === "norm" ? inner.vector : inner,
  );
}
