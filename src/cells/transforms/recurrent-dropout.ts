// Dropout inside the recurrence, with one mask for a whole sequence. Gal & Ghahramani 2016, arXiv:1512.05287v5, tied
// weights: one mask for all gates.
import type { Cell } from "../../language/cell.ts";
import { contains } from "../../language/expression.ts";
import {
  call,
  checkRate,
  checkState,
  dropping,
  freshName,
  local,
  mapExpression,
  namesState,
  read,
  rewritten,
  statesUnderMatrices,
} from "./rewrite.ts";

/**
 * Touches the given states (all that matrices are applied to, if none are given) where a matrix reads them; what is
 * carried from step to step stays whole.
 */
export function recurrentDropout(cell: Cell, rate = 0.25, states: readonly string[] = []): Cell {
  checkRate("recurrent-dropout", rate);
  for (const name of states) checkState(cell, "recurrent-dropout", name);
  const touched = states.length > 0 ? states : statesUnderMatrices(cell);
  if (touched.length === 0 && cell.states.length > 0) {
    throw new Error(
      `recurrent-dropout: in ${cell.name} no matrix is applied to a state as it is (perhaps it was dropped before)`,
    );
  }
  if (touched.length === 0) {
    throw new Error(
      `recurrent-dropout: ${cell.name} applies no matrix to a state, so there is nothing to drop`,
    );
  }
  const kept = new Map(touched.map((name) => [name, freshName(cell, `${name}_kept`)]));
  const isTouched = namesState(new Set(touched), false);
  const equations = cell.equations.map((equation) => ({
    ...equation,
    expression: mapExpression(equation.expression, (e) => {
      if (e.kind !== "product" || !contains(e.vector, isTouched)) return e;
      const vector = mapExpression(e.vector, (inner) =>
        inner.kind === "name" && isTouched(inner) ? read(kept.get(inner.name) as string) : inner,
      );
      return { ...e, vector };
    }),
  }));
  const made = [...kept].map(([state, name]) =>
    local(name, call("mul", dropping(rate, "sequence"), read(state))),
  );
  const widthOf = (state: string) => cell.states.find((s) => s.name === state)?.width ?? "H";
  const locals = [...kept].map(([state, name]) => ({ name, width: widthOf(state) }));
  const label = `recurrent-dropout:${states.length > 0 ? touched.map((s) => `${s}=${rate}`).join(",") : rate}`;
  return rewritten(cell, label, { equations: [...made, ...equations], locals: [...cell.locals, ...locals] });
}
