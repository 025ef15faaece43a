// How a kernel's function is called: which rows and which part of the columns it works on, and what all functions
// of a run share. Threads partition outputs, so a kernel never knows whether it has all of them or a share.
import type { Code, Module } from "./assembler.ts";
import type { Place, RowOrigin } from "./layout.ts";

/**
 * The parameters of every kernel function. It works on `count` rows: `base` is the first of them among all tokens,
 * `before` that which the step before left for it, `first` the first among the rows of the batch. Where columns
 * are divided it works on part `part` of `parts`.
 */
export const kernelParameters = { base: 0, before: 1, first: 2, count: 3, part: 4, parts: 5 } as const;
export const kernelParameterCount = 6;

/** Globals that a phase sets when it starts. */
export interface RunGlobals {
  /** Steps of the run, and those to carry on from. */
  readonly steps: number;
  readonly carry: number;
  /** Which thread this is, and how many there are. */
  readonly thread: number;
  readonly threads: number;
}

export function runGlobals(module: Module): RunGlobals {
  return {
    steps: module.global(),
    carry: module.global(),
    thread: module.global(),
    threads: module.global(),
  };
}

const originParameter: Readonly<Record<Exclude<RowOrigin, "none" | "thread">, number>> = {
  base: kernelParameters.base,
  before: kernelParameters.before,
  first: kernelParameters.first,
};

/** Leaves the address of a kernel's first row on the stack. */
export function emitAddress(code: Code, { address, stride, origin }: Place, globals: RunGlobals): void {
  code.i32(address);
  if (origin === "none") return;
  if (origin === "thread") code.getGlobal(globals.thread);
  else code.get(originParameter[origin]);
  code.i32(stride).op("i32.mul").op("i32.add");
}

/** Locals that hold where a share begins and ends. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Pushes a number onto the stack. */
export type Push = () => void;

/** Share `index` of `of` shares of `total` things: from ⌊total·index/of⌋ to where the next begins. */
export function emitShare(code: Code, total: Push, index: Push, of: Push): Range {
  const range = { from: code.local("i32"), to: code.local("i32") };
  const edge = (next: 0 | 1): void => {
    total();
    index();
    if (next) code.i32(1).op("i32.add");
    code.op("i32.mul");
    of();
    code.op("i32.div_u");
  };
  edge(0);
  code.set(range.from);
  edge(1);
  code.set(range.to);
  return range;
}

/** This call's share of columns, in units of `unit`; the last unit may be partial. In columns. */
export function columnShare(code: Code, width: number, unit: number): Range {
  const { part, parts } = kernelParameters;
  const units = Math.ceil(width / unit);
  const range = emitShare(
    code,
    () => void code.i32(units),
    () => void code.get(part),
    () => void code.get(parts),
  );
  for (const edge of [range.from, range.to]) code.get(edge).i32(unit).op("i32.mul").set(edge);
  if (width % unit > 0) {
    code.i32(width).get(range.to).get(range.to).i32(width).op("i32.gt_s").op("select").set(range.to);
  }
  return range;
}

/** Whether this call has the last part: leaves 0 or 1. */
export function isLastPart(code: Code): void {
  const { part, parts } = kernelParameters;
  code.get(part).i32(1).op("i32.add").get(parts).op("i32.eq");
}

/** Kinds of work that a profiling module keeps account of, in the order of its numbers. */
export const workKinds = ["products", "pointwise", "packing", "waiting", "moving"] as const;
export type WorkKind = (typeof workKinds)[number];

/** Says that the time since the last mark went into a kind of work; nothing in a module that keeps no account. */
export type Mark = (code: Code, kind: WorkKind) => void;
