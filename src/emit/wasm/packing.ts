// Packing: parameters in the order in which kernels read them, made anew whenever parameters have changed. Moves
// numbers and computes nothing; the threads divide the columns of what is made.
import type { Code, Module } from "./assembler.ts";
import { columnShare, isLastPart, kernelParameterCount } from "./call.ts";
import { addressOf, productSize, type Bases, type Packing, type Tile } from "./layout.ts";
import { forPanels, panelsOf, repeatLocal } from "./matmul.ts";

export interface PackFunctions {
  /** (source, bytes of a row, columns, to, bytes of a step): four rows become the four lanes of each step. */
  readonly fourRows: number;
  /** (source, columns, to, bytes of a step): one row becomes one lane of each step. */
  readonly oneRow: number;
  /** (source, bytes from one step to the next, to, steps): so many vectors, side by side in the target. */
  copy(vectors: number): number;
}

export function packFunctions(module: Module): PackFunctions {
  const copies = new Map<number, number>();
  return {
    fourRows: emitFourRows(module),
    oneRow: module.func(4, undefined, (code) => {
      const [source, columns, to, step] = [0, 1, 2, 3];
      repeatLocal(code, columns, () => {
        code.get(to).get(source).access("f32.load").access("f32.store");
        code.advance(source, 4).get(to).get(step).op("i32.add").set(to);
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
    const [source, stride, to, steps] = [0, 1, 2, 3];
    code.loop(() => {
      for (let v = 0; v < vectors; v++) {
        code
          .get(to)
          .get(source)
          .access("v128.load", 16 * v)
          .access("v128.store", 16 * v);
      }
      code.get(source).get(stride).op("i32.add").set(source);
      code.advance(to, 16 * vectors);
      code.get(steps).i32(1).op("i32.sub").tee(steps).branchIf(0);
    });
  });
}

function emitFourRows(module: Module): number {
  return module.func(5, undefined, (code) => {
    const [source, rowBytes, columns, to, step] = [0, 1, 2, 3, 4];
    const four = (type: "i32" | "v128"): number[] => [0, 1, 2, 3].map(() => code.local(type));
    const [at, rows, pairs, left] = [four("i32"), four("v128"), four("v128"), code.local("i32")];
    at.forEach((local, r) => {
      if (r === 0) code.get(source).set(local);
      else
        code
          .get(at[r - 1] as number)
          .get(rowBytes)
          .op("i32.add")
          .set(local);
    });
    const pair = (
      a: number | undefined,
      b: number | undefined,
      lanes: readonly [number, number, number, number],
    ): Code =>
      code
        .get(a as number)
        .get(b as number)
        .shuffle(lanes);
    const next = (): void => void code.get(to).get(step).op("i32.add").set(to);
    code.get(columns).i32(2).op("i32.shr_u").set(left);
    repeatLocal(code, left, () => {
      rows.forEach((row, r) => {
        code
          .get(at[r] as number)
          .access("v128.load")
          .set(row);
        code.advance(at[r] as number, 16);
      });
      pairs.forEach((into, i) => {
        const upper = i % 2 === 1 ? 2 : 0;
        pair(rows[upper], rows[upper + 1], i < 2 ? [0, 4, 1, 5] : [2, 6, 3, 7]).set(into);
      });
      for (let column = 0; column < 4; column++) {
        const first = column < 2 ? 0 : 2;
        code.get(to);
        pair(pairs[first], pairs[first + 1], column % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7]);
        code.access("v128.store");
        next();
      }
    });
    code.get(columns).i32(3).op("i32.and").set(left);
    repeatLocal(code, left, () => {
      at.forEach((row, r) => {
        code
          .get(to)
          .get(row)
          .access("f32.load")
          .access("f32.store", 4 * r);
        code.advance(row, 4);
      });
      next();
    });
  });
}

/** The function that makes one packing; its parameters are those of a kernel. */
export function emitPacking(
  module: Module,
  packing: Packing,
  bases: Bases,
  pack: PackFunctions,
  tile: Tile,
): number {
  return module.func(kernelParameterCount, undefined, (code) => {
    if (packing.form === "pullback") emitCopied(code, packing, bases, pack, tile);
    else emitTransposed(code, packing, bases, pack, tile);
  });
}

/** Rows of the matrices are terms: vectors of columns are copied as they are. */
function emitCopied(code: Code, packing: Packing, bases: Bases, pack: PackFunctions, tile: Tile): void {
  const { k, n } = productSize(packing.form, packing.matrices);
  forPanels(code, { n, depth: k, packed: packing.address }, tile.vectors, ({ panel, column, vectors }) => {
    let done = 0;
    for (const { buffer, offset, rows, columns } of packing.matrices) {
      code
        .get(column)
        .i32(addressOf(buffer, bases) + 4 * offset)
        .op("i32.add")
        .i32(4 * columns);
      code
        .get(panel)
        .i32(16 * vectors * done)
        .op("i32.add")
        .i32(rows);
      code.call(pack.copy(vectors));
      done += rows;
    }
  });
}

/** Rows of the matrices are columns of the packing: panels, or a table whose rows follow each other. */
function emitTransposed(code: Code, packing: Packing, bases: Bases, pack: PackFunctions, tile: Tile): void {
  const { k, n } = productSize("product", packing.matrices);
  const { wide } = panelsOf(n, tile.vectors);
  const inPanels = (column: number): boolean => column < 4 * tile.vectors * wide;
  /** Where column `column` of the first step stands, and the bytes to the next step. */
  const placeOf = (column: number): { to: number; step: number } => {
    if (packing.form === "table") return { to: packing.address + 4 * column, step: 4 * n };
    const vectors = inPanels(column) ? tile.vectors : 1;
    const within = column % (4 * vectors);
    return { to: packing.address + 4 * ((column - within) * k + within), step: 16 * vectors };
  };
  let start = 0;
  for (const { buffer, offset, rows } of packing.matrices) {
    const end = start + rows;
    const [low, high] = [Math.min(end, 4 * Math.ceil(start / 4)), 4 * Math.floor(end / 4)];
    const from = start;
    const sourceOf = (column: number): number =>
      addressOf(buffer, bases) + 4 * (offset + (column - from) * k);
    const groups = (from: number, to: number): void => {
      if (to > from) emitGroups(code, { from, to, k, sourceOf, placeOf }, packing.form, pack, tile);
    };
    const border = packing.form === "table" ? high : Math.min(high, 4 * tile.vectors * wide);
    groups(low, Math.max(low, border));
    groups(Math.max(low, border), high);
    const edges = [...range(start, low), ...range(Math.max(low, high), end)];
    if (edges.length > 0) {
      isLastPart(code);
      code.if(() => {
        for (const column of edges) {
          const { to, step } = placeOf(column);
          code.i32(sourceOf(column)).i32(k).i32(to).i32(step).call(pack.oneRow);
        }
      });
    }
    start = end;
  }
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

interface Groups {
  /** Columns, multiples of four; all in panels of one width. */
  readonly from: number;
  readonly to: number;
  readonly k: number;
  readonly sourceOf: (column: number) => number;
  readonly placeOf: (column: number) => { readonly to: number; readonly step: number };
}

/** This call's share of whole groups of four columns. */
function emitGroups(
  code: Code,
  { from, to, k, sourceOf, placeOf }: Groups,
  form: Packing["form"],
  pack: PackFunctions,
  tile: Tile,
): void {
  const share = columnShare(code, to - from, 4);
  const [source, target, left, within] = [
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
  ];
  const { step } = placeOf(from);
  const lanes = form === "table" ? 0 : step / 4;
  code
    .i32(sourceOf(from))
    .get(share.from)
    .i32(4 * k)
    .op("i32.mul")
    .op("i32.add")
    .set(source);
  if (lanes === 0) {
    code.i32(placeOf(from).to).get(share.from).i32(2).op("i32.shl").op("i32.add").set(target);
  } else {
    // A group's place: the panel it is in, then the vectors before it in that panel.
    const first = from % lanes;
    code.get(share.from).i32(first).op("i32.add").i32(lanes).op("i32.rem_u").set(within);
    code.get(share.from).i32(first).op("i32.add").get(within).op("i32.sub").i32(k).op("i32.mul");
    code.get(within).op("i32.add").i32(2).op("i32.shl");
    code
      .i32(placeOf(from - first).to)
      .op("i32.add")
      .set(target);
  }
  code.get(share.to).get(share.from).op("i32.sub").i32(2).op("i32.shr_u").set(left);
  repeatLocal(code, left, () => {
    code
      .get(source)
      .i32(4 * k)
      .i32(k)
      .get(target)
      .i32(step)
      .call(pack.fourRows);
    code.advance(source, 16 * k).advance(target, 16);
    if (lanes <= 4) {
      if (lanes === 4) code.advance(target, 16 * k - 16);
      return;
    }
    code.advance(within, 4).get(within).i32(lanes).op("i32.eq");
    code.if(() => {
      code.i32(0).set(within);
      code.advance(target, 16 * tile.vectors * (k - 1));
    });
  });
}
