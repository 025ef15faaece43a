// The parameters of one model in the memory of a wasm device.
import type { ParameterLayout } from "../../plan/parameters.ts";
import { checkParameters, type ParameterStore } from "../device.ts";
import type { Heap } from "./heap.ts";
import type { Queue } from "../queue.ts";

/** An error of a run, for the read that comes next. */
export interface Failures {
  latest?: { readonly error: Error; reported: boolean };
}

/** Throws the error of an earlier run, once. */
export function reportTo({ latest }: Failures): void {
  if (!latest || latest.reported) return;
  latest.reported = true;
  throw latest.error;
}

export interface WasmStore extends ParameterStore {
  readonly address: number;
  /** Grows with every change, so that programs know when to pack the parameters again. */
  version: number;
  readonly failures: Failures;
}

export function createStore(heap: Heap, queue: Queue, layout: ParameterLayout): WasmStore {
  const address = heap.allocate(4 * layout.size);
  const failures: Failures = {};
  return {
    layout,
    address,
    version: 0,
    failures,
    write(values) {
      checkParameters(layout, values.length);
      const given = queue.idle ? values : values.slice();
      queue.now(() => {
        heap.floats(address, layout.size).set(given);
        this.version++;
      });
    },
    read: () =>
      queue.after(() => {
        reportTo(failures);
        return Float64Array.from(heap.floats(address, layout.size));
      }),
  };
}
