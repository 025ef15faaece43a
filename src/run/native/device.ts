// The native device: plans carried out by a C++ addon at the processor's full width, on several threads; float32. Short
// runs are done on the caller's thread, long ones beside it. Node only; where the addon was not built, a clear error.
import { encodePlan, phaseNames } from "../../emit/native/encode.ts";
import type { ParameterLayout } from "../../plan/parameters.ts";
import type { PhaseName, Plan } from "../../plan/plan.ts";
import {
  bufferNamed,
  checkParameters,
  checkWrite,
  tokenTables,
  viewNamed,
  type Device,
  type Numbers,
  type ParameterStore,
  type Program,
  type RunExtent,
  type WorkTimes,
  type Writable,
} from "../device.ts";
import { loadNative, type NativeAddon } from "./addon.ts";
import { createQueue, type Queue } from "../queue.ts";

export interface NativeOptions {
  /** Threads of a run; default all cores. Any number gives the same bits. */
  readonly threads?: number;
  /** Keep account of where the time goes: `Program.times`. */
  readonly profile?: boolean;
  /** The instruction set, of those that the processor has; default the widest. */
  readonly instructions?: "AVX-512" | "AVX2" | "NEON" | "portable";
}

/**
 * A run that takes longer, in microseconds, is done beside the caller: well below what a person notices, and well above
 * what handing it over costs, a tenth of a millisecond, and two or three as often as its threads begin on one core.
 */
const shortRun = 20_000;

interface Shared {
  readonly addon: NativeAddon;
  readonly team: object;
  readonly threads: number;
  readonly queue: Queue;
  readonly options: NativeOptions;
}

/** Throws where the addon was not built for this system, and at a number of threads out of range. */
export function nativeDevice(options: NativeOptions = {}): Device {
  const addon = loadNative();
  const threads = options.threads ?? addon.cores;
  if (!Number.isInteger(threads) || threads < 1 || threads > 255)
    throw new Error(`threads must be a whole number from 1 to 255, not ${threads}`);
  const shared: Shared = { addon, team: addon.team(threads), threads, queue: createQueue(), options };
  return {
    name: "native",
    threads,
    parameters: (layout) => createStore(shared, layout),
    async compile(plan, store) {
      return createProgram(shared, plan, store as NativeStore);
    },
    async roofline() {
      const [registers, product, openblas] = addon.roofline(shared.team);
      return { registers, product, ...(openblas > 0 && { openblas }) };
    },
    dispose() {},
  };
}

interface NativeStore extends ParameterStore {
  readonly values: Float32Array;
  /** Grows with every change, so that programs know when to pack the parameters again. */
  version: number;
}

function createStore({ addon, queue }: Shared, layout: ParameterLayout): NativeStore {
  const values = addon.floats(layout.size);
  return {
    layout,
    values,
    version: 0,
    write(from: Numbers) {
      checkParameters(layout, from.length);
      writeInOrder(queue, values, from);
      this.version++;
    },
    read: () => queue.after(() => Float64Array.from(values)),
  };
}

/** Copies now, or if work goes on a copy of now then. */
function writeInOrder(queue: Queue, into: Float32Array | Int32Array, values: Writable): void {
  const given = queue.idle ? values : values.slice();
  queue.now(() => into.set(given));
}

function createProgram(shared: Shared, plan: Plan, store: NativeStore): Program {
  const { addon, team, threads, queue, options } = shared;
  let arena = addon.floats(plan.arena);
  const profile = options.profile ?? false;
  let program = addon.program(encodePlan(plan), arena, store.values, profile, options.instructions ?? "");
  const durations = new Map<string, number>();
  let prepared = -1;
  let disposed = false;
  let failure: Error | undefined;
  const checkAlive = (): void => {
    if (disposed) throw new Error("this program was disposed of; compile the plan again");
  };

  function run(phase: PhaseName, extent: RunExtent): void {
    checkAlive();
    if (!plan.phases[phase]) throw new Error(`this ${plan.mode} plan has no phase '${phase}'`);
    const { rows, steps, carry = steps, lengths } = extent;
    const { alive, offsets } = tokenTables(plan, extent);
    // What is left out of matrices is drawn anew for each forward pass.
    const draws = plan.phases.prepare && (phase === "forward" || phase === "train");
    const pack = prepared !== store.version || draws === true;
    prepared = store.version;
    if (phase === "update" || phase === "train") store.version++;
    const index = phaseNames.indexOf(phase);
    const given = [team, program, index, rows, steps, carry, alive, offsets, pack] as const;
    const key = `${phase} ${rows} ${steps}`;
    const estimated = lengths ? undefined : durations.get(key);
    const duration = estimated ?? addon.microseconds(...given);
    if (!lengths) durations.set(key, duration);
    const fail = (error: unknown): void => void (failure ??= error as Error);
    if (duration / threads > shortRun) queue.begin(() => addon.start(...given).catch(fail));
    else {
      queue.now(() => {
        try {
          addon.run(...given);
        } catch (error) {
          fail(error);
        }
      });
    }
  }

  function read<A extends Writable>(name: string, into: A): A {
    checkAlive();
    if (failure) {
      const error = failure;
      failure = undefined;
      throw error;
    }
    const { access, width } = viewNamed(plan, name);
    const { buffer } = access;
    const line = buffer.extent === "states" && access.at === "now" ? plan.rows : 0;
    const start = buffer.offset + line * buffer.width + access.column;
    const space = buffer.space === "parameters" ? store.values : arena;
    const all = buffer.type === "integer" ? integersOf(space) : space;
    if (width === buffer.width) into.set(all.subarray(start, start + into.length));
    else {
      for (let i = 0; i < into.length; i++) {
        into[i] = all[start + Math.floor(i / width) * buffer.width + (i % width)] as number;
      }
    }
    return into;
  }

  return {
    plan,
    write(name, values) {
      checkAlive();
      const buffer = bufferNamed(plan, name);
      checkWrite(buffer, values.length);
      const isShared = buffer.space === "parameters";
      if (isShared) store.version++;
      const space = isShared ? store.values : arena;
      const all = buffer.type === "integer" ? integersOf(space) : space;
      writeInOrder(queue, all.subarray(buffer.offset, buffer.offset + values.length), values);
    },
    run,
    read: (name, into) => queue.after(() => read(name, into)),
    ...(profile && {
      times() {
        checkAlive();
        return timesOf(addon.times(program));
      },
    }),
    dispose() {
      disposed = true;
      // The collector frees them once no run goes on, however long this program's own object is kept.
      [arena, program] = [new Float32Array(0), {}];
    },
  };
}

const integersOf = ({ buffer, byteOffset, length }: Float32Array): Int32Array =>
  new Int32Array(buffer, byteOffset, length);

function timesOf(nanoseconds: readonly number[]): WorkTimes {
  const [products, pointwise, packing, waiting, moving] = nanoseconds.map((n) => n / 1e6) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { products, pointwise, packing, waiting, moving };
}
