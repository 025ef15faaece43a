// Stacks of recurrent layers, in one direction or both, with dropout after each and residual or highway connections
// between them.
import { checkOptions, checkWhole, type OptionRules } from "../base/options.ts";
import { cellOf } from "../cells/cell-of.ts";
import { dropout } from "../cells/parts.ts";
import { highway } from "../cells/transforms/highway.ts";
import { residual } from "../cells/transforms/residual.ts";
import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";
import { lower, type Sizes } from "../graph/lower.ts";
import { partsOf, type Connection, type NetworkLayer } from "../plan/network.ts";

/** Settings of `stack`. */
export interface StackSettings {
  /** The cell of every recurrent layer, or a list with one for each: names, equations or cells. */
  readonly cell: string | Cell | readonly (string | Cell)[];
  /** Hidden width of each recurrent layer and direction, H. */
  readonly size: number;
  /** Recurrent layers, the depth of the stack. Default: the number of cells in the list, or 1. */
  readonly layers?: number;
  /** Dropout rate after each recurrent layer, at every step; not inside the recurrence. Default 0. */
  readonly dropout?: number;
  /** Sizes of further widths that the cells' equations name, such as `{ P: 64 }`. */
  readonly sizes?: Sizes;
  /** The connection around each recurrent layer but the first. Default: none. */
  readonly connections?: "residual" | "highway";
  /** Runs each layer in both directions and merges their outputs. Default: forward only. */
  readonly bidirectional?: Merge;
  /**
   * What the cells' inputs besides `x` are connected to, for the recurrent layer (and its reverse) at each depth, counted
   * from 1. Default: nothing.
   */
  readonly inputs?: (depth: number) => Readonly<Record<string, Connection>>;
}

/** The output of two directions: side by side, or combined element by element. */
export type Merge = "concatenate" | "sum" | "average";

/** The names of the recurrent layers at one depth of a stack. */
export interface RecurrentLayer {
  readonly forward: string;
  /** The layer in the opposite direction, if the stack is bidirectional. */
  readonly reverse?: string;
}

/** Layers that are ready to be part of a network. */
export interface Stack {
  /** In order: `layer1`, `layer1-reverse` and `layer1-merged` (if any), `dropout1` (if any), `layer2` … */
  readonly layers: readonly NetworkLayer[];
  /** The recurrent layers among them, by depth. */
  readonly recurrent: readonly RecurrentLayer[];
  /** The output of the last layer. */
  readonly output: Connection;
  /** The width of that output. */
  readonly width: number;
}

const merging: Readonly<Record<Exclude<Merge, "concatenate">, Cell>> = {
  sum: equations("sum")`
    y = x + z
    output y
    input z per step
    width z = I
  `,
  average: equations("average")`
    y = 0.5 ⊙ (x + z)
    output y
    input z per step
    width z = I
  `,
};

const around = { residual, highway } as const;

const rules: OptionRules<StackSettings> = {
  cell: "any",
  size: "number",
  layers: "number",
  dropout: "number",
  sizes: "any",
  connections: ["residual", "highway"],
  bidirectional: ["concatenate", "sum", "average"],
  inputs: "any",
};

/** Stacks layers on an input of this width. Throws for settings out of range, naming them. */
export function stack(input: Connection, width: number, settings: StackSettings): Stack {
  checkOptions("stack", settings, rules);
  checkWhole("stack", { width, size: settings.size });
  const { size, dropout: rate = 0, sizes, bidirectional } = settings;
  const drop = dropout(rate);
  const layers: NetworkLayer[] = [];
  const recurrent: RecurrentLayer[] = [];
  let [top, topWidth] = [input, width];
  for (const [index, cell] of cellsOf(settings).entries()) {
    const depth = index + 1;
    const forward = `layer${depth}`;
    const layer: NetworkLayer = {
      name: forward,
      cell,
      sizes: { ...sizes, I: topWidth, H: size },
      inputs: { x: top, ...settings.inputs?.(depth) },
    };
    layers.push(layer);
    topWidth = lower(cell, layer.sizes).output.width;
    top = forward;
    if (bidirectional === undefined) recurrent.push({ forward });
    else {
      const reverse = `${forward}-reverse`;
      recurrent.push({ forward, reverse });
      layers.push({ ...layer, name: reverse, direction: "reverse" });
      if (bidirectional === "concatenate") [top, topWidth] = [[forward, reverse], 2 * topWidth];
      else {
        const widths = { I: topWidth, H: topWidth };
        top = `${forward}-merged`;
        layers.push({
          name: top,
          cell: merging[bidirectional],
          sizes: widths,
          inputs: { x: forward, z: reverse },
        });
      }
    }
    if (rate === 0) continue;
    const name = `dropout${depth}`;
    layers.push({ name, cell: drop, sizes: { I: topWidth, H: topWidth }, inputs: { x: top } });
    top = name;
  }
  return { layers, recurrent, output: partsOf(top).length === 1 ? top : [...partsOf(top)], width: topWidth };
}

/** The cell of each recurrent layer, with its connection around it. */
function cellsOf({ cell, layers, connections }: StackSettings): Cell[] {
  const list = Array.isArray(cell)
    ? (cell as readonly (string | Cell)[]).map(cellOf)
    : Array.from({ length: layers ?? 1 }, () => cellOf(cell as string | Cell));
  if (layers !== undefined && list.length !== layers) {
    throw new Error(`expected one cell, or ${layers} for ${layers} layers, got ${list.length}`);
  }
  return list.map((plain, index) =>
    index === 0 || connections === undefined ? plain : around[connections](plain),
  );
}
