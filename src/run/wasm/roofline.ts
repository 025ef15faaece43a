// How fast the threads of a wasm device multiply and add, together: what no program of it can pass.
import { emitRoofline, registerFlops, rooflineBytes, type ProductShape } from "../../emit/wasm/roofline.ts";
import type { Tile } from "../../emit/wasm/layout.ts";
import type { Roofline } from "../device.ts";
import { turn } from "../turn.ts";
import type { DeviceParts } from "./program.ts";

/** A step of a small network, one of a large network, and all tokens at once. */
const products: readonly ProductShape[] = [
  { rows: 32, k: 128, n: 512 },
  { rows: 64, k: 512, n: 2048 },
  { rows: 480, k: 256, n: 256 },
];
/** Of one measurement; the best of so many rounds counts, in which all take turns. */
const milliseconds = 20;
const measurements = 10;

export async function measureRoofline(parts: DeviceParts, tile: Tile): Promise<Roofline> {
  const { heap, queue, relaxed } = parts;
  const pool = parts.pool?.usable ? parts.pool : undefined;
  const threads = pool?.threads ?? 1;
  const size = rooflineBytes(products, threads);
  const address = heap.allocate(size);
  const target = { tile, relaxed, shared: parts.pool !== undefined, threads, products, address };
  const module = await WebAssembly.compile(emitRoofline(target));
  const id = pool?.add(module);
  const { exports } = await WebAssembly.instantiate(module, { env: { memory: heap.memory } });
  const own = exports as Record<string, (rounds: number, thread: number, threads: number) => void>;

  /** Milliseconds of so many rounds of a function on all threads. */
  function time(name: string, rounds: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const measured = async (): Promise<void> => {
        const start = performance.now();
        try {
          if (pool && id !== undefined) await pool.run(id, [[name, rounds]]);
          else own[name]?.(rounds, 0, 1);
          resolve(performance.now() - start);
        } catch (error) {
          reject(error as Error);
        }
      };
      queue.begin(measured);
    });
  }
  /** How often to repeat a function so that one measurement takes long enough. */
  async function roundsFor(name: string): Promise<number> {
    let rounds = 1;
    // The first run waits for the threads, and for the engine's compiler.
    await time(name, rounds);
    for (;;) {
      const took = await time(name, rounds);
      if (took > milliseconds / 2) return rounds;
      rounds = Math.ceil(rounds * Math.min(100, milliseconds / Math.max(took, 0.1)));
    }
  }
  try {
    const candidates = [
      { name: "registers", flops: registerFlops },
      ...products.map(({ rows, k, n }, i) => ({ name: `product${i}`, flops: 2 * rows * k * n })),
    ];
    const measured = [];
    for (const candidate of candidates) {
      measured.push({ ...candidate, rounds: await roundsFor(candidate.name), best: Infinity });
    }
    for (let i = 0; i < measurements; i++) {
      for (const each of measured) each.best = Math.min(each.best, await time(each.name, each.rounds));
      await turn();
    }
    const [registers = 0, ...rest] = measured.map(
      ({ rounds, flops, best }) => (threads * rounds * flops) / (best * 1e6),
    );
    return { registers, product: Math.max(...rest) };
  } finally {
    queue.now(() => {
      heap.free(address, size);
      if (id !== undefined) pool?.drop(id);
    });
  }
}
