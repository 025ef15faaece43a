// The native device: a C++ addon interprets plans at the processor's full vector width, on several threads, in float32.
// Node only.
import { checkOptions, type OptionRules } from "../../base/options.ts";
import type { ParameterLayout } from "../../plan/parameters.ts";
import type { Device } from "../device.ts";
import { createFloatStore } from "../float-store.ts";
import { deviceLifetime } from "../lifetime.ts";
import { createQueue } from "../queue.ts";
import { createStores } from "../stores.ts";
import { checkThreads, maximumThreads } from "../threads.ts";
import { loadNative, type NativeAddon } from "./addon.ts";
import { createProgram, type DeviceParts, type NativeStore } from "./program.ts";

/** Options of `nativeDevice`. */
export interface NativeOptions {
  /**
   * Threads of a run, 1 to 255; default as many as are fastest at the moment, up to all cores, which is measured as it
   * runs. Any number gives the same bits.
   */
  readonly threads?: number;
  /** Whether programs measure where their time goes, see `Program.times`. Default false. */
  readonly profile?: boolean;
  /** The instruction set, one that the processor has; default the widest. */
  readonly instructions?: "AVX-512" | "AVX2" | "NEON" | "portable";
}

const rules: OptionRules<NativeOptions> = {
  threads: "number",
  profile: "boolean",
  instructions: ["AVX-512", "AVX2", "NEON", "portable"],
};

/**
 * The native device: float32 kernels in C++, on the widest vectors of the processor. Throws where the addon was not built
 * for this system (`npx unrolled build-native` builds it), and for a number of threads out of range.
 */
export function nativeDevice(options: NativeOptions = {}): Device {
  checkOptions("native device", options, rules);
  const addon = loadNative();
  const threads = options.threads ?? Math.min(addon.cores, maximumThreads);
  checkThreads(threads);
  const parts: DeviceParts = {
    addon,
    team: teams(addon, threads),
    threads,
    isFree: options.threads === undefined && threads > 1,
    life: deviceLifetime(),
    queue: createQueue(),
    stores: createStores(),
    profile: options.profile ?? false,
    instructions: options.instructions ?? "",
  };
  const { life, queue, stores } = parts;
  return {
    name: "native",
    precision: "float32",
    threads,
    parameters(layout) {
      life.check();
      return stores.add(createStore(parts, layout));
    },
    async compile(plan, store) {
      life.check();
      return createProgram(parts, plan, stores.fitting(plan, store));
    },
    async roofline() {
      life.check();
      const [registers, product, openblas] = addon.roofline(parts.team(threads));
      return { registers, product, ...(openblas > 0 && { openblas }) };
    },
    dispose() {
      if (life.end()) queue.now(() => parts.team.release());
    },
  };
}

/** Teams of up to `most` threads, which start when they are first needed. */
function teams(addon: NativeAddon, most: number): DeviceParts["team"] {
  const made = new Map<number, object>();
  const teamOf = (threads: number): object => {
    const team = made.get(threads) ?? addon.team(Math.min(threads, most));
    made.set(threads, team);
    return team;
  };
  return Object.assign(teamOf, { release: () => made.forEach((team) => addon.release(team)) });
}

function createStore(parts: DeviceParts, layout: ParameterLayout): NativeStore {
  const { addon } = parts;
  const memory = addon.memory(layout.size);
  const store = createFloatStore(layout, parts, {
    write: (values) => addon.write(memory, 0, values, false),
    read: (into) => addon.read(memory, 0, layout.size, layout.size, into, false),
    free: () => addon.release(memory),
  });
  return Object.assign(store, { memory });
}
