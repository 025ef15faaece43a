// A network of a single cell, and sizes for it that its clauses allow, to explain, measure and check cells alone.
import type { Cell, Width } from "../language/cell.ts";
import { sizeOf, type Sizes } from "../graph/lower.ts";
import type { Network } from "../plan/network.ts";

/**
 * A network with one layer, named `layer` (default `cell`), whose inputs have the names of the cell's. The caller computes
 * the derivative by its output. With `index` the input `x` is a class. Throws where sizes are missing.
 */
export function cellNetwork(
  cell: Cell,
  sizes: Sizes,
  { index = false, layer = "cell" }: { readonly index?: boolean; readonly layer?: string } = {},
): Network {
  return {
    inputs: cell.inputs.map(({ name, per, width }) => ({
      name,
      width: sizeOf(width, sizes, cell.name),
      kind: index && name === "x" ? "index" : "dense",
      per,
    })),
    layers: [
      { name: layer, cell, sizes, inputs: Object.fromEntries(cell.inputs.map(({ name }) => [name, name])) },
    ],
    loss: { kind: "given", of: layer },
  };
}

/** Wanted sizes; `other` is for every symbol but H and I. */
export interface WantedSizes {
  /** Hidden width. */
  readonly H: number;
  /** Input width. */
  readonly I: number;
  /** Every other width that the equations name. */
  readonly other: number;
}

/** The sizes at or above the wanted ones that the cell's `requires` and `blocks` clauses allow. */
export function sizesFor(cell: Cell, wanted: WantedSizes): Sizes {
  const matrices = cell.parameters.filter((p) => p.kind === "matrix");
  const sizes: Record<string, number> = {};
  for (const members of equalWidths(cell)) {
    const number = [...members].find((w) => typeof w === "number");
    const near = members.has("H") ? wanted.H : members.has("I") ? wanted.I : wanted.other;
    const blocks = matrices.filter((m) => members.has(m.rows) || members.has(m.columns)).map((m) => m.blocks);
    const size =
      typeof number === "number" ? number : multipleFrom(blocks.reduce(leastCommonMultiple, 1), near);
    for (const member of members) if (typeof member === "string") sizes[member] = size;
  }
  return sizes;
}

/** The widths of a cell, grouped by the `requires` clauses. */
function equalWidths(cell: Cell): Set<Width>[] {
  const named = [...cell.inputs, ...cell.states, ...cell.locals];
  const parameterWidths = cell.parameters.flatMap((p) =>
    p.kind === "matrix" ? [p.rows, p.columns] : [p.width],
  );
  const widths: Width[] = ["H", ...named.map((n) => n.width), ...parameterWidths];
  const groups: Set<Width>[] = [...new Set(widths)].map((w) => new Set([w]));
  for (const [a, b] of cell.requires) {
    const [first, second] = [a, b].map((w) => groups.findIndex((g) => g.has(w))) as [number, number];
    if (first === second || first < 0 || second < 0) {
      groups[Math.max(first, second)]?.add(a).add(b);
      continue;
    }
    for (const w of groups[second] as Set<Width>) groups[first]?.add(w);
    groups.splice(second, 1);
  }
  return groups;
}

/** The first multiple of `unit` from `least` on; an odd one if `least` is odd and `unit` allows it. */
function multipleFrom(unit: number, least: number): number {
  const count = Math.ceil(least / unit);
  return unit * (unit > 1 && count % 2 === 0 && least % 2 === 1 ? count + 1 : count);
}

function leastCommonMultiple(a: number, b: number): number {
  let common = a;
  while (common % b !== 0) common += a;
  return common;
}
