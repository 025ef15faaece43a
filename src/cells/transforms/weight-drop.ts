// DropConnect on the matrices of the recurrence. Merity, Keskar, Socher 2017, arXiv:1708.02182v1 (AWD-LSTM).
import type { Cell } from "../../ir/cell.ts";
import { matricesOnStates } from "../../ir/initial.ts";
import { suggestion } from "../../ir/nearest.ts";
import { checkRate, rewritten } from "./rewrite.ts";

/**
 * Leaves out elements of the given matrices (all that are applied to a state, if none are given), drawn once for each
 * update and the same for every row and step. Touches no state.
 */
export function weightDrop(cell: Cell, rate = 0.5, matrices: readonly string[] = []): Cell {
  checkRate("weight-drop", rate);
  const known = cell.parameters.filter((p) => p.kind === "matrix").map((p) => p.name);
  const missing = matrices.find((name) => !known.includes(name));
  if (missing !== undefined) {
    throw new Error(
      `weight-drop: ${cell.name} has no matrix '${missing}'${suggestion(missing, known)}; its matrices are ${known.join(", ")}`,
    );
  }
  const chosen = new Set(matrices.length > 0 ? matrices : matricesOnStates(cell));
  if (chosen.size === 0) {
    throw new Error(
      `weight-drop: ${cell.name} applies no matrix to a state; name matrices, as in 'weight-drop:W=0.5'`,
    );
  }
  const parameters = cell.parameters.map((p) =>
    p.kind === "matrix" && chosen.has(p.name) ? { ...p, drop: rate } : p,
  );
  const label = `weight-drop:${matrices.length > 0 ? matrices.map((m) => `${m}=${rate}`).join(",") : rate}`;
  return rewritten(cell, label, { parameters });
}
