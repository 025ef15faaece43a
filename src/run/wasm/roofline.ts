// Measures how fast the threads of a wasm device multiply and add together: a limit that no program on it can exceed.
import type { Tile } from "../../emit/wasm/layout.ts";
import { emitRoofline, registerFlops, rooflineBytes, type ProductShape } from "../../emit/wasm/roofline.ts";
import type { Roofline } from "../device.ts";
import { turn } from "../turn.ts";
import type { DeviceParts } from "./parts.ts";

/** A step of a small network, one of a large network, and all tokens at once. */
const products: readonly ProductShape[] = [
  { rows: 32, k: 128, n: 512 },
  { rows: 64, k: 512, n: 2048 },
  { rows: 480, k: 256, n: 256 },
];
/** Milliseconds of one measurement. */
const milliseconds = 20;
/** Measurements of each function, in turn with those of the others; the fastest counts. */
const measurements = 10;

/** Milliseconds of `rounds` rounds of a function on all threads. */
type Time = (name: string, rounds: number) => Promise<number>;

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
  const functions = exports as Record<string, (rounds: number, thread: number, threads: number) => void>;
  const time: Time = (name, rounds) =>
    new Promise((resolve, reject) => {
      queue.begin(async () => {
        const start = performance.now();
        try {
          if (pool && id !== undefined) await pool.run(id, [[name, rounds]]);
          else functions[name]?.(rounds, 0, 1);
          resolve(performance.now() - start);
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  try {
    const [registers = 0, ...rest] = await measureAll(time, threads);
    return { registers, product: Math.max(...rest) };
  } finally {
    queue.now(() => {
      heap.free(address, size);
      if (id !== undefined) pool?.drop(id);
    });
  }
}

/** GFLOP/s of multiply-adds in registers and of each product. */
async function measureAll(time: Time, threads: number): Promise<number[]> {
  const functions = [
    { name: "registers", flops: registerFlops },
    ...products.map(({ rows, k, n }, i) => ({ name: `product${i}`, flops: 2 * rows * k * n })),
  ];
  const candidates = [];
  for (const { name, flops } of functions) {
    candidates.push({ name, flops, rounds: await roundsFor(time, name), best: Infinity });
  }
  for (let i = 0; i < measurements; i++) {
    for (const candidate of candidates) {
      candidate.best = Math.min(candidate.best, await time(candidate.name, candidate.rounds));
    }
    await turn();
  }
  return candidates.map(({ rounds, flops, best }) => (threads * rounds * flops) / (best * 1e6));
}

/** The number of rounds that makes one measurement long enough. */
async function roundsFor(time: Time, name: string): Promise<number> {
  let rounds = 1;
  // The first run waits for the threads, and for the engine's compiler.
  await time(name, rounds);
  for (;;) {
    // The shorter of two, so that a stall on a busy machine does not pass for a long measurement.
    const duration = Math.min(await time(name, rounds), await time(name, rounds));
    if (duration > milliseconds / 2) return rounds;
    rounds = Math.ceil(rounds * Math.min(100, milliseconds / Math.max(duration, 0.1)));
  }
}
