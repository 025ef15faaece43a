// Matrix products with packed right sides. The right side is packed in panels of a few columns, K deep; a
// register tile of the left side's rows times one panel, or times several panels where there are too few rows to
// fill the registers, is the inner loop, which is not unrolled: V8 before version 12 hoists and spills the loads of
// an unrolled one. Terms are added in the order of k whatever the tile.
import type { Code, Module } from "./assembler.ts";
import { emitAddress, emitShare, isLastPart, kernelParameters, type RunGlobals } from "./call.ts";
import { createMath } from "./math.ts";
import type { Place, Tile } from "./layout.ts";

/** A microkernel's shape: everything is fixed but the addresses and the depth. */
export interface Micro {
  readonly rows: number;
  /** Vectors of four columns of a panel; the last may hold fewer than four that count. */
  readonly vectors: number;
  readonly lastLanes: 1 | 2 | 3 | 4;
  /** Panels side by side, and the bytes from one to the next. */
  readonly panels?: { readonly count: number; readonly stride: number };
  /** Bytes between rows, and between terms, of the left side. */
  readonly leftRow: number;
  readonly leftTerm: number;
  /** Bytes between rows of the result. */
  readonly resultRow: number;
  readonly accumulate: boolean;
}

export interface MicroLibrary {
  /** The function (left, panel, result, depth) of that shape. */
  get(shape: Micro): number;
}

export function microLibrary(module: Module, relaxed: boolean): MicroLibrary {
  const known = new Map<string, number>();
  return {
    get(shape) {
      const key = JSON.stringify(shape);
      const found = known.get(key);
      if (found !== undefined) return found;
      const index = module.func(4, undefined, (code) => emitMicro(code, shape, relaxed));
      known.set(key, index);
      return index;
    },
  };
}

function emitMicro(code: Code, shape: Micro, relaxed: boolean): void {
  const [left, panel, result, depth] = [0, 1, 2, 3];
  const { rows, vectors } = shape;
  const { count: panels, stride } = shape.panels ?? { count: 1, stride: 0 };
  const across = vectors * panels;
  const sums = Array.from({ length: rows }, () => Array.from({ length: across }, () => code.local("v128")));
  const math = createMath(code, relaxed);
  const each = (visit: (sum: number, row: number, v: number) => void): void =>
    sums.forEach((own, row) => own.forEach((sum, v) => visit(sum, row, v)));
  const loadTerm = (row: number, into: number): void =>
    void code
      .get(left)
      .access("v128.load32_splat", row * shape.leftRow)
      .set(into);
  const loadRight = (v: number, into: number): void =>
    void code
      .get(panel)
      .access("v128.load", Math.floor(v / vectors) * stride + 16 * (v % vectors))
      .set(into);
  const add = (sum: number, term: number, right: number): void => {
    code.get(term).get(right).get(sum);
    math.madd();
    code.set(sum);
  };
  if (shape.accumulate) {
    each((sum, row, v) =>
      code
        .get(result)
        .access("v128.load", row * shape.resultRow + 16 * v)
        .set(sum),
    );
  }
  // What there is less of stays in registers, the other side is loaded where it is used.
  const [terms, rights] = rows < across ? [rows, 1] : [1, across];
  const term = Array.from({ length: terms }, () => code.local("v128"));
  const right = Array.from({ length: rights }, () => code.local("v128"));
  code.loop(() => {
    if (rows < across) {
      term.forEach((t, row) => loadTerm(row, t));
      for (let v = 0; v < across; v++) {
        loadRight(v, right[0] as number);
        sums.forEach((own, row) => add(own[v] as number, term[row] as number, right[0] as number));
      }
    } else {
      right.forEach((r, v) => loadRight(v, r));
      sums.forEach((own, row) => {
        loadTerm(row, term[0] as number);
        own.forEach((sum, v) => add(sum, term[0] as number, right[v] as number));
      });
    }
    code.advance(left, shape.leftTerm);
    code.advance(panel, 16 * vectors);
    code.get(depth).i32(1).op("i32.sub").tee(depth).branchIf(0);
  });
  each((sum, row, v) => {
    const offset = row * shape.resultRow + 16 * v;
    if (v < across - 1 || shape.lastLanes === 4) code.get(result).get(sum).access("v128.store", offset);
    else storeLanes(sum, offset);
  });
  function storeLanes(sum: number, offset: number): void {
    for (let l = 0; l < shape.lastLanes; l++)
      code
        .get(result)
        .get(sum)
        .storeLane(l, offset + 4 * l);
  }
}

