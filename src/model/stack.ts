// Recurrent layers on top of each other, in one direction or both, with dropout, residual or highway connections
// between them. Joins layers by name; knows no task.
import { dropout } from "../cells/parts.ts";
import { highway } from "../cells/transforms/highway.ts";
import { residual } from "../cells/transforms/residual.ts";
import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";
import { lower, type Sizes } from "../graph/lower.ts";
import { partsOf, type Connection, type NetworkLayer } from "../plan/network.ts";

export interface StackSettings {
  /** The cell of every recurrent layer, or of each in turn. */
  readonly cell: Cell | readonly Cell[];
  /** Hidden width of each recurrent layer and direction, H. */
  readonly size: number;
  /** Recurrent layers. Default 1, or as many as there are cells. */
  readonly layers?: number;
  /** Rate of dropout after each recurrent layer, at every step; not inside the recurrence. Default 0. */
  readonly dropout?: number;
  /** Sizes of further widths that the cells' equations name, such as `{ P: 64 }`. */
  readonly sizes?: Sizes;
  /** What goes around each layer but the first. */
  readonly connections?: "residual" | "highway";
  /** Each layer in both directions, and how the two are put together. */
  readonly bidirectional?: Merge;
}

/** Side by side, or element by element. */
export type Merge = "concatenate" | "sum" | "average";

export interface Stack {
  /** `layer1`, `layer1-reverse` and `layer1-merged` (if any), `dropout1` (if any), `layer2` … */
  readonly layers: readonly NetworkLayer[];
  /** What the last of them hands on. */
  readonly output: Connection;
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

/** Layers on what `source`, so wide, hands on. Throws at settings out of range, naming them. */
export function stack(source: Connection, width: number, settings: StackSettings): Stack {
  const { size, dropout: rate = 0, sizes, bidirectional, connections } = settings;
  const isList = (cell: StackSettings["cell"]): cell is readonly Cell[] => Array.isArray(cell);
  const cells = isList(settings.cell) ? settings.cell : undefined;
  const count = settings.layers ?? cells?.length ?? 1;
  if (cells && cells.length !== count) {
    throw new Error(`there are ${cells.length} cells for ${count} layers; give one, or one for each layer`);
  }
  const drop = dropout(rate);
  const layers: NetworkLayer[] = [];
  let [input, wide] = [source, width];
  const append = (name: string, cell: Cell, inputs: NetworkLayer["inputs"], own: Sizes): number => {
    layers.push({ name, cell, sizes: own, inputs });
    return lower(cell, own).output.width;
  };
  for (let number = 1; number <= count; number++) {
    const plain = cells?.[number - 1] ?? (settings.cell as Cell);
    const cell = number === 1 || connections === undefined ? plain : around[connections](plain);
    const name = `layer${number}`;
    const own = { ...sizes, I: wide, H: size };
    wide = append(name, cell, { x: input }, own);
    if (bidirectional === undefined) input = name;
    else {
      const reverse = `${name}-reverse`;
      layers.push({ ...(layers.at(-1) as NetworkLayer), name: reverse, direction: "reverse" });
      if (bidirectional === "concatenate") [input, wide] = [[name, reverse], 2 * wide];
      else {
        const merged = { I: wide, H: wide };
        append(`${name}-merged`, merging[bidirectional], { x: name, z: reverse }, merged);
        input = `${name}-merged`;
      }
    }
    if (rate === 0) continue;
    append(`dropout${number}`, drop, { x: input }, { I: wide, H: wide });
    input = `dropout${number}`;
  }
  return { layers, output: partsOf(input).length === 1 ? input : [...partsOf(input)], width: wide };
}

const around = { residual, highway } as const;
