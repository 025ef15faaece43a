// Recurrent dropout without memory loss: dropout on the candidate. Semeniuta, Severyn, Barth 2016, arXiv:1603.05118v2.
import type { Cell } from "../../language/cell.ts";
import { suggestion } from "../../base/nearest.ts";
import { call, checkRate, dropoutMask, requireCell, rewrite } from "./rewrite.ts";

/**
 * Drops elements of the local `of`, drawn at every step; states are unchanged. Default: the only local that is a tanh.
 * Throws for an unknown local, if there is no such default, and unless 0 ≤ rate < 1.
 */
export function candidateDropout(cell: Cell, rate = 0.25, of?: string): Cell {
  requireCell("candidate-dropout", cell);
  checkRate("candidate-dropout", rate);
  const candidate = of ?? onlyTanh(cell);
  const locals = cell.locals.map((l) => l.name);
  if (!locals.includes(candidate)) {
    throw new Error(
      `candidate-dropout: ${cell.name} has no local '${candidate}'${suggestion(candidate, locals)}; ` +
        `its locals are ${locals.join(", ")}`,
    );
  }
  const equations = cell.equations.map((equation) =>
    equation.name === candidate
      ? { ...equation, expression: call("mul", dropoutMask(rate, "step"), equation.expression) }
      : equation,
  );
  const label = `candidate-dropout:${of === undefined ? rate : `${of}=${rate}`}`;
  return rewrite(cell, label, { equations });
}

function onlyTanh(cell: Cell): string {
  const candidates = cell.equations.filter(
    ({ next, expression }) => !next && expression.kind === "call" && expression.name === "tanh",
  );
  const [first, ...others] = candidates.map((e) => e.name);
  if (first !== undefined && others.length === 0) return first;
  const which = first === undefined ? "no local that is a tanh" : `several: ${[first, ...others].join(", ")}`;
  throw new Error(
    `candidate-dropout: ${cell.name} has ${which}; name the candidate, as in 'candidate-dropout:g=0.25'`,
  );
}
