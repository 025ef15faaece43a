// The barrier where the threads of a run wait for each other.
import type { Code, Module } from "./assembler.ts";

/** How often a waiting thread looks before it sleeps: for a few microseconds. */
const spins = 4000;

/**
 * Emits a function that waits until all threads of a run have called it. `address` has two integers that start as 0:
 * the threads that have arrived, and the rounds so far. Without an address there is one thread and nothing to wait for.
 */
export function emitBarrier(module: Module, threads: number, address: number | undefined): number {
  return module.func(0, undefined, (code) => {
    if (address === undefined) return;
    const rounds = address + 4;
    const [round, left] = code.locals("i32", 2);
    const loadRound = (): Code => code.i32(0).access("i32.atomic.load", rounds);
    const isSameRound = (): Code => loadRound().get(round).op("i32.eq");
    code.getGlobal(threads).i32(1).op("i32.eq");
    code.if(() => void code.op("return"));
    loadRound().set(round);
    code.i32(0).i32(1).access("i32.atomic.rmw.add", address);
    code.getGlobal(threads).i32(1).op("i32.sub").op("i32.eq");
    code.if(() => {
      // The last to arrive starts the next round.
      code.i32(0).i32(0).access("i32.atomic.store", address);
      code.i32(0).i32(1).access("i32.atomic.rmw.add", rounds).op("drop");
      code.i32(rounds).i32(-1).access("memory.atomic.notify").op("drop");
      code.op("return");
    });
    code.i32(spins).set(left);
    code.loop(() => {
      isSameRound().op("i32.eqz");
      code.if(() => void code.op("return"));
      code.get(left).i32(1).op("i32.sub").tee(left).branchIf(0);
    });
    code.loop(() => {
      code.i32(rounds).get(round).waitForever().op("drop");
      isSameRound().branchIf(0);
    });
  });
}
