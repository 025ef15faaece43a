// A run on threads is over when all threads are done: another run may then use its memory.
import { expect, test } from "vitest";
import { createModule } from "../../src/emit/wasm/assembler.ts";
import { createHeap } from "../../src/run/wasm/heap.ts";
import { threadHost, type Host } from "../../src/run/wasm/host.ts";
import { createPool } from "../../src/run/wasm/pool.ts";

const cell = 64;
const last = 2;

/** `work(rounds, thread, threads)`: the last thread counts the rounds down in memory, the others return at once. */
function unevenModule(): Uint8Array<ArrayBuffer> {
  const module = createModule({ shared: true });
  const [rounds, thread] = [0, 1];
  const work = module.func(3, undefined, (code) => {
    code.get(thread).i32(last).op("i32.ge_s");
    code.if(() =>
      code.loop(() => {
        code.get(rounds).i32(1).op("i32.sub").tee(rounds);
        code.i32(cell).get(rounds).access("i32.store");
        code.branchIf(0);
      }),
    );
  });
  module.export("work", work);
  return module.bytes();
}

test("a run waits for the slowest thread", async () => {
  const heap = createHeap({ shared: true });
  heap.allocate(256);
  const pool = createPool(threadHost() as Host, last + 1, { memory: heap.memory, resetBarrier() {} });
  try {
    const id = pool.add(await WebAssembly.compile(unevenModule()));
    for (let run = 0; run < 5; run++) {
      heap.integers(cell, 1)[0] = -1;
      await pool.run(id, [["work", 50_000_000]]);
      expect(heap.integers(cell, 1)[0]).toBe(0);
    }
  } finally {
    pool.end();
  }
});
