// How fast the threads of a wasm device multiply and add, together: what no program of it can pass.
import { emitRoofline, registerFlops, rooflineBytes, type ProductShape } from "../emit/wasm/roofline.ts";
import type { Tile } from "../emit/wasm/layout.ts";
import type { Roofline } from "./device.ts";
import { turn } from "./turn.ts";
import type { DeviceParts } from "./wasm-program.ts";

/** A step of a small network, one of a large network, and all tokens at once. */
const products: readonly ProductShape[] = [
  { rows: 32, k: 128, n: 512 },
  { rows: 64, k: 512, n: 2048 },
  { rows: 480, k: 256, n: 256 },
];
/** Of one measurement; the best of a few counts. */
const milliseconds = 25;
const measurements = 6;

export async function measureRoofline(parts: DeviceParts, tile: Tile): Promise<Roofline> {
  const { heap, queue, relaxed } = parts;
  const pool = parts.pool?.usable ? parts.pool : undefined;
  const threads = pool?.threads ?? 1;
  const size = rooflineBytes(products, threads);
  const address = heap.allocate(size);
  const target = { tile, relaxed, shared: parts.pool !== undefined, threads, products, address };
  const module = await WebAssembly.compile(emitRoofline(target));
  const id = pool?.add(module);
  const instance = pool ? undefined : await WebAssembly.instantiate(module, { env: { memory: heap.memory } });

  /** Milliseconds of so many rounds of a function on all threads. */
  function time(name: string, rounds: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const measured = async (): Promise<void> => {
        const start = performance.now();
        try {
          if (pool && id !== undefined) await pool.run(id, [[name, rounds]]);
          else (instance?.exports[name] as (...numbers: number[]) => void)(rounds, 0, 1);
          resolve(performance.now() - start);
        } catch (error) {
          reject(error as Error);
        }
      };
      queue.begin(measured);
    });
  }
  /** GFLOP/s. */
  async function best(name: string, flops: number): Promise<number> {
    let rounds = 1;
    // The first run waits for the threads, and for the engine's compiler.
    await time(name, rounds);
    for (let took = 0; took < milliseconds / 2;) {
      took = await time(name, rounds);
      if (took < milliseconds / 2)
        rounds = Math.ceil(rounds * Math.min(100, milliseconds / Math.max(took, 0.1)));
    }
    let fastest = Infinity;
    for (let i = 0; i < measurements; i++) {
      fastest = Math.min(fastest, await time(name, rounds));
      await turn();
    }
    return (threads * rounds * flops) / (fastest * 1e6);
  }
  try {
    const registers = await best("registers", registerFlops);
    const found = [];
    for (const [i, { rows, k, n }] of products.entries())
      found.push(await best(`product${i}`, 2 * rows * k * n));
    return { registers, product: Math.max(...found) };
  } finally {
    queue.now(() => {
      heap.free(address, size);
      if (id !== undefined) pool?.drop(id);
    });
  }
}
