// A plan compiled for the native device: written to, run and read in the order of the calls. Short runs are done on the
// caller's thread, long ones off it.
import { encodePlan, phaseNames } from "../../emit/native/encode.ts";
import type { Buffer, PhaseName, Plan } from "../../plan/plan.ts";
import type { Program, RunExtent, WorkTimes, Writable } from "../device.ts";
import { chooseThreads, type ThreadChoice } from "../crowding.ts";
import { addFailure, reportFailure, type Failures } from "../failures.ts";
import type { FloatStore } from "../float-store.ts";
import { programLifetime, type Lifetime } from "../lifetime.ts";
import { needsPacking, type PackedCopy } from "../packed.ts";
import { bufferNamed, checkRead, checkWrite, columnsNamed, phaseNamed } from "../plan-access.ts";
import type { Queue } from "../queue.ts";
import type { Stores } from "../stores.ts";
import { tokenTables } from "../token-tables.ts";
import type { NativeAddon } from "./addon.ts";

/** The parts of a device that its programs and stores share. */
export interface DeviceParts {
  readonly addon: NativeAddon;
  /** The team with a number of threads. */
  readonly team: ((threads: number) => object) & { release(): void };
  readonly threads: number;
  /** Whether runs may have fewer threads where that is faster. */
  readonly isFree: boolean;
  readonly life: Lifetime;
  readonly queue: Queue;
  readonly stores: Stores<NativeStore>;
  readonly profile: boolean;
  /** An instruction set, or "" for the widest. */
  readonly instructions: string;
}

export interface NativeStore extends FloatStore {
  /** The parameters in the addon's memory. */
  readonly memory: object;
}

/**
 * Microseconds from which on a run is done off the caller's thread: well below what a person notices, and well above the
 * cost of handing it over. That is a tenth of a millisecond, or two to three where the threads start on one core.
 */
const longRun = 20_000;

/** A compiled program. */
interface State {
  readonly parts: DeviceParts;
  readonly plan: Plan;
  readonly store: NativeStore;
  readonly life: Lifetime;
  readonly failures: Failures;
  readonly packed: PackedCopy;
  /** Estimated microseconds of runs without ragged lengths, by phase and extent. */
  readonly estimates: Map<string, number>;
  /** By phase. */
  readonly choices: Map<PhaseName, ThreadChoice>;
  /** The addon's memory. */
  readonly arena: object;
  /** The addon's program. */
  readonly handle: object;
}

/** Throws for a store that has been disposed. */
export function createProgram(parts: DeviceParts, plan: Plan, store: NativeStore): Program {
  const { addon, profile, instructions, queue } = parts;
  store.checkAlive();
  const arena = addon.memory(plan.arena);
  const state: State = {
    parts,
    plan,
    store,
    life: programLifetime(),
    failures: {},
    packed: { version: undefined },
    estimates: new Map(),
    choices: new Map(),
    arena,
    handle: addon.program(encodePlan(plan), arena, store.memory, profile, instructions),
  };
  return {
    plan,
    write: (name, values) => write(state, name, values),
    run: (phase, extent) => run(state, phase, extent),
    async read(name, into) {
      checkAlive(state);
      const columns = columnsNamed(plan, name);
      checkRead(name, columns, into);
      return queue.after(() => {
        reportFailure(state.failures);
        checkRead(name, columns, into);
        const { buffer, start, width } = columns;
        addon.read(memoryOf(state, buffer), start, width, buffer.width, into, buffer.type === "integer");
        return into;
      });
    },
    ...(profile && {
      times() {
        checkAlive(state);
        return timesOf(addon.times(state.handle));
      },
    }),
    dispose() {
      if (!state.life.end()) return;
      queue.now(() => [state.handle, state.arena].forEach(addon.release));
    },
  };
}

function checkAlive({ life, store }: State): void {
  store.checkAlive();
  life.check();
}

const memoryOf = ({ store, arena }: State, { space }: Buffer): object =>
  space === "parameters" ? store.memory : arena;

function write(state: State, name: string, values: Writable): void {
  checkAlive(state);
  const buffer = bufferNamed(state.plan, name);
  checkWrite(buffer, values);
  const { queue, addon } = state.parts;
  queue.write(values, (numbers) => {
    if (buffer.space === "parameters") state.store.version++;
    addon.write(memoryOf(state, buffer), buffer.offset, numbers, buffer.type === "integer");
  });
}

function run(state: State, phase: PhaseName, extent: RunExtent): void {
  const { parts, plan, store, packed, handle } = state;
  const { addon, queue, threads } = parts;
  checkAlive(state);
  phaseNamed(plan, phase);
  const { rows, steps, carry = steps } = extent;
  const { alive, offsets } = tokenTables(plan, extent);
  type Arguments = Parameters<NativeAddon["run"]>;
  const withPack = (pack: boolean, active = threads): Arguments => [
    parts.team(active),
    handle,
    phaseNames.indexOf(phase),
    rows,
    steps,
    carry,
    alive,
    offsets,
    pack,
  ];
  const microseconds = estimate(state, phase, extent, withPack(false));
  const choice = parts.isFree ? choiceOf(state, phase) : undefined;
  const begin = (): { readonly args: Arguments; readonly end: () => void } => {
    const active = choice?.next() ?? threads;
    const args = withPack(needsPacking(packed, store, plan, phase), active);
    const began = performance.now();
    return { args, end: () => choice?.took(active, performance.now() - began, microseconds) };
  };
  const here = (): void => {
    const { args, end } = begin();
    addon.run(...args);
    end();
  };
  const elsewhere = async (): Promise<void> => {
    const { args, end } = begin();
    await addon.start(...args);
    end();
  };
  if (microseconds / threads > longRun) queue.begin(() => attempt(state, elsewhere));
  else queue.now(() => void attempt(state, here));
}

function choiceOf({ choices, parts }: State, phase: PhaseName): ThreadChoice {
  const { threads } = parts;
  const numbers = new Set([threads, Math.max(1, threads - 1), 1]);
  const choice = choices.get(phase) ?? chooseThreads([...numbers]);
  choices.set(phase, choice);
  return choice;
}

/** Microseconds on one thread. */
function estimate(
  { parts, estimates }: State,
  phase: PhaseName,
  { rows, steps, lengths }: RunExtent,
  args: Parameters<NativeAddon["microseconds"]>,
): number {
  const key = `${phase} ${rows} ${steps}`;
  const microseconds = (lengths ? undefined : estimates.get(key)) ?? parts.addon.microseconds(...args);
  if (!lengths) estimates.set(key, microseconds);
  return microseconds;
}

async function attempt({ packed, failures, store }: State, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    packed.version = undefined;
    addFailure(error, failures, store.failures);
  }
}

function timesOf(nanoseconds: readonly number[]): WorkTimes {
  const milliseconds = nanoseconds.map((n) => n / 1e6);
  const [products = 0, pointwise = 0, packing = 0, waiting = 0, moving = 0] = milliseconds;
  return { products, pointwise, packing, waiting, moving };
}
