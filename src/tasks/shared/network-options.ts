// The options that the recurrent part of every task's network has.
import type { OptionRules } from "../../base/options.ts";
import { cellOf } from "../../cells/cell-of.ts";
import type { Sizes } from "../../graph/lower.ts";
import type { Cell, Width } from "../../language/cell.ts";

/** Options of the recurrent layers, the same for every task; each task has defaults of its own. */
export interface RecurrentOptions {
  /** The cell of every recurrent layer: a name, with transforms if wanted (`"lstm+zoneout"`), equations, or a `Cell`. */
  readonly cell?: string | Cell;
  /** Hidden width of each layer and direction, H. */
  readonly size?: number;
  /** Recurrent layers. Default 1. */
  readonly layers?: number;
  /** Rate of dropout after each recurrent layer. Default 0. */
  readonly dropout?: number;
  /** Sizes of further widths that the cell's equations name, such as `{ P: 64 }`. */
  readonly sizes?: Sizes;
}

export const recurrentRules: OptionRules<RecurrentOptions> = {
  cell: "any",
  size: "number",
  layers: "number",
  dropout: "number",
  sizes: "any",
};

/**
 * Recurrent options with their defaults. Throws for numbers out of range, a width without a size, and a size without a
 * width.
 */
export function recurrentOptions(
  options: RecurrentOptions,
  defaults: { readonly cell: string; readonly size: number },
): Required<RecurrentOptions> & { readonly cell: Cell } {
  const cell = cellOf(options.cell ?? defaults.cell);
  const { size = defaults.size, layers = 1, dropout = 0, sizes = {} } = options;
  checkWhole("recurrent layers", { size, layers });
  checkSizes(cell, sizes);
  return { cell, size, layers, dropout, sizes };
}

/** Throws for an option that is not a whole number, 1 or more; absent ones are left out. `task` begins the error. */
export function checkWhole(task: string, options: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) continue;
    throw new Error(`${task}: ${name} must be a whole number, 1 or more, not ${value}`);
  }
}

/** The cell as a model's metadata keep it. */
export function cellRecord({ name, text }: Cell): { readonly name: string; readonly equations: string } {
  return { name, equations: text };
}

/** The widths that a cell's equations name besides H and I, in the order in which they come. */
export function furtherWidths({ inputs, states, locals, parameters }: Cell): string[] {
  const widths: Width[] = [
    ...[...inputs, ...states, ...locals].map((n) => n.width),
    ...parameters.flatMap((p) => (p.kind === "matrix" ? [p.rows, p.columns] : [p.width])),
  ];
  const named = widths.filter((w): w is string => typeof w === "string" && w !== "H" && w !== "I");
  return [...new Set(named)];
}

function checkSizes(cell: Cell, sizes: Sizes): void {
  const named = furtherWidths(cell);
  const unknown = Object.keys(sizes).find((name) => !named.includes(name));
  if (unknown !== undefined) {
    const known = ["H", "I", ...named].join(", ");
    throw new Error(`sizes: ${cell.name} has no width '${unknown}', only ${known}; leave it out`);
  }
  const missing = named.filter((name) => sizes[name] === undefined);
  if (missing.length === 0) return;
  const widths = `${missing.length === 1 ? "width" : "widths"} ${missing.join(", ")}`;
  throw new Error(`sizes: ${cell.name} needs a size for ${widths}; give one, such as ${missing[0]} = 64`);
}
