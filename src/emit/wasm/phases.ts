// The phases of a plan as functions that every thread of a run calls: kernel after kernel, each thread with its
// share, and a barrier wherever one may read what another has written. Knows how work is divided, not what it is.
import type { Kernel, Loop } from "../../plan/plan.ts";
import type { Code, Module } from "./assembler.ts";
import { emitShare, type Push } from "./call.ts";
import type { Emitter, KernelFunctions } from "./kernels.ts";

/** Parameters of a phase's function. */
const phaseParameters = { rows: 0, steps: 1, carry: 2, thread: 3, threads: 4 } as const;
export const phaseParameterCount = 5;

/** With fewer rows for each thread than this, threads divide columns and wait for each other after every kernel. */
export const fewRows = 4;

/** How often a waiting thread looks before it sleeps: a few microseconds. */
const spins = 4000;

/**
 * Waits until all threads of a run are here; `address` has two integers that are zero at first, threads that have
 * arrived and rounds so far. Without an address there is one thread, and nothing to wait for.
 */
export function emitBarrier(module: Module, threads: number, address: number | undefined): number {
  return module.func(0, undefined, (code) => {
    if (address === undefined) return;
    const [round, left] = [code.local("i32"), code.local("i32")];
    const isSameRound = (): Code =>
      code
        .i32(0)
        .access("i32.atomic.load", address + 4)
        .get(round)
        .op("i32.eq");
    code
      .getGlobal(threads)
      .i32(1)
      .op("i32.eq")
      .if(() => void code.op("return"));
    code
      .i32(0)
      .access("i32.atomic.load", address + 4)
      .set(round);
    code.i32(0).i32(1).access("i32.atomic.rmw.add", address);
    code.getGlobal(threads).i32(1).op("i32.sub").op("i32.eq");
    code.if(() => {
      code.i32(0).i32(0).access("i32.atomic.store", address);
      code
        .i32(0)
        .i32(1)
        .access("i32.atomic.rmw.add", address + 4)
        .op("drop");
      code
        .i32(address + 4)
        .i32(-1)
        .access("memory.atomic.notify")
        .op("drop");
      code.op("return");
    });
    code.i32(spins).set(left);
    code.loop(() => {
      isSameRound()
        .op("i32.eqz")
        .if(() => void code.op("return"));
      code.get(left).i32(1).op("i32.sub").tee(left).branchIf(0);
    });
    code.loop(() => {
      code
        .i32(address + 4)
        .get(round)
        .waitForever()
        .op("drop");
      isSameRound().branchIf(0);
    });
  });
}

/** `pack(thread, threads)`: packs the matrices. */
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

