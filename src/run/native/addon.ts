// Finds and loads the C++ addon, by Node's own loader. Imports nothing of Node, so that a browser's build of what uses
// it is none the worse; outside of Node there is no addon.

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

/** What `native/addon.cpp` exports. */
export interface NativeAddon {
  /** Cores that this process may use. */
  readonly cores: number;
  /** The instruction set in use. */
  processor(): string;
  /** Zeroed, on cache lines. */
  floats(count: number): Float32Array;
  team(threads: number): object;
  program(
    words: Int32Array,
    arena: Float32Array,
    parameters: Float32Array,
    profile: boolean,
    instructions: string,
  ): object;
  run(...given: RunArguments): void;
  start(...given: RunArguments): Promise<void>;
  microseconds(...given: RunArguments): number;
  /** Nanoseconds: products, pointwise, packing, waiting, moving. */
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

/** Throws where there is no addon, with the remedy. */
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
