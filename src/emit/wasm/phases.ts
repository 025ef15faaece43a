// The phases of a plan as functions that every thread of a run calls: kernel after kernel, each thread with its share,
// and a barrier wherever one thread may read what another has written. Knows how work is divided, not what it is.
import type { Kernel, Loop } from "../../plan/plan.ts";
import type { Code } from "./assembler.ts";
import { emitShare, loadEntry } from "./call.ts";
import type { Emitter, KernelFunctions } from "./kernels.ts";

/** The parameters of a phase's function. */
const phaseParameters = { rows: 0, steps: 1, carry: 2, thread: 3, threads: 4 } as const;
const phaseParameterCount = 5;
const { rows, steps, carry, thread, threads } = phaseParameters;

/** With fewer rows per thread than this, threads divide columns and wait for each other after every kernel. */
export const fewRows = 4;

/** Emits `pack(thread, threads)`, which packs the matrices. */
export function emitPack({ module, globals, barrier, mark }: Emitter, packings: readonly number[]): number {
  return module.func(2, undefined, (code) => {
    code.get(0).setGlobal(globals.thread).get(1).setGlobal(globals.threads);
    for (const packing of packings) {
      code.i32(0).i32(0).i32(0).i32(1).get(0).get(1).call(packing);
    }
    mark(code, "packing");
    code.call(barrier);
    mark(code, "waiting");
  });
}

/** A phase being emitted; the numbers from `tokens` on are locals. */
interface Phase {
  readonly code: Code;
  readonly emitter: Emitter;
  readonly functions: ReadonlyMap<Kernel, KernelFunctions>;
  /** All tokens of the run. */
  readonly tokens: number;
  /** The step of a loop, the first token of that step, and the first row that the step before left. */
  readonly t: number;
  readonly base: number;
  readonly before: number;
  /** Rows of the next call, and the first of them. */
  readonly count: number;
  readonly first: number;
  /** This thread's rows of a loop whose rows are divided. */
  readonly low: number;
  readonly high: number;
}

/** Emits a phase (rows, steps, carry, thread, threads) from the functions of its kernels. */
export function emitPhase(
  emitter: Emitter,
  items: readonly (Kernel | Loop)[],
  functions: ReadonlyMap<Kernel, KernelFunctions>,
): number {
  const { layout, module, globals } = emitter;
  return module.func(phaseParameterCount, undefined, (code) => {
    const [tokens, t, base, before, count, first, low, high] = code.locals("i32", 8);
    const phase = { code, emitter, functions, tokens, t, base, before, count, first, low, high };
    code.get(steps).setGlobal(globals.steps).get(carry).setGlobal(globals.carry);
    code.get(thread).setGlobal(globals.thread).get(threads).setGlobal(globals.threads);
    loadEntry(code.get(steps), layout.offsets).set(tokens);
    for (const item of items) {
      if (item.kind === "loop") emitLoop(phase, item);
      else emitSingle(phase, functions.get(item) as KernelFunctions);
    }
  });
}

function wait({ code, emitter }: Phase): void {
  code.call(emitter.barrier);
  emitter.mark(code, "waiting");
}

/** A kernel outside of loops. */
function emitSingle(phase: Phase, kernel: KernelFunctions): void {
  const { code, emitter, tokens, base, before, count } = phase;
  code.i32(0).tee(base).set(before);
  if (kernel.count === "once") code.i32(1);
  else code.get(kernel.count === "rows" ? rows : tokens);
  code.set(count);
  callDivided(phase, kernel);
  if (kernel.kind === "guard") {
    // All threads look before any goes on or ends, since what comes next may change what they look at.
    const goesOn = code.local("i32");
    code.set(goesOn);
    emitter.mark(code, kernel.work);
    wait(phase);
    code.get(goesOn).op("i32.eqz");
    code.if(() => void code.op("return"));
    return;
  }
  wait(phase);
  if (kernel.finish === undefined) return;
  const { finish } = kernel;
  code.get(thread).op("i32.eqz");
  code.if(() => void code.call(finish));
  emitter.mark(code, kernel.work);
  wait(phase);
}

/**
 * A loop over time. Where rows are independent and there are enough of them, each thread runs all steps for its own
 * rows and meets the others at the end; else all threads meet after every kernel.
 */
