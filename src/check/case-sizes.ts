// Sizes to try a cell with: near wanted ones, and as its clauses allow. Knows widths and no values.
import type { Cell, Width } from "../language/cell.ts";
import type { Sizes } from "../graph/lower.ts";

/** Wanted widths; a cell's clauses may ask for larger ones. `other` is for every symbol but H and I. */
export interface WantedSizes {
  readonly H: number;
  readonly I: number;
  readonly other: number;
}

/** Sizes near the wanted ones that the cell's `requires` and `blocks` clauses allow. */
export function sizesFor(cell: Cell, wanted: WantedSizes): Sizes {
  const matrices = cell.parameters.filter((p) => p.kind === "matrix");
  const named = [...cell.inputs, ...cell.states, ...cell.locals];
  const parameterWidths = cell.parameters.flatMap((p) =>
    p.kind === "matrix" ? [p.rows, p.columns] : [p.width],
  );
  const widths: Width[] = ["H", ...named.map((n) => n.width), ...parameterWidths];
  const classes: Set<Width>[] = [...new Set(widths)].map((w) => new Set([w]));
  for (const [a, b] of cell.requires) {
    const [joined, other] = [a, b].map((w) => classes.findIndex((c) => c.has(w))) as [number, number];
    if (joined === other || joined < 0 || other < 0) {
      classes[Math.max(joined, other)]?.add(a).add(b);
      continue;
    }
    for (const w of classes[other] as Set<Width>) classes[joined]?.add(w);
    classes.splice(other, 1);
  }
  const sizes: Record<string, number> = {};
  for (const members of classes) {
    const number = [...members].find((w) => typeof w === "number");
    const near = members.has("H") ? wanted.H : members.has("I") ? wanted.I : wanted.other;
    const blocks = matrices.filter((m) => members.has(m.rows) || members.has(m.columns)).map((m) => m.blocks);
    const size =
      typeof number === "number" ? number : multipleOf(blocks.reduce(leastCommonMultiple, 1), near);
    for (const member of members) if (typeof member === "string") sizes[member] = size;
  }
  return sizes;
}

/** The multiple at or above a number; an odd one where that is possible. */
function multipleOf(unit: number, near: number): number {
  const count = Math.ceil(near / unit);
  return unit * (unit > 1 && count % 2 === 0 && near % 2 === 1 ? count + 1 : count);
}

function leastCommonMultiple(a: number, b: number): number {
  let common = a;
  while (common % b !== 0) common += a;
  return common;
}
