// Zoneout: units randomly keep their previous value. Krueger et al. 2016, arXiv:1606.01305v4.
import type { Cell, Equation } from "../../language/cell.ts";
import {
  call,
  checkRate,
  checkState,
  freshName,
  local,
  mapExpression,
  mask,
  read,
  requireCell,
  rewrite,
} from "./rewrite.ts";

/** The probability, by state, that an element keeps its value; drawn at every step. */
export type ZoneoutRates = Readonly<Record<string, number>>;

/** The rates of the paper's character models: 0.5 for the cell and 0.05 for the output, if there are states of these names. */
const customary: ZoneoutRates = { c: 0.5, h: 0.05 };

/**
 * Zones out the states that have a rate. `reads` says what later equations of the step read of such a state: its `new`
 * value, as in the paper (h is computed from the cell before zoneout), or the `zoned` one. In evaluation the state is its
 * mean, `rate ⊙ c + (1 - rate) ⊙ new`. Throws for an unknown state, if there is no state to zone out, and unless
 * 0 ≤ rate < 1.
 */
export function zoneout(cell: Cell, rates?: ZoneoutRates, reads: "new" | "zoned" = "new"): Cell {
  requireCell("zoneout", cell);
  const isState = (name: string): boolean => cell.states.some((s) => s.name === name);
  const chosen = rates ?? Object.fromEntries(Object.entries(customary).filter(([name]) => isState(name)));
  const entries = Object.entries(chosen);
  if (entries.length === 0) {
    const states = cell.states.map((s) => s.name);
    const remedy = states.length === 0 ? "it has no state" : `set rates for some of ${states.join(", ")}`;
    throw new Error(`zoneout: ${cell.name} has neither a state c nor h; ${remedy}`);
  }
  for (const [name, rate] of entries) {
    checkState(cell, "zoneout", name);
    checkRate("zoneout", rate);
  }
  const fresh = new Map(entries.map(([name]) => [name, freshName(cell, `${name}_new`)]));
  const equations = cell.equations.flatMap((equation): Equation[] => {
    const expression =
      reads === "zoned"
        ? equation.expression
        : mapExpression(equation.expression, (e) => {
            const name = e.kind === "name" && e.now ? fresh.get(e.name) : undefined;
            return name === undefined ? e : read(name);
          });
    const unzoned = equation.next ? fresh.get(equation.name) : undefined;
    if (unzoned === undefined) return [{ ...equation, expression }];
    const change = call("sub", read(unzoned), read(equation.name));
    const rate = chosen[equation.name] as number;
    const zoned = call("add", read(equation.name), call("mul", mask(rate, "step"), change));
    return [local(unzoned, expression, equation.comment), { ...equation, expression: zoned, comment: "" }];
  });
  const locals = [...fresh].map(([state, name]) => ({
    name,
    width: cell.states.find((s) => s.name === state)?.width ?? "H",
  }));
  const label = `zoneout:${entries.map(([name, rate]) => `${name}=${rate}`).join(",")}`;
  return rewrite(cell, label, { equations, locals: [...cell.locals, ...locals] });
}
