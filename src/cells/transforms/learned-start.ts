// States that start with what training finds, instead of with a number.
import type { Cell } from "../../language/cell.ts";
import { checkState, freshName, read, rewritten, vector } from "./rewrite.ts";

/** Touches the given states, or all of them: each starts with a vector of its own, which starts as zero. */
export function learnedStart(cell: Cell, states: readonly string[] = []): Cell {
  for (const name of states) checkState(cell, "learned-start", name);
  const isTouched = (name: string): boolean => states.length === 0 || states.includes(name);
  if (cell.states.length === 0) throw new Error(`learned-start: ${cell.name} has no state that could start`);
  const names = new Map(
    cell.states.filter((s) => isTouched(s.name)).map((s) => [s.name, freshName(cell, `${s.name}0`)]),
  );
  const started = cell.states.map((state) => {
    const name = names.get(state.name);
    return name === undefined ? state : { ...state, start: read(name) };
  });
  const parameters = cell.states.flatMap(({ name, width }) => {
    const made = names.get(name);
    return made === undefined ? [] : [vector(made, 0, width)];
  });
  const label = states.length === 0 ? "learned-start" : `learned-start:${states.join(",")}`;
  return rewritten(cell, label, { states: started, parameters: [...cell.parameters, ...parameters] });
}
