// Finds and loads the C++ addon, with Node's own loader. Imports nothing of Node, so that browsers can load the files that
// import this one; outside of Node there is no addon.

import type { Writable } from "../device.ts";

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

/**
 * The functions of `native/addon.cpp`. Memories, teams and programs are handles, which no other object can stand for. All
 * functions throw for wrong arguments and for handles that have been released.
 */
export interface NativeAddon {
  /** Cores that this process may use. */
  readonly cores: number;
  /** The instruction set in use. */
  processor(): string;
  /** Memory of `count` floats, all 0. */
  memory(count: number): object;
  /** Copies values to a place in a memory; `integers`: whether integers are stored there. */
  write(memory: object, start: number, values: Writable, integers: boolean): void;
  /** Fills `into` with rows of `width` values, which begin `stride` apart. */
  read(memory: object, start: number, width: number, stride: number, into: Writable, integers: boolean): void;
  /** Threads that work together. */
  team(threads: number): object;
  /** A program from the words of a plan, for one of the instruction sets or, for "", the widest. It keeps its memories. */
  program(
    words: Int32Array,
    arena: object,
    parameters: object,
    profile: boolean,
    instructions: string,
  ): object;
  /** Frees a memory, a team or a program, once no program and no run needs it; whatever is collected is freed, too. */
  release(handle: object): void;
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
