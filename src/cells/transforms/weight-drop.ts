// DropConnect on the matrices of the recurrence. Merity, Keskar, Socher 2017, arXiv:1708.02182v1 (AWD-LSTM).
import type { Cell, Expression } from "../../language/cell.ts";
import { contains, operands } from "../../language/expression.ts";
import { suggestion } from "../../base/nearest.ts";
import { checkRate, requireCell, rewrite } from "./rewrite.ts";

/**
 * Zeroes elements of these matrices, drawn once per update for all rows and steps; states are unchanged. Default: all
 * matrices that are applied to a state. Throws for an unknown matrix, if there is no such matrix, and unless 0 ≤ rate < 1.
 */
export function weightDrop(cell: Cell, rate = 0.5, matrices: readonly string[] = []): Cell {
  requireCell("weight-drop", cell);
  checkRate("weight-drop", rate);
  const known = cell.parameters.filter((p) => p.kind === "matrix").map((p) => p.name);
  const missing = matrices.find((name) => !known.includes(name));
  if (missing !== undefined) {
    throw new Error(
      `weight-drop: ${cell.name} has no matrix '${missing}'${suggestion(missing, known)}; its matrices are ${known.join(", ")}`,
    );
  }
  const chosen = new Set(matrices.length > 0 ? matrices : recurrentMatrices(cell));
  if (chosen.size === 0) {
    throw new Error(
      `weight-drop: ${cell.name} applies no matrix to a state; name matrices, as in 'weight-drop:W=0.5'`,
    );
  }
  const parameters = cell.parameters.map((p) =>
    p.kind === "matrix" && chosen.has(p.name) ? { ...p, drop: rate } : p,
  );
  const label = `weight-drop:${matrices.length > 0 ? matrices.map((m) => `${m}=${rate}`).join(",") : rate}`;
  return rewrite(cell, label, { parameters });
}

/** The matrices that are applied to a state, or to an elementwise expression of one. */
function recurrentMatrices(cell: Cell): string[] {
  const carried = new Set(cell.states.map((s) => s.name));
  const reads = (e: Expression): boolean =>
    (e.kind === "name" && !e.now && carried.has(e.name)) || (e.kind !== "product" && operands(e).some(reads));
  const matrices = new Set<string>();
  const visit = (e: Expression): void => {
    if (e.kind === "product" && contains(e.vector, reads)) matrices.add(e.matrix);
    operands(e).forEach(visit);
  };
  for (const { name, next, expression } of cell.equations) {
    visit(expression);
    if (!next && reads(expression)) carried.add(name);
  }
  return [...matrices];
}
