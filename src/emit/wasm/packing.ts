// Packing: parameters copied into the order in which kernels read them, again whenever they have changed. Moves numbers
// and computes nothing; threads divide the columns of the packed matrices.
import { productSize } from "../matrices.ts";
import type { Code, Module } from "./assembler.ts";
import { columnShare, isLastPart, kernelParameterCount } from "./call.ts";
import { addressOf, type Bases, type Packing, type Tile } from "./layout.ts";
import { repeatLocal } from "./loops.ts";
import { forPanels, panelsOf } from "./panels.ts";

/** Functions that copy matrices, shared by all packings of a module. A step is one term of all packed columns. */
export interface PackFunctions {
  /** (source, bytes of a row, columns, target, bytes of a step): four rows become four lanes of each step. */
  readonly fourRows: number;
  /** (source, columns, target, bytes of a step): one row becomes one lane of each step. */
  readonly oneRow: number;
  /**
   * The function for `vectors` vectors per step: (source, bytes from one step to the next, target, steps) puts the
   * steps one after the other in the target.
   */
  copy(vectors: number): number;
}

export function packFunctions(module: Module): PackFunctions {
  const copies = new Map<number, number>();
  return {
    fourRows: module.func(5, undefined, emitFourRows),
    oneRow: module.func(4, undefined, (code) => {
      const [source, columns, target, step] = [0, 1, 2, 3];
      repeatLocal(code, columns, () => {
        code.get(target).get(source).access("f32.load").access("f32.store");
        code.advance(source, 4).get(target).get(step).op("i32.add").set(target);
      });
    }),
    copy(vectors) {
      const index = copies.get(vectors) ?? emitPanelCopy(module, vectors);
      copies.set(vectors, index);
      return index;
    },
  };
}

function emitPanelCopy(module: Module, vectors: number): number {
  return module.func(4, undefined, (code) => {
    const [source, stride, target, steps] = [0, 1, 2, 3];
    code.loop(() => {
      for (let v = 0; v < vectors; v++) {
        const offset = 16 * v;
        code.get(target).get(source).access("v128.load", offset).access("v128.store", offset);
      }
      code.get(source).get(stride).op("i32.add").set(source);
      code.advance(target, 16 * vectors);
      code.get(steps).i32(1).op("i32.sub").tee(steps).branchIf(0);
    });
  });
}

type Four = readonly [number, number, number, number];

function emitFourRows(code: Code): void {
  const [source, rowBytes, columns, target, step] = [0, 1, 2, 3, 4];
  const at = code.locals("i32", 4);
  const rows = code.locals("v128", 4);
  const pairs = code.locals("v128", 4);
  const left = code.local("i32");
  code.get(source).set(at[0]);
  for (const r of [1, 2, 3] as const) {
    code.get(at[r - 1] as number).get(rowBytes);
    code.op("i32.add").set(at[r]);
  }
  const nextStep = (): void => void code.get(target).get(step).op("i32.add").set(target);
  code.get(columns).i32(2).op("i32.shr_u").set(left);
  repeatLocal(code, left, () => {
    rows.forEach((row, r) => {
      code.get(at[r] as number).access("v128.load");
      code.set(row).advance(at[r] as number, 16);
    });
    transposeFour(code, rows, pairs, (column) => {
      code.get(target);
      column();
      code.access("v128.store");
      nextStep();
    });
  });
  code.get(columns).i32(3).op("i32.and").set(left);
  repeatLocal(code, left, () => {
    at.forEach((row, r) => {
      code.get(target).get(row).access("f32.load");
      code.access("f32.store", 4 * r).advance(row, 4);
    });
    nextStep();
  });
}

/** Hands each column of four vectors to `visit` as a push. `pairs` are free locals. */
function transposeFour(code: Code, rows: Four, pairs: Four, visit: (pushColumn: () => void) => void): void {
  const [a, b, c, d] = rows;
  code.get(a).get(b).shuffle([0, 4, 1, 5]).set(pairs[0]);
  code.get(c).get(d).shuffle([0, 4, 1, 5]).set(pairs[1]);
  code.get(a).get(b).shuffle([2, 6, 3, 7]).set(pairs[2]);
  code.get(c).get(d).shuffle([2, 6, 3, 7]).set(pairs[3]);
  for (const [low, high] of [
    [pairs[0], pairs[1]],
    [pairs[2], pairs[3]],
  ] as const) {
    visit(() => void code.get(low).get(high).shuffle([0, 1, 4, 5]));
    visit(() => void code.get(low).get(high).shuffle([2, 3, 6, 7]));
  }
}

/** Emits the function that makes one packing; its parameters are those of a kernel. */
export function emitPacking(
  module: Module,
  packing: Packing,
  bases: Bases,
  pack: PackFunctions,
  tile: Tile,
): number {
  return module.func(kernelParameterCount, undefined, (code) => {
    if (packing.form === "transposed") emitCopied(code, packing, bases, pack, tile);
    else emitTransposed(code, packing, bases, pack, tile);
  });
}