/** The panels of N columns: whole ones of the tile's width, then single vectors, the last maybe partial. */
export interface Panels {
  readonly wide: number;
  readonly single: number;
  /** Columns that count in the last, partial vector; 0 if there is none. */
  readonly partial: 0 | 1 | 2 | 3;
}

export function panelsOf(n: number, vectors: number): Panels {
  const wide = Math.floor(n / (4 * vectors));
  const rest = n - wide * 4 * vectors;
  return { wide, single: Math.floor(rest / 4), partial: (rest % 4) as 0 | 1 | 2 | 3 };
}

/** Rows of the left side that pass by all panels before the next ones, so that they stay in the first cache. */
const rowBlock = 64;
/**
 * Registers that a microkernel may want: its sums, a term of each row and a vector of each column, since engines
 * load all of them before they add. One more is the engine's own.
 */
const registers = 14;
/** Panels that fit beside each other for so few rows. */
function panelsFor(rows: number, vectors: number): number {
  return Math.floor((registers - rows) / (vectors * (rows + 1)));
}

export interface MatmulShape {
  readonly from: Place;
  readonly into: Place;
  readonly n: number;
  readonly k: number;
  /** Address of the packed right side. */
  readonly packed: number;
}

export function emitMatmul(
  code: Code,
  shape: MatmulShape,
  micros: MicroLibrary,
  tile: Tile,
  globals: RunGlobals,
): void {
  const { from, into, n, k, packed } = shape;
  const local = (): number => code.local("i32");
  const [left, result, remaining, block] = [local(), local(), local(), local()];
  emitAddress(code, from, globals);
  code.set(left);
  emitAddress(code, into, globals);
  code.set(result).get(kernelParameters.count).set(remaining);
  const side = { n, packed, depth: k };
  const strides = { leftRow: from.stride, leftTerm: 4, resultRow: into.stride, accumulate: false };
  const panelBytes = 16 * tile.vectors * k;

  code.block(() => {
    for (let rows = 1; rows < tile.rows; rows++) {
      const group = panelsFor(rows, tile.vectors);
      if (group < 2) break;
      code.get(remaining).i32(rows).op("i32.eq");
      code.if(() => {
        forPanels(
          code,
          side,
          tile.vectors,
          ({ panel, column, vectors, lastLanes, count }) => {
            const panels = { count, stride: panelBytes };
            const micro = micros.get({ rows, vectors, lastLanes, ...(count > 1 && { panels }), ...strides });
            code.get(left).get(panel).get(result).get(column).op("i32.add").i32(k).call(micro);
          },
          group,
        );
        code.branch(1);
      });
    }
    code.get(remaining).op("i32.eqz").branchIf(0);
    code.loop(() => {
      // The last block may be half as long again, rather than leave one of a few rows.
      code.i32(rowBlock).get(remaining).get(remaining);
      code
        .i32(rowBlock + rowBlock / 2)
        .op("i32.gt_s")
        .op("select")
        .set(block);
      emitBlock();
      code.get(left).get(block).i32(from.stride).op("i32.mul").op("i32.add").set(left);
      code.get(result).get(block).i32(into.stride).op("i32.mul").op("i32.add").set(result);
      code.get(remaining).get(block).op("i32.sub").tee(remaining).i32(0).op("i32.gt_s").branchIf(0);
    });
  });

  /** A block of rows times all panels, in tiles as even as can be: none of a row or two if there are more. */
  function emitBlock(): void {
    const [tiles, low, extra, l, r, height, times] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    code
      .get(block)
      .i32(tile.rows - 1)
      .op("i32.add")
      .i32(tile.rows)
      .op("i32.div_u")
      .set(tiles);
    code.get(block).get(tiles).op("i32.div_u").set(low);
    code.get(block).get(low).get(tiles).op("i32.mul").op("i32.sub").set(extra);
    forPanels(code, side, tile.vectors, ({ panel, column, vectors, lastLanes }) => {
      code.get(left).set(l).get(result).get(column).op("i32.add").set(r);
      // First the tiles that are one row higher, then the others.
      code.get(low).i32(1).op("i32.add").set(height).get(extra).set(times);
      code.loop(() => {
        for (let rows = tile.rows; rows > 0; rows--) {
          const micro = micros.get({ rows, vectors, lastLanes, ...strides });
          code.get(height).i32(rows).op("i32.eq");
          code.if(() => {
            repeatLocal(code, times, () => {
              code.get(l).get(panel).get(r).i32(k).call(micro);
              code.advance(l, rows * from.stride).advance(r, rows * into.stride);
            });
          });
        }
        code.get(tiles).get(extra).op("i32.sub").set(times);
        code.get(height).get(low).op("i32.ne");
        code.get(low).set(height);
        code.branchIf(0);
      });
    });
  }
}

