// Frees the memory of stores and programs that were dropped instead of disposed, once the collector has found them.
import type { Queue } from "../queue.ts";

export interface Dropped {
  /** Calls `free`, which must not refer to the owner, once the owner of `bytes` bytes has been collected. */
  watch(owner: object, bytes: number, free: () => void): void;
  /** For an owner that has been disposed: `free` will not be called. */
  forget(free: () => void): void;
}

export function createDropped(queue: Queue): Dropped {
  const registry = new FinalizationRegistry<() => void>((free) => queue.now(free));
  return {
    watch(owner, bytes, free) {
      registry.register(owner, free, free);
      weigh(bytes);
    },
    forget: (free) => void registry.unregister(free),
  };
}

/**
 * Makes the collector run as often as if it saw the device's memory: it counts an array of the same size, which is dropped
 * at once and never touched, so that it costs no memory.
 */
function weigh(bytes: number): number {
  try {
    return new ArrayBuffer(bytes).byteLength;
  } catch {
    // Too large for one array; the device's memory itself is there.
    return 0;
  }
}
