// The parameters of one model as float32 in the memory of a fast device, written and read in the order of the calls.
import type { ParameterLayout } from "../plan/parameters.ts";
import type { ParameterStore } from "./device.ts";
import { reportFailure, type Failures } from "./failures.ts";
import { storeLifetime } from "./lifetime.ts";
import { checkParameters } from "./plan-access.ts";
import type { Queue } from "./queue.ts";

export interface FloatStore extends ParameterStore {
  /** Grows with every change, so that programs know when to pack the parameters again. */
  version: number;
  /** The errors of all programs that share the parameters. */
  readonly failures: Failures;
  /** Throws once the parameters have been disposed. */
  checkAlive(): void;
}

/** `values`: the parameters, [layout.size]; `free` gives the memory back. Both are called in the order of the calls. */
export function createFloatStore(
  layout: ParameterLayout,
  queue: Queue,
  { values, free }: { readonly values: () => Float32Array; readonly free: () => void },
): FloatStore {
  const life = storeLifetime();
  const store: FloatStore = {
    layout,
    version: 0,
    failures: {},
    checkAlive: life.check,
    write(from) {
      life.check();
      checkParameters(layout, from.length);
      queue.write(from, (numbers) => {
        values().set(numbers);
        store.version++;
      });
    },
    async read() {
      life.check();
      return queue.after(() => {
        reportFailure(store.failures);
        return Float64Array.from(values());
      });
    },
    dispose() {
      if (life.end()) queue.now(free);
    },
  };
  return store;
}