function emitLoop(phase: Phase, loop: Loop): void {
  const { code, emitter, low, high } = phase;
  if (!isIndependent(loop)) return loopTogether(phase, loop);
  const { bounds } = emitter.layout;
  loadEntry(code.get(thread), bounds).set(low);
  loadEntry(code.get(thread).i32(1).op("i32.add"), bounds).set(high);
  code.get(rows).get(threads).i32(fewRows).op("i32.mul").op("i32.ge_s");
  code.get(threads).i32(1).op("i32.eq").op("i32.add");
  code.if(
    () => loopApart(phase, loop),
    () => loopTogether(phase, loop),
  );
}

function loopApart(phase: Phase, { direction, body }: Loop): void {
  const { code, functions, count, first, low, high } = phase;
  eachStep(phase, direction, () => {
    code.get(low).set(first);
    for (const kernel of body) {
      countRows(phase, kernel);
      code.get(high).get(count).get(high).get(count).op("i32.lt_s").op("select");
      code.get(low).op("i32.sub").tee(count).i32(0).op("i32.gt_s");
      code.if(() => callKernel(phase, functions.get(kernel) as KernelFunctions, "rows"));
    }
  });
  wait(phase);
}

function loopTogether(phase: Phase, { direction, body }: Loop): void {
  eachStep(phase, direction, () => {
    for (const kernel of body) {
      countRows(phase, kernel);
      callDivided(phase, phase.functions.get(kernel) as KernelFunctions);
      wait(phase);
    }
  });
}

function eachStep(phase: Phase, direction: Loop["direction"], visit: () => void): void {
  const { code, emitter, t, base, before } = phase;
  const { offsets } = emitter.layout;
  const isForward = direction === "forward";
  if (isForward) code.i32(0).set(t);
  else code.get(steps).i32(1).op("i32.sub").set(t);
  code.loop(() => {
    loadEntry(code.get(t), offsets).set(base);
    // The rows of each step follow the initial ones.
    code.i32(0).set(before);
    code.get(t).if(() => {
      loadEntry(code.get(t).i32(1).op("i32.sub"), offsets).i32(emitter.plan.rows).op("i32.add").set(before);
    });
    visit();
    code.advance(t, isForward ? 1 : -1).get(t);
    if (isForward) code.get(steps).op("i32.lt_s").branchIf(0);
    else code.i32(0).op("i32.ge_s").branchIf(0);
  });
}

/** Sets `count` to the rows of a kernel at this step of a loop. */
function countRows({ code, emitter, t, count }: Phase, kernel: Kernel): void {
  if ("over" in kernel && kernel.over === "rows") code.get(rows).set(count);
  else loadEntry(code.get(t), emitter.layout.alive).set(count);
}

/** Calls a kernel for this thread's share of `count` rows, or of the columns where rows are few. */
function callDivided(phase: Phase, kernel: KernelFunctions): void {
  const { code, count, first } = phase;
  const byRows = (): void => {
    const share = emitShare(code, () => void code.get(count), thread, threads);
    code.get(share.from).set(first).get(share.to).get(share.from).op("i32.sub").set(count);
    callKernel(phase, kernel, "rows");
  };
  const byColumns = (): void => {
    code.i32(0).set(first);
    callKernel(phase, kernel, "columns");
  };
  switch (kernel.division) {
    case "rows":
      return byRows();
    case "columns":
    case "none":
      return byColumns();
    case "either":
      code.get(count).get(threads).i32(fewRows).op("i32.mul").op("i32.ge_s").if(byRows, byColumns);
      return;
  }
  kernel.division satisfies never;
}

/** Calls a kernel for `count` rows from `first` on, with all columns or with this thread's part of them. */
function callKernel(phase: Phase, { main, work, kind }: KernelFunctions, divided: "rows" | "columns"): void {
  const { code, emitter, base, before, count, first } = phase;
  for (const start of [base, before]) code.get(start).get(first).op("i32.add");
  code.get(first).get(count);
  if (divided === "rows") code.i32(0).i32(1);
  else code.get(thread).get(threads);
  code.call(main);
  // A guard leaves its result on the stack, for `emitSingle`.
  if (kind !== "guard") emitter.mark(code, work);
}

/** Whether the rows of the batch are independent of each other in this loop, so that threads need not meet in it. */
export function isIndependent({ body }: Loop): boolean {
  return body.every((kernel) => {
    const { kind } = kernel;
    const isPerRow = kind === "pointwise" || kind === "matmul" || kind === "gather";
    return (isPerRow || kind === "pick" || kind === "place") && kernel.over !== "once";
  });
}
