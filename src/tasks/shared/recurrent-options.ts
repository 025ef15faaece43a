// The options that the recurrent part of every task's network has.
import type { OptionRules } from "../../base/options.ts";
import type { Sizes } from "../../graph/lower.ts";
import type { Cell } from "../../language/cell.ts";

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
