// Learned initial states.
import type { Cell } from "../../language/cell.ts";
import { checkState, freshName, read, requireCell, rewrite, vector } from "./rewrite.ts";

/**
 * The start value of each of these states (default: all) becomes a trained vector, which is initially zero. Throws for an
 * unknown state, and for a cell without states.
 */
export function learnedStart(cell: Cell, states: readonly string[] = []): Cell {
  requireCell("learned-start", cell);
  for (const name of states) checkState(cell, "learned-start", name);
  const isTouched = (name: string): boolean => states.length === 0 || states.includes(name);
  if (cell.states.length === 0) throw new Error(`learned-start: ${cell.name} has no state`);
  const names = new Map(
    cell.states.filter((s) => isTouched(s.name)).map((s) => [s.name, freshName(cell, `${s.name}0`)]),
  );
  const started = cell.states.map((state) => {
    const name = names.get(state.name);
    return name === undefined ? state : { ...state, start: read(name) };
  });
  const parameters = cell.states.flatMap(({ name, width }) => {
    const start = names.get(name);
    return start === undefined ? [] : [vector(start, 0, width)];
  });
  const label = states.length === 0 ? "learned-start" : `learned-start:${states.join(",")}`;
  return rewrite(cell, label, { states: started, parameters: [...cell.parameters, ...parameters] });
}