/** Rows of the matrices are terms: vectors of columns are copied as they are. */
function emitCopied(code: Code, packing: Packing, bases: Bases, pack: PackFunctions, tile: Tile): void {
  const { k, n } = productSize(packing.form, packing.matrices);
  const side = { n, depth: k, packed: packing.address, vectors: tile.vectors };
  forPanels(code, side, ({ panel, column, vectors }) => {
    let done = 0;
    for (const { buffer, offset, rows, columns } of packing.matrices) {
      const source = addressOf(buffer, bases) + 4 * offset;
      const [rowBytes, doneBytes] = [4 * columns, 16 * vectors * done];
      code.get(column).i32(source).op("i32.add").i32(rowBytes);
      code.get(panel).i32(doneBytes).op("i32.add").i32(rows);
      code.call(pack.copy(vectors));
      done += rows;
    }
  });
}

/** The position of a packed column: its address at the first step, and bytes to the next step. */
interface Position {
  readonly address: number;
  readonly step: number;
}

/** Rows of the matrices are columns of the packing: panels, or a table whose rows follow each other. */
function emitTransposed(code: Code, packing: Packing, bases: Bases, pack: PackFunctions, tile: Tile): void {
  const { k, n } = productSize("product", packing.matrices);
  const isTable = packing.form === "table";
  const wideColumns = 4 * tile.vectors * panelsOf(n, tile.vectors).wide;
  const positionOf = (column: number): Position => {
    if (isTable) return { address: packing.address + 4 * column, step: 4 * n };
    const vectors = column < wideColumns ? tile.vectors : 1;
    const within = column % (4 * vectors);
    return { address: packing.address + 4 * ((column - within) * k + within), step: 16 * vectors };
  };
  let start = 0;
  for (const { buffer, offset, rows } of packing.matrices) {
    const first = start;
    const end = start + rows;
    const [low, high] = [Math.min(end, 4 * Math.ceil(start / 4)), 4 * Math.floor(end / 4)];
    const sourceOf = (column: number): number =>
      addressOf(buffer, bases) + 4 * (offset + (column - first) * k);
    const groups = (from: number, to: number): void => {
      if (to > from) emitGroups(code, { from, to, k, isTable, sourceOf, positionOf }, pack, tile);
    };
    const border = Math.max(low, isTable ? high : Math.min(high, wideColumns));
    groups(low, border);
    groups(border, high);
    const edges = [...range(start, low), ...range(Math.max(low, high), end)];
    if (edges.length > 0) {
      isLastPart(code);
      code.if(() => {
        for (const column of edges) {
          const { address, step } = positionOf(column);
          code.i32(sourceOf(column)).i32(k).i32(address).i32(step).call(pack.oneRow);
        }
      });
    }
    start = end;
  }
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** Columns of a packing in whole groups of four, all in a table or in panels of one width. */
interface Groups {
  /** The first column, and the first one after them: multiples of four. */
  readonly from: number;
  readonly to: number;
  readonly k: number;
  readonly isTable: boolean;
  readonly sourceOf: (column: number) => number;
  readonly positionOf: (column: number) => Position;
}

/** Packs this call's share of whole groups of four columns. */
function emitGroups(code: Code, groups: Groups, pack: PackFunctions, tile: Tile): void {
  const { from, to, k, isTable, sourceOf, positionOf } = groups;
  const share = columnShare(code, to - from, 4);
  const [source, target, left, within] = code.locals("i32", 4);
  const { step } = positionOf(from);
  // Columns of a panel; a table has none.
  const panelColumns = isTable ? 0 : step / 4;
  const rowBytes = 4 * k;
  code.i32(sourceOf(from)).get(share.from);
  code.i32(rowBytes).op("i32.mul").op("i32.add").set(source);
  if (isTable) {
    code.i32(positionOf(from).address).get(share.from);
    code.i32(2).op("i32.shl").op("i32.add").set(target);
  } else {
    // A group's position: its panel's, then the vectors before it in that panel.
    const first = from % panelColumns;
    code.get(share.from).i32(first).op("i32.add").i32(panelColumns).op("i32.rem_u").set(within);
    code.get(share.from).i32(first).op("i32.add").get(within).op("i32.sub").i32(k).op("i32.mul");
    code.get(within).op("i32.add").i32(2).op("i32.shl");
    code.i32(positionOf(from - first).address);
    code.op("i32.add").set(target);
  }
  code.get(share.to).get(share.from).op("i32.sub").i32(2).op("i32.shr_u").set(left);
  repeatLocal(code, left, () => {
    code.get(source).i32(rowBytes).i32(k).get(target).i32(step).call(pack.fourRows);
    code.advance(source, 16 * k).advance(target, 16);
    if (isTable) return;
    // The next panel begins where this one ends, `k` steps deep.
    if (panelColumns === 4) {
      code.advance(target, 16 * k - 16);
      return;
    }
    code.advance(within, 4).get(within).i32(panelColumns).op("i32.eq");
    code.if(() => {
      code.i32(0).set(within);
      code.advance(target, 16 * tile.vectors * (k - 1));
    });
  });
}
