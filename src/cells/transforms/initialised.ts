// Other initial values of parameters: a forget bias of any value, an identity, the two biases of chrono initialisation.
import type { Cell } from "../../language/cell.ts";
import { parseCell } from "../../language/equations.ts";
import { suggestion } from "../../base/nearest.ts";
import { printCell } from "../../language/print.ts";
import { requireCell } from "./rewrite.ts";

/**
 * The same equations with other `init` clauses, whose values are written as in the clause: `{ bf: 1 }`,
 * `{ U: "orthogonal(0.9)", bf: "chrono(784)", bi: "-bf" }`. Throws for an unknown parameter or an invalid value.
 */
export function initialised(cell: Cell, initials: Readonly<Record<string, number | string>>): Cell {
  requireCell("initialised", cell);
  const known = cell.parameters.map((p) => p.name);
  const names = Object.keys(initials);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new Error(
      `init: ${cell.name} has no parameter '${name}'${suggestion(name, known)}; its parameters are ${known.join(", ")}`,
    );
  }
  const others = printCell(cell)
    .split("\n")
    .filter((line) => !names.some((name) => line.startsWith(`init ${name} = `)));
  const added = names.map((name) => `init ${name} = ${initials[name]}`);
  const label = `init:${names.map((name) => `${name}=${initials[name]}`).join(",")}`;
  return parseCell(`${cell.name}+${label}`, [...others, ...added].join("\n"));
}
