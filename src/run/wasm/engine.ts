// The abilities of the WebAssembly engine: SIMD, relaxed SIMD, and the register tile that its compiler turns into the
// fastest matrix product. Measured once per process, in a few milliseconds.
import { createModule, type Code } from "../../emit/wasm/assembler.ts";
import { kernelParameterCount, runGlobals } from "../../emit/wasm/call.ts";
import type { Tile } from "../../emit/wasm/layout.ts";
import { emitMatmul } from "../../emit/wasm/matmul.ts";
import { microLibrary } from "../../emit/wasm/micro.ts";

/** Whether a function that leaves this vector on the stack compiles. */
function accepts(write: (code: Code) => void): boolean {
  const module = createModule();
  module.func(0, "v128", write);
  return WebAssembly.validate(module.bytes());
}

export function hasSimd(): boolean {
  return typeof WebAssembly === "object" && accepts((code) => void code.splat(1));
}

/** Whether multiply-adds can round once. */
export function hasRelaxedSimd(): boolean {
  return accepts((code) => void code.splat(1).splat(1).splat(1).op("f32x4.relaxed_madd"));
}

/** Tiles to choose from: for processors with 16 vector registers and, the last, with 32. */
export const tiles: readonly Tile[] = [
  { rows: 4, vectors: 2 },
  { rows: 5, vectors: 2 },
  { rows: 6, vectors: 2 },
  { rows: 3, vectors: 3 },
  { rows: 4, vectors: 4 },
];

/** Tiles for programs of one and of two rows: wide ones, so that there are enough sums to work on. */
const tilesForFewRows: readonly (Tile | undefined)[] = [
  undefined,
  { rows: 1, vectors: 6 },
  { rows: 2, vectors: 4 },
];

/** The tile for a program with a capacity of `rows` rows. `relaxed`: whether multiply-adds round once. */
export function tileFor(rows: number, relaxed: boolean): Tile {
  return tilesForFewRows[rows] ?? fastestTile(relaxed);
}

const fastest = new Map<boolean, Tile>();
const rounds = 12;

/** The fastest tile on this engine, measured at the first call. */
export function fastestTile(relaxed: boolean): Tile {
  const known = fastest.get(relaxed);
  if (known) return known;
  const candidates = tiles.map((tile) => ({ tile, run: trial(tile, relaxed), best: Infinity }));
  // Interleaved rounds, the best of each: a stall on a busy machine hits one round, not one tile.
  for (let round = 0; round < rounds; round++) {
    for (const candidate of candidates) {
      const start = performance.now();
      for (let i = 0; i < 10; i++) candidate.run();
      candidate.best = Math.min(candidate.best, performance.now() - start);
    }
  }
  const { tile } = candidates.reduce((a, b) => (b.best < a.best ? b : a));
  fastest.set(relaxed, tile);
  return tile;
}

/** The size of the trial product: like a time step's, a batch of rows and a few hundred columns. */
const trialSize = { rows: 30, n: 240, k: 64 } as const;

function trial(tile: Tile, relaxed: boolean): () => void {
  const { rows, n, k } = trialSize;
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