export function emitPhase(
  { plan, layout, module, globals, barrier, mark }: Emitter,
  items: readonly (Kernel | Loop)[],
  functions: ReadonlyMap<Kernel, KernelFunctions>,
): number {
  const { rows, steps, carry, thread, threads } = phaseParameters;
  return module.func(phaseParameterCount, undefined, (code) => {
    const local = (): number => code.local("i32");
    const [tokens, t, base, before, count, first, low, high] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    const functionsOf = (kernel: Kernel): KernelFunctions => functions.get(kernel) as KernelFunctions;
    const entry = (table: number, index: Push): Code => {
      index();
      return code.i32(2).op("i32.shl").access("i32.load", table);
    };
    const wait = (): void => {
      code.call(barrier);
      mark(code, "waiting");
    };
    const arguments_ = (part: Push, parts: Push): void => {
      for (const start of [base, before]) code.get(start).get(first).op("i32.add");
      code.get(first).get(count);
      part();
      parts();
    };
    const callRows = ({ main, work }: KernelFunctions): void => {
      arguments_(
        () => void code.i32(0),
        () => void code.i32(1),
      );
      code.call(main);
      mark(code, work);
    };
    const callColumns = ({ main, work, kind }: KernelFunctions): void => {
      code.i32(0).set(first);
      arguments_(
        () => void code.get(thread),
        () => void code.get(threads),
      );
      code.call(main);
      if (kind !== "guard") mark(code, work);
    };
    /** This thread's share of `count` rows, then of the columns where rows are few; then waits for the others. */
    const divided = (kernel: KernelFunctions): void => {
      const byRows = (): void => {
        const share = emitShare(
          code,
          () => void code.get(count),
          () => void code.get(thread),
          () => void code.get(threads),
        );
        code.get(share.from).set(first).get(share.to).get(share.from).op("i32.sub").set(count);
        callRows(kernel);
      };
      const byColumns = (): void => callColumns(kernel);
      switch (kernel.division) {
        case "rows":
          byRows();
          break;
        case "columns":
        case "none":
          byColumns();
          break;
        case "either":
          code.get(count).get(threads).i32(fewRows).op("i32.mul").op("i32.ge_s").if(byRows, byColumns);
          break;
      }
    };

    code.get(steps).setGlobal(globals.steps).get(carry).setGlobal(globals.carry);
    code.get(thread).setGlobal(globals.thread).get(threads).setGlobal(globals.threads);
    entry(layout.offsets, () => void code.get(steps)).set(tokens);
    for (const item of items) {
      if (item.kind === "loop") loop(item);
      else single(functionsOf(item));
    }

    function single(kernel: KernelFunctions): void {
      code.i32(0).tee(base).set(before);
      if (kernel.count === "once") code.i32(1);
      else code.get(kernel.count === "rows" ? rows : tokens);
      code.set(count);
      divided(kernel);
      if (kernel.kind === "guard") {
        // All have looked before one goes on or ends.
        const goesOn = local();
        code.set(goesOn);
        mark(code, kernel.work);
        wait();
        code
          .get(goesOn)
          .op("i32.eqz")
          .if(() => void code.op("return"));
        return;
      }
      wait();
      if (kernel.finish === undefined) return;
      const { finish } = kernel;
      code
        .get(thread)
        .op("i32.eqz")
        .if(() => void code.call(finish));
      mark(code, kernel.work);
      wait();
    }

    /** A loop over time: with enough rows each thread runs it for its own rows and meets the others at its end. */
    function loop(item: Loop): void {
      const { direction, body } = item;
      const alone = (): void => {
        eachStep(direction, () => {
          code.get(low).set(first);
          for (const kernel of body) {
            rowsAt(kernel);
            code.get(high).get(count).get(high).get(count).op("i32.lt_s").op("select");
            code.get(low).op("i32.sub").tee(count).i32(0).op("i32.gt_s");
            code.if(() => callRows(functionsOf(kernel)));
          }
        });
        wait();
      };
      const together = (): void => {
        eachStep(direction, () => {
          for (const kernel of body) {
            rowsAt(kernel);
            divided(functionsOf(kernel));
            wait();
          }
        });
      };
      if (!isIndependent(item)) return together();
      entry(layout.bounds, () => void code.get(thread)).set(low);
      entry(layout.bounds, () => void code.get(thread).i32(1).op("i32.add")).set(high);
      code.get(rows).get(threads).i32(fewRows).op("i32.mul").op("i32.ge_s");
      code.get(threads).i32(1).op("i32.eq").op("i32.add").if(alone, together);
    }

    /** Rows of a kernel of a loop at this step. */
    function rowsAt(kernel: Kernel): void {
      if ("over" in kernel && kernel.over === "rows") code.get(rows).set(count);
      else entry(layout.alive, () => void code.get(t)).set(count);
    }

    function eachStep(direction: Loop["direction"], visit: () => void): void {
      const ahead = direction === "forward";
      if (ahead) code.i32(0).set(t);
      else code.get(steps).i32(1).op("i32.sub").set(t);
      code.loop(() => {
        entry(layout.offsets, () => void code.get(t)).set(base);
        // The rows that the step before left follow the initial ones.
        code.i32(0).set(before);
        code.get(t).if(() => {
          entry(layout.offsets, () => void code.get(t).i32(1).op("i32.sub"))
            .i32(plan.rows)
            .op("i32.add")
            .set(before);
        });
        visit();
        code.advance(t, ahead ? 1 : -1).get(t);
        if (ahead) code.get(steps).op("i32.lt_s").branchIf(0);
        else code.i32(0).op("i32.ge_s").branchIf(0);
      });
    }
  });
}

/** Whether rows of the batch have nothing to do with each other in this loop, so that threads need not meet in it. */
export function isIndependent({ body }: Loop): boolean {
  return body.every((kernel) => {
    const { kind } = kernel;
    const ofRows = kind === "pointwise" || kind === "matmul" || kind === "gather";
    return (ofRows || kind === "pick" || kind === "place") && kernel.over !== "once";
  });
}
