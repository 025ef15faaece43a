// The wasm device: plans become WebAssembly SIMD at run time, over one memory that all programs and threads of the
// device share. Works in Node and in browsers; float32.
import type { Tile } from "../../emit/wasm/layout.ts";
import type { Device } from "../device.ts";
import { fastestTile, hasRelaxedSimd, hasSimd, tileFor } from "./engine.ts";
import { createHeap } from "./heap.ts";
import { threadHost, warnOfOneThread } from "./host.ts";
import { createPool } from "./pool.ts";
import { createProgram, type DeviceParts } from "./program.ts";
import { createQueue } from "../queue.ts";
import { measureRoofline } from "./roofline.ts";
import { createStore, type WasmStore } from "./store.ts";

export interface WasmOptions {
  /**
   * Threads that a long run is divided among, from 1 to 64; as many as the machine has cores if not given. A page
   * that is not cross-origin isolated has one, its own. The results are the same bits with any number.
   */
  readonly threads?: number;
  /** The register tile of matrix products; measured on this engine if not given. */
  readonly tile?: Tile;
  /** Multiply-add in one rounding; where the engine has it if not given. */
  readonly relaxed?: boolean;
  /**
   * A run that is estimated to take longer than this, in milliseconds of one thread, goes on beside the caller, on
   * the device's threads; default 1. Runs of few rows must be longer, since their threads meet more often.
   */
  readonly longRun?: number;
  /** Whether programs keep account of where their time goes, see `Program.times`. Default false. */
  readonly profile?: boolean;
}

const mostThreads = 64;

/** Throws where the engine has no WebAssembly SIMD, and at a number of threads out of range. */
export function wasmDevice(options: WasmOptions = {}): Device {
  if (!hasSimd()) {
    throw new Error(
      "this engine has no WebAssembly SIMD; use Node 16.4 or later or a browser of 2021 or later",
    );
  }
  const host = threadHost();
  if (!host) warnOfOneThread("the page is not cross-origin isolated");
  const wanted = options.threads ?? Math.min(host?.cores ?? 1, mostThreads);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > mostThreads) {
    throw new Error(`threads must be from 1 to ${mostThreads}, not ${wanted}`);
  }
  const relaxed = options.relaxed ?? hasRelaxedSimd();
  const heap = createHeap({ shared: host !== undefined });
  const barrier = heap.allocate(8);
  const resetBarrier = (): void => void heap.integers(barrier, 2).fill(0);
  const pool = host && createPool(host, wanted, { memory: heap.memory, resetBarrier });
  const queue = createQueue();
  let disposed = false;
  const parts: DeviceParts = {
    heap,
    queue,
    pool,
    barrier,
    relaxed,
    profile: options.profile ?? false,
    longRun: options.longRun ?? 1,
    checkAlive() {
      if (disposed) throw new Error("this device was disposed of; make another");
    },
  };
  return {
    name: "wasm",
    get threads() {
      return pool?.usable ? pool.threads : 1;
    },
    parameters(layout) {
      parts.checkAlive();
      return createStore(heap, queue, layout);
    },
    async compile(plan, store) {
      parts.checkAlive();
      const tile = options.tile ?? tileFor(plan.rows, relaxed);
      return createProgram(parts, plan, store as WasmStore, tile);
    },
    roofline() {
      parts.checkAlive();
      return measureRoofline(parts, options.tile ?? fastestTile(relaxed));
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      queue.now(() => {
        pool?.end();
        heap.dispose();
      });
    },
  };
}
