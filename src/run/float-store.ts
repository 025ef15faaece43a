// The parameters of one model as float32 in the memory of a fast device, written and read in the order of the calls.
import type { ParameterLayout } from "../plan/parameters.ts";
import type { Numbers, ParameterStore } from "./device.ts";
import { reportFailure, type Failures } from "./failures.ts";
import { storeLifetime, type Lifetime } from "./lifetime.ts";
import { checkParameters } from "./plan-access.ts";
import type { Queue } from "./queue.ts";

export interface FloatStore extends ParameterStore {
  /** Grows with every change, so that programs know when to pack the parameters again. */
  version: number;
  /** The errors of all programs that share the parameters. */
  readonly failures: Failures;
  /** Throws once the parameters or their device have been disposed. */
  checkAlive(): void;
}

/** The device's memory of the parameters. All functions are called in the order of the calls. */
export interface FloatMemory {
  write(values: Numbers): void;
  /** Fills an array of [layout.size]. */
  read(into: Float64Array): void;
  /** Gives the memory back. */
  free(): void;
}

/** `life`: that of the device, which the parameters do not outlive. */
export function createFloatStore(
  layout: ParameterLayout,
  { queue, life: device }: { readonly queue: Queue; readonly life: Lifetime },
  memory: FloatMemory,
): FloatStore {
  const life = storeLifetime();
  const checkAlive = (): void => {
    device.check();
    life.check();
  };
  const store: FloatStore = {
    layout,
    version: 0,
    failures: {},
    checkAlive,
    write(from) {
      checkAlive();
      checkParameters(layout, from.length);
      queue.write(from, (numbers) => {
        memory.write(numbers);
        store.version++;
      });
    },
    async read() {
      checkAlive();
      return queue.after(() => {
        reportFailure(store.failures);
        const values = new Float64Array(layout.size);
        memory.read(values);
        return values;
      });
    },
    dispose() {
      if (life.end()) queue.now(memory.free);
    },
  };
  return store;
}
