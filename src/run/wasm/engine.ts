// What the WebAssembly engine at hand can do: SIMD, relaxed SIMD, and which register tile its compiler turns
// into the fastest matrix product. Measured once per process, in a few milliseconds.
import { createModule } from "../../emit/wasm/assembler.ts";
import { kernelParameterCount, runGlobals } from "../../emit/wasm/call.ts";
import type { Tile } from "../../emit/wasm/layout.ts";
import { emitMatmul } from "../../emit/wasm/matmul.ts";
import { microLibrary } from "../../emit/wasm/micro.ts";

/** Whether a function that leaves this on the stack compiles. */
function accepts(write: Parameters<ReturnType<typeof createModule>["func"]>[2]): boolean {
  const module = createModule();
  module.func(0, "v128", write);
  return WebAssembly.validate(module.bytes());
}

export function hasSimd(): boolean {
  return typeof WebAssembly === "object" && accepts((code) => void code.splat(1));
}

export function hasRelaxedSimd(): boolean {
  return accepts((code) => void code.splat(1).splat(1).splat(1).op("f32x4.relaxed_madd"));
}

/** Rows by vectors of four, for 16 registers and, the last, for 32. */
export const tiles: readonly Tile[] = [
  { rows: 4, vectors: 2 },
  { rows: 5, vectors: 2 },
  { rows: 6, vectors: 2 },
  { rows: 3, vectors: 3 },
  { rows: 4, vectors: 4 },
];

/** Tiles for programs of so few rows, by their number: wide ones, so that there are enough sums to work on. */
const tilesOfFewRows: readonly (Tile | undefined)[] = [
  undefined,
  { rows: 1, vectors: 6 },
  { rows: 2, vectors: 4 },
];

/** The tile for a program of so many rows. */
export function tileFor(rows: number, relaxed: boolean): Tile {
  return tilesOfFewRows[rows] ?? fastestTile(relaxed);
}

const chosen = new Map<boolean, Tile>();

/** The fastest tile on this engine. */
export function fastestTile(relaxed: boolean): Tile {
  const known = chosen.get(relaxed);
  if (known) return known;
  const runs = tiles.map((tile) => ({ tile, run: trial(tile, relaxed), best: Infinity }));
  // Interleaved rounds, the best of each: a stall on a busy machine hits one round, not one tile.
  for (let round = 0; round < rounds; round++) {
    for (const candidate of runs) {
      const start = performance.now();
      for (let i = 0; i < 10; i++) candidate.run();
      candidate.best = Math.min(candidate.best, performance.now() - start);
    }
  }
  const { tile } = runs.reduce((a, b) => (b.best < a.best ? b : a));
  chosen.set(relaxed, tile);
  return tile;
}

const rounds = 12;
/** A product of the shape that a time step has: a batch of rows, a few hundred columns. */
const shape = { rows: 30, n: 240, k: 64 } as const;

function trial(tile: Tile, relaxed: boolean): () => void {
  const { rows, n, k } = shape;
  const memory = new WebAssembly.Memory({ initial: 4 });
  const module = createModule();
  const micros = microLibrary(module, relaxed);
  const [left, packed, result] = [0, 4 * rows * k, 4 * (rows * k + n * k)];
  const globals = runGlobals(module);
  const from = { address: left, stride: 4 * k, origin: "none" } as const;
  const into = { address: result, stride: 4 * n, origin: "none" } as const;
  const product = module.func(kernelParameterCount, undefined, (code) =>
    emitMatmul(code, { from, into, n, k, packed }, micros, tile, globals),
  );
  module.export("product", product);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  const run = instance.exports["product"] as (...args: number[]) => void;
  return () => run(0, 0, 0, rows, 0, 1);
}