/** `count` in a local; the body runs that often, with nothing but side effects. */
export function repeatLocal(code: Code, count: number, body: () => void): void {
  code.block(() => {
    code.get(count).op("i32.eqz").branchIf(0);
    code.loop(() => {
      body();
      code.get(count).i32(1).op("i32.sub").tee(count).branchIf(0);
    });
  });
}

/** A packed right side: N columns in panels `depth` terms deep. */
export interface PackedSide {
  readonly n: number;
  readonly depth: number;
  readonly packed: number;
}

/** Locals with the panel's address and its column's offset in bytes, and the shape of `count` panels in a row. */
export interface PanelVisit {
  readonly panel: number;
  readonly column: number;
  readonly vectors: number;
  readonly lastLanes: Micro["lastLanes"];
  readonly count: number;
}

/** Visits this call's part of the panels of N columns, whole ones in groups of up to `group`. */
export function forPanels(
  code: Code,
  { n, depth, packed }: PackedSide,
  vectors: number,
  visit: (at: PanelVisit) => void,
  group = 1,
  divided = true,
): void {
  const { wide, single, partial } = panelsOf(n, vectors);
  const [panel, column, left] = [code.local("i32"), code.local("i32"), code.local("i32")];
  const startAt = (address: () => void): void => {
    // From the number of vectors before it: panels and columns alike.
    address();
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
    const { part, parts } = kernelParameters;
    const total = code.local("i32");
    if (divided) {
      const { from, to } = emitShare(
        code,
        () => void code.i32(wide),
        () => void code.get(part),
        () => void code.get(parts),
      );
      code.get(to).get(from).op("i32.sub").set(total);
      startAt(() => void code.get(from).i32(vectors).op("i32.mul"));
    } else {
      code.i32(wide).set(total);
      startAt(() => void code.i32(0));
    }
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
  const rest = (): void => {
    startAt(() => void code.i32(wide * vectors));
    if (single > 0) {
      code.i32(single).set(left);
      repeat({ vectors: 1, lastLanes: 4, count: 1 });
    }
    if (partial !== 0) visit({ panel, column, vectors: 1, lastLanes: partial, count: 1 });
  };
  if (!divided) return rest();
  isLastPart(code);
  code.if(rest);
}

/** `count` rows in tiles: whole ones in a loop, what is left in one smaller tile. */
export function tileRows(
  code: Code,
  tile: number,
  count: number,
  call: (rows: number) => void,
  advance: (rows: number) => void,
): void {
  code.block(() => {
    code.get(count).i32(tile).op("i32.lt_s").branchIf(0);
    code.loop(() => {
      call(tile);
      advance(tile);
      code.get(count).i32(tile).op("i32.sub").tee(count).i32(tile).op("i32.ge_s").branchIf(0);
    });
  });
  for (let rows = tile - 1; rows > 0; rows--) {
    code
      .get(count)
      .i32(rows)
      .op("i32.eq")
      .if(() => call(rows));
  }
}
