// Finds and loads the C++ addon, with Node's own loader. Imports nothing of Node, so that browsers can load the files that
// import this one; outside of Node there is no addon.

type RunArguments = readonly [
  team: object,
  program: object,
  phase: number,
  rows: number,
  steps: number,
  carry: number,
  alive: Int32Array,
  offsets: Int32Array,
  pack: boolean,
];

/** The functions of `native/addon.cpp`. All of them throw for wrong arguments. */
export interface NativeAddon {
  /** Cores that this process may use. */
  readonly cores: number;
  /** The instruction set in use. */
  processor(): string;
  /** An array of zeros that starts on a cache line. */
  floats(count: number): Float32Array;
  /** Threads that work together; they end when the object is collected. */
  team(threads: number): object;
  /** A program from the words of a plan, for one of the instruction sets or, for "", the widest. */
  program(
    words: Int32Array,
    arena: Float32Array,
    parameters: Float32Array,
    profile: boolean,
    instructions: string,
  ): object;
  /** Runs a phase on the caller's thread and the team's. */
  run(...args: RunArguments): void;
  /** Runs a phase off the caller's thread. */
  start(...args: RunArguments): Promise<void>;
  /** An estimate of a run's time on one thread. */
  microseconds(...args: RunArguments): number;
  /** Nanoseconds of a profiling program so far: products, pointwise, packing, waiting, moving. */
  times(program: object): number[];
  /** GFLOP/s: registers, product, OpenBLAS or 0. */
  roofline(team: object): [number, number, number];
}

interface NodeProcess {
  readonly platform: string;
  readonly arch: string;
  getBuiltinModule?(name: string): unknown;
}

const remedy = "run `npx unrolled build-native`, or use the wasm device";
let loaded: NativeAddon | undefined;

/** The addon, loaded once. Throws with the remedy where it was not built or cannot be loaded. */
export function loadNative(): NativeAddon {
  loaded ??= load();
  return loaded;
}

function load(): NativeAddon {
  const process = (globalThis as { process?: NodeProcess }).process;
  const module = process?.getBuiltinModule?.("node:module") as
    { createRequire(from: string): (path: string) => object } | undefined;
  const os = process?.getBuiltinModule?.("node:os") as { availableParallelism(): number } | undefined;
  if (!process || !module || !os) throw new Error("the native device works in Node 20.16 or later only");
  const file = `../../../build/unrolled-${process.platform}-${process.arch}.node`;
  const path = decodeURIComponent(new URL(file, import.meta.url).pathname);
  let addon: object;
  try {
    addon = module.createRequire(import.meta.url)(path);
  } catch (cause) {
    const missing = (cause as { code?: string }).code === "MODULE_NOT_FOUND";
    const reason = missing
      ? "is not built on this machine"
      : `cannot be loaded (${(cause as Error).message})`;
    throw new Error(`the native device ${reason}; ${remedy}`, { cause });
  }
  return Object.assign(addon, { cores: os.availableParallelism() }) as NativeAddon;
}
