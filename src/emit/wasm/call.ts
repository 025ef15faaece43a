// The calling convention of kernel functions: the rows and the share of columns that a call works on, and what all
// functions of a run have in common. Threads divide outputs, so a kernel never knows whether it has all of them.
import type { Code, Module } from "./assembler.ts";
import type { Location, RowOrigin } from "./layout.ts";

/**
 * The parameters of every kernel function. It works on `count` rows: `base` is the number of the first among all
 * tokens, `before` that of the row which the step before left for it, and `first` its number in the batch. Where
 * columns are divided, the call works on part `part` of `parts`.
 */
export const kernelParameters = { base: 0, before: 1, first: 2, count: 3, part: 4, parts: 5 } as const;
export const kernelParameterCount = 6;

/** Globals that a phase sets when it starts. */
export interface RunGlobals {
  /** Steps of the run. */
  readonly steps: number;
  /** Steps after which the carried state is taken. */
  readonly carry: number;
  /** The number of this thread, from 0. */
  readonly thread: number;
  readonly threads: number;
}

/** Declares the globals of a module. */
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
export function emitAddress(code: Code, location: Location, globals: RunGlobals): void {
  const { address, stride, origin } = location;
  code.i32(address);
  if (origin === "none") return;
  if (origin === "thread") code.getGlobal(globals.thread);
  else code.get(originParameter[origin]);
  code.i32(stride).op("i32.mul").op("i32.add");
}

/** Declares a local that holds the address of a kernel's first row. */
export function addressLocal(code: Code, location: Location, globals: RunGlobals): number {
  const local = code.local("i32");
  emitAddress(code, location, globals);
  code.set(local);
  return local;
}

/** Takes an index from the stack and leaves that entry of a table of integers. */
export function loadEntry(code: Code, table: number): Code {
  return code.i32(2).op("i32.shl").access("i32.load", table);
}

/** Locals with the start and the end of a share. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Computes share `index` of `of` shares (two locals) of what `total` pushes: from ⌊total · index / of⌋ to the start of
 * the next share.
 */
export function emitShare(code: Code, total: () => void, index: number, of: number): Range {
  const [from, to] = code.locals("i32", 2);
  total();
  code.get(index).op("i32.mul").get(of).op("i32.div_u").set(from);
  total();
  code.get(index).i32(1).op("i32.add").op("i32.mul").get(of).op("i32.div_u").set(to);
  return { from, to };
}

/** Computes this call's part of `total` things. */
export function partOf(code: Code, total: number): Range {
  return emitShare(code, () => void code.i32(total), kernelParameters.part, kernelParameters.parts);
}

/** Computes this call's columns, in whole units of `unit` columns; the last unit may be partial. */
export function columnShare(code: Code, width: number, unit: number): Range {
  const range = partOf(code, Math.ceil(width / unit));
  for (const edge of [range.from, range.to]) code.get(edge).i32(unit).op("i32.mul").set(edge);
  if (width % unit > 0) {
    code.i32(width).get(range.to).get(range.to).i32(width).op("i32.gt_s").op("select").set(range.to);
  }
  return range;
}

/** Leaves 1 on the stack where this call has the last part, else 0. */
export function isLastPart(code: Code): void {
  const { part, parts } = kernelParameters;
  code.get(part).i32(1).op("i32.add").get(parts).op("i32.eq");
}

/** The kinds of work that a profiling module measures, in the order of their numbers. */
export const workKinds = ["products", "pointwise", "packing", "waiting", "moving"] as const;
export type WorkKind = (typeof workKinds)[number];

/** Records that the time since the last mark went into a kind of work; emits nothing unless the module profiles. */
export type Mark = (code: Code, kind: WorkKind) => void;
