// The parts of a wasm device that its programs and stores share.
import type { FloatStore } from "../float-store.ts";
import type { Lifetime } from "../lifetime.ts";
import type { Queue } from "../queue.ts";
import type { Stores } from "../stores.ts";
import type { Dropped } from "./dropped.ts";
import type { Heap } from "./heap.ts";
import type { Pool } from "./pool.ts";

export interface DeviceParts {
  readonly life: Lifetime;
  readonly heap: Heap;
  readonly queue: Queue;
  readonly stores: Stores<WasmStore>;
  readonly dropped: Dropped;
  /** Undefined where there is no thread but the caller's. */
  readonly pool: Pool | undefined;
  /** The address of two integers where threads meet. */
  readonly barrier: number;
  /** Whether multiply-adds round once. */
  readonly relaxed: boolean;
  readonly profile: boolean;
  /** Milliseconds of one thread from which on a run goes to the device's threads. */
  readonly longRun: number;
  /** Whether runs may stay on the caller's thread where that is faster. */
  readonly isFree: boolean;
}

export interface WasmStore extends FloatStore {
  /** Of the first parameter. */
  readonly address: number;
}
