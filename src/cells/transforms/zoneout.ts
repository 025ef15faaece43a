// Zoneout: units that keep their value of the step before, at random. Krueger et al. 2016, arXiv:1606.01305v4.
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
  rewritten,
} from "./rewrite.ts";

/** By state: the probability that an element keeps its value, drawn at every step. */
export type ZoneoutRates = Readonly<Record<string, number>>;

/** The rates of the paper's character models: 0.5 of the cell, 0.05 of the output, where there are states so named. */
const customary: ZoneoutRates = { c: 0.5, h: 0.05 };

/**
 * Touches the states that have a rate, and no other. `sees` says what the equations after a zoned state read: its
 * `new` value, as in the paper (h is made of the cell before any of it is kept), or the `zoned` one. In evaluation an
 * element is its mean: `rate ⊙ c + (1 - rate) ⊙ new`.
 */
export function zoneout(cell: Cell, rates?: ZoneoutRates, sees: "new" | "zoned" = "new"): Cell {
  const isState = (name: string): boolean => cell.states.some((s) => s.name === name);
  const given = rates ?? Object.fromEntries(Object.entries(customary).filter(([name]) => isState(name)));
  const entries = Object.entries(given);
  if (entries.length === 0) {
    const states = cell.states.map((s) => s.name);
    const remedy =
      states.length === 0 ? "it has no state to zone" : `give rates for some of ${states.join(", ")}`;
    throw new Error(`zoneout: ${cell.name} has neither a state c nor h; ${remedy}`);
  }
  for (const [name, rate] of entries) {
    checkState(cell, "zoneout", name);
    checkRate("zoneout", rate);
  }
  const fresh = new Map(entries.map(([name]) => [name, freshName(cell, `${name}_new`)]));
  const equations = cell.equations.flatMap((equation): Equation[] => {
    const expression =
      sees === "zoned"
        ? equation.expression
        : mapExpression(equation.expression, (e) => {
            const name = e.kind === "name" && e.now ? fresh.get(e.name) : undefined;
            return name === undefined ? e : read(name);
          });
    const made = equation.next ? fresh.get(equation.name) : undefined;
    if (made === undefined) return [{ ...equation, expression }];
    const change = call("sub", read(made), read(equation.name));
    const rate = given[equation.name] as number;
    const kept = call("add", read(equation.name), call("mul", mask(rate, "step"), change));
    return [local(made, expression, equation.comment), { ...equation, expression: kept, comment: "" }];
  });
  const made = [...fresh].map(([state, name]) => ({
    name,
    width: cell.states.find((s) => s.name === state)?.width ?? "H",
  }));
  const label = `zoneout:${entries.map(([name, rate]) => `${name}=${rate}`).join(",")}`;
  return rewritten(cell, label, { equations, locals: [...cell.locals, ...made] });
}
