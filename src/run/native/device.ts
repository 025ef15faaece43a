// The native device: a C++ addon interprets plans at the processor's full vector width, on several threads, in float32.
// Node only.
import type { ParameterLayout } from "../../plan/parameters.ts";
import type { Device } from "../device.ts";
import { createFloatStore } from "../float-store.ts";
import { createQueue } from "../queue.ts";
import { checkThreads, maximumThreads } from "../threads.ts";
import { loadNative } from "./addon.ts";
import { createProgram, type DeviceParts, type NativeStore } from "./program.ts";

/** Options of `nativeDevice`. */
export interface NativeOptions {
  /** Threads of a run, 1 to 255; default all cores. Any number gives the same bits. */
  readonly threads?: number;
  /** Whether programs measure where their time goes, see `Program.times`. Default false. */
  readonly profile?: boolean;
  /** The instruction set, one that the processor has; default the widest. */
  readonly instructions?: "AVX-512" | "AVX2" | "NEON" | "portable";
}

/**
 * The native device: float32 kernels in C++, on the widest vectors of the processor. Throws where the addon was not built
 * for this system (`npx unrolled build-native` builds it), and for a number of threads out of range.
 */
export function nativeDevice(options: NativeOptions = {}): Device {
  const addon = loadNative();
  const threads = options.threads ?? Math.min(addon.cores, maximumThreads);
  checkThreads(threads);
  const parts: DeviceParts = {
    addon,
    team: addon.team(threads),
    threads,
    queue: createQueue(),
    profile: options.profile ?? false,
    instructions: options.instructions ?? "",
  };
  return {
    name: "native",
    precision: "float32",
    threads,
    parameters: (layout) => createStore(parts, layout),
    async compile(plan, store) {
      return createProgram(parts, plan, store as NativeStore);
    },
    async roofline() {
      const [registers, product, openblas] = addon.roofline(parts.team);
      return { registers, product, ...(openblas > 0 && { openblas }) };
    },
    dispose() {},
  };
}

function createStore({ addon, queue }: DeviceParts, layout: ParameterLayout): NativeStore {
  let values = addon.floats(layout.size);
  const store = createFloatStore(layout, queue, {
    values: () => values,
    // The collector frees it once no program refers to it either.
    free: () => void (values = new Float32Array(0)),
  });
  return Object.assign(store, { values: () => values });
}
