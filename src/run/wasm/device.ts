// The wasm device: plans become WebAssembly SIMD at run time, over one memory that all programs and threads of the device
// share; float32. Works in Node and in browsers.
import { checkOptions, type OptionRules } from "../../base/options.ts";
import type { Tile } from "../../emit/wasm/layout.ts";
import type { ParameterLayout } from "../../plan/parameters.ts";
import type { Device } from "../device.ts";
import { createFloatStore } from "../float-store.ts";
import { deviceLifetime } from "../lifetime.ts";
import { createQueue } from "../queue.ts";
import { createStores } from "../stores.ts";
import { checkThreads } from "../threads.ts";
import { createDropped } from "./dropped.ts";
import { fastestTile, hasRelaxedSimd, hasSimd, tileFor } from "./engine.ts";
import { createHeap, type Heap } from "./heap.ts";
import { threadHost, warnOfOneThread } from "./host.ts";
import type { DeviceParts, WasmStore } from "./parts.ts";
import { createPool } from "./pool.ts";
import { createProgram } from "./program.ts";

/** Options of `wasmDevice`. The defaults suit the engine that it runs on. */
export interface WasmOptions {
  /**
   * Threads that a long run is divided among, 1 to 255, of which the device uses at most 64; default all cores, or
   * one for short runs while that is faster, which is measured. A page
   * that is not cross-origin isolated has one thread, its own. Any number gives the same bits.
   */
  readonly threads?: number;
  /** The register tile of matrix products; default the fastest one, measured on this engine. */
  readonly tile?: Tile;
  /** Whether multiply-adds round once; default where the engine has relaxed SIMD. */
  readonly relaxed?: boolean;
  /**
   * A run that is estimated to take longer than this, in milliseconds of one thread, leaves the caller's thread for the
   * device's threads; default 1. Runs of few rows must be longer, since their threads meet more often.
   */
  readonly longRun?: number;
  /** Whether programs measure where their time goes, see `Program.times`. Default false. */
  readonly profile?: boolean;
}

const rules: OptionRules<WasmOptions> = {
  threads: "number",
  tile: "any",
  relaxed: "boolean",
  longRun: "number",
  profile: "boolean",
};

/** The most threads that a device starts, however many it is asked for. */
const mostThreads = 64;

/**
 * The WebAssembly device: float32 kernels, generated for each plan; in Node and in browsers. Throws where the engine has no
 * WebAssembly SIMD, and for a number of threads out of range.
 */
export function wasmDevice(options: WasmOptions = {}): Device {
  checkOptions("wasm device", options, rules);
  if (!hasSimd()) {
    throw new Error(
      "this engine has no WebAssembly SIMD; use Node 20.19 or later, or a browser from 2023 or later",
    );
  }
  if (options.threads !== undefined) checkThreads(options.threads);
  const parts = createParts(options);
  const { pool, life, queue, relaxed } = parts;
  return {
    name: "wasm",
    precision: "float32",
    get threads() {
      return pool?.usable ? pool.threads : 1;
    },
    parameters(layout) {
      life.check();
      return parts.stores.add(createStore(parts, layout));
    },
    async compile(plan, store) {
      life.check();
      const tile = options.tile ?? tileFor(plan.rows, relaxed);
      return createProgram(parts, plan, parts.stores.fitting(plan, store), tile);
    },
    async roofline() {
      life.check();
      const { measureRoofline } = await import("./roofline.ts");
      return measureRoofline(parts, options.tile ?? fastestTile(relaxed));
    },
    dispose() {
      if (!life.end()) return;
      queue.now(() => pool?.end());
    },
  };
}

function createParts({ threads, relaxed, profile = false, longRun = 1 }: WasmOptions): DeviceParts {
  const host = threadHost();
  if (!host) warnOfOneThread("the page is not cross-origin isolated");
  const count = Math.min(threads ?? host?.cores ?? 1, mostThreads);
  const heap = createHeap({ shared: host !== undefined });
  const barrier = heap.allocate(8);
  const resetBarrier = (): void => void heap.integers(barrier, 2).fill(0);
  const queue = createQueue();
  return {
    life: deviceLifetime(),
    heap,
    queue,
    stores: createStores(),
    dropped: createDropped(queue),
    pool: host && createPool(host, count, { memory: heap.memory, resetBarrier }),
    barrier,
    relaxed: relaxed ?? hasRelaxedSimd(),
    profile,
    longRun,
    isFree: threads === undefined,
  };
}

function createStore(parts: DeviceParts, layout: ParameterLayout): WasmStore {
  const { heap, dropped } = parts;
  const bytes = 4 * layout.size;
  const address = heap.allocate(bytes);
  const free = freeing(heap, address, bytes);
  const store = createFloatStore(layout, parts, {
    write: (values) => heap.floats(address, layout.size).set(values),
    read: (into) => into.set(heap.floats(address, layout.size)),
    free() {
      dropped.forget(free);
      free();
    },
  });
  dropped.watch(store, bytes, free);
  return Object.assign(store, { address });
}

/** Frees a store's memory. Does not refer to the store itself, which could never be collected otherwise. */
function freeing(heap: Heap, address: number, bytes: number): () => void {
  return () => heap.free(address, bytes);
}
