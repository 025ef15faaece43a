// Dropout inside the recurrence with one mask per sequence, shared by all gates ("tied weights"). Gal & Ghahramani 2016,
// arXiv:1512.05287v5.
import type { Cell } from "../../language/cell.ts";
import { contains } from "../../language/expression.ts";
import {
  call,
  checkRate,
  checkState,
  dropoutMask,
  freshName,
  local,
  mapExpression,
  read,
  readsState,
  requireCell,
  rewrite,
  statesUnderMatrices,
} from "./rewrite.ts";

/**
 * Drops elements of these states where a matrix is applied to them; the carried states are unchanged. Default: all states
 * that a matrix is applied to. Throws for an unknown state, if there is no such state, and unless 0 ≤ rate < 1.
 */
export function recurrentDropout(cell: Cell, rate = 0.25, states: readonly string[] = []): Cell {
  requireCell("recurrent-dropout", cell);
  checkRate("recurrent-dropout", rate);
  for (const name of states) checkState(cell, "recurrent-dropout", name);
  const touched = states.length > 0 ? states : statesUnderMatrices(cell);
  if (touched.length === 0 && cell.states.length > 0) {
    throw new Error(
      `recurrent-dropout: in ${cell.name} no matrix is applied directly to a state (perhaps it has dropout already)`,
    );
  }
  if (touched.length === 0) {
    throw new Error(
      `recurrent-dropout: ${cell.name} applies no matrix to a state, so there is nothing to drop`,
    );
  }
  const dropped = new Map(touched.map((name) => [name, freshName(cell, `${name}_kept`)]));
  const isTouched = readsState(new Set(touched), false);
  const equations = cell.equations.map((equation) => ({
    ...equation,
    expression: mapExpression(equation.expression, (e) => {
      if (e.kind !== "product" || !contains(e.vector, isTouched)) return e;
      const vector = mapExpression(e.vector, (inner) =>
        inner.kind === "name" && isTouched(inner) ? read(dropped.get(inner.name) as string) : inner,
      );
      return { ...e, vector };
    }),
  }));
  const masking = [...dropped].map(([state, name]) =>
    local(name, call("mul", dropoutMask(rate, "sequence"), read(state))),
  );
  const widthOf = (state: string) => cell.states.find((s) => s.name === state)?.width ?? "H";
  const locals = [...dropped].map(([state, name]) => ({ name, width: widthOf(state) }));
  const label = `recurrent-dropout:${states.length > 0 ? touched.map((s) => `${s}=${rate}`).join(",") : rate}`;
  return rewrite(cell, label, { equations: [...masking, ...equations], locals: [...cell.locals, ...locals] });
}
