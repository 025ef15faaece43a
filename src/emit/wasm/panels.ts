// The panels of a packed right side: how N columns are cut into them, and a walk along those of one call.
import type { Code } from "./assembler.ts";
import { isLastPart, partOf } from "./call.ts";
import { repeatLocal } from "./loops.ts";
import type { Micro } from "./micro.ts";

/** N columns as panels: whole ones of the tile's width, then single vectors, the last of which may be partial. */
export interface Panels {
  readonly wide: number;
  readonly single: number;
  /** Columns in the last, partial vector; 0 if there is none. */
  readonly partial: 0 | 1 | 2 | 3;
}

export function panelsOf(n: number, vectors: number): Panels {
  const wide = Math.floor(n / (4 * vectors));
  const rest = n - wide * 4 * vectors;
  return { wide, single: Math.floor(rest / 4), partial: (rest % 4) as 0 | 1 | 2 | 3 };
}

/** A packed right side: N columns in panels of up to `vectors` vectors, `depth` terms deep. */
export interface PackedSide {
  readonly n: number;
  readonly depth: number;
  /** Address. */
  readonly packed: number;
  readonly vectors: number;
}

/** The position of a walk along panels: locals, and the shape of the `count` panels there. */
export interface PanelVisit {
  /** Local: address of the panel. */
  readonly panel: number;
  /** Local: bytes from the result's first column to the panel's. */
  readonly column: number;
  readonly vectors: number;
  readonly lastLanes: Micro["lastLanes"];
  readonly count: number;
}

export interface PanelWalk {
  /** Whole panels visited at a time; default 1. */
  readonly group?: number;
  /** Whether the panels are divided among the parts of a call, else each walks along all of them; default true. */
  readonly divided?: boolean;
}

/** Visits this call's panels. The panels narrower than a tile belong to the last part. */
export function forPanels(
  code: Code,
  side: PackedSide,
  visit: (at: PanelVisit) => void,
  { group = 1, divided = true }: PanelWalk = {},
): void {
  const { n, depth, packed, vectors } = side;
  const { wide, single, partial } = panelsOf(n, vectors);
  const [panel, column, left] = code.locals("i32", 3);
  /** Takes the number of vectors before the panel from the stack. */
  const start = (): void => {
    code.tee(column).i32(16).op("i32.mul");
    code.i32(depth).op("i32.mul").i32(packed).op("i32.add").set(panel);
    code.get(column).i32(16).op("i32.mul").set(column);
  };
  const repeat = (shape: Pick<PanelVisit, "vectors" | "lastLanes" | "count">): void =>
    repeatLocal(code, left, () => {
      visit({ panel, column, ...shape });
      code.advance(panel, 16 * shape.vectors * shape.count * depth);
      code.advance(column, 16 * shape.vectors * shape.count);
    });
  if (wide > 0) {
    const total = code.local("i32");
    if (divided) {
      const { from, to } = partOf(code, wide);
      code.get(to).get(from).op("i32.sub").set(total);
      code.get(from).i32(vectors).op("i32.mul");
    } else {
      code.i32(wide).set(total).i32(0);
    }
    start();
    if (group > 1) {
      code.get(total).i32(group).op("i32.div_u").set(left);
      repeat({ vectors, lastLanes: 4, count: group });
      code.get(total).i32(group).op("i32.rem_u").set(left);
    } else {
      code.get(total).set(left);
    }
    repeat({ vectors, lastLanes: 4, count: 1 });
  }
  if (single + partial === 0) return;
  const narrow = (): void => {
    code.i32(wide * vectors);
    start();
    if (single > 0) {
      code.i32(single).set(left);
      repeat({ vectors: 1, lastLanes: 4, count: 1 });
    }
    if (partial !== 0) visit({ panel, column, vectors: 1, lastLanes: partial, count: 1 });
  };
  if (!divided) return narrow();
  isLastPart(code);
  code.if(narrow);
}
