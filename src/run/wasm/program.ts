// A plan compiled for a wasm device: written to, run and read in the order of the calls, on the caller's thread where a
// run is short, else on the device's threads.
import { layoutProgram, type Bases, type ProgramLayout, type Tile } from "../../emit/wasm/layout.ts";
import { emitModule } from "../../emit/wasm/module.ts";
import { fewRows } from "../../emit/wasm/phases.ts";
import type { Buffer, PhaseName, Plan } from "../../plan/plan.ts";
import type { Program, RunExtent, Writable } from "../device.ts";
import { chooseThreads, type ThreadChoice } from "../crowding.ts";
import { addFailure, reportFailure, type Failures } from "../failures.ts";
import { programLifetime, type Lifetime } from "../lifetime.ts";
import { needsPacking, type PackedCopy } from "../packed.ts";
import { bufferNamed, checkRead, checkWrite, columnsNamed, phaseNamed, readColumns } from "../plan-access.ts";
import { tokenTables, type TokenTables } from "../token-tables.ts";
import { createAccount, type Account } from "./account.ts";
import { costOf, meetingsOf, packingCost, timeOf, type Cost } from "./cost.ts";
import { warnOfOneThread } from "./host.ts";
import type { DeviceParts, WasmStore } from "./parts.ts";
import type { Pool } from "./pool.ts";
import type { Calls } from "./worker.ts";

/** A compiled program. */
interface State {
  readonly parts: DeviceParts;
  readonly plan: Plan;
  readonly store: WasmStore;
  readonly bases: Bases;
  readonly layout: ProgramLayout;
  /** The module's functions on the caller's thread: the phases and `pack`. */
  readonly functions: Readonly<Record<string, (...numbers: number[]) => void>>;
  /** The module's number in the pool. */
  readonly pooled: number | undefined;
  readonly life: Lifetime;
  readonly failures: Failures;
  readonly packed: PackedCopy;
  readonly costs: Map<PhaseName, Cost>;
  /** By phase. */
  readonly choices: Map<PhaseName, ThreadChoice>;
  readonly account: Account;
}

/** Rejects for a store that has been disposed, and where memory does not suffice. */
export async function createProgram(
  parts: DeviceParts,
  plan: Plan,
  store: WasmStore,
  tile: Tile,
): Promise<Program> {
  store.checkAlive();
  const state = await compile(parts, plan, store, tile);
  const { queue, pool, dropped } = parts;
  const longest = { tokens: plan.rows * plan.steps, rows: plan.rows, steps: plan.steps };
  const cost = costOf(plan.phases.train ?? plan.phases.forward ?? []);
  // Threads take a while to start, and the first run will need them.
  if (timeOf(cost, longest) > parts.longRun) pool?.start();
  const free = freeing(parts, state);
  dropped.watch(state, state.layout.size, free);
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
        readColumns(spaceOf(state, columns.buffer), columns, into);
        return into;
      });
    },
    ...(parts.profile && { times: state.account.times }),
    dispose() {
      if (!state.life.end()) return;
      dropped.forget(free);
      queue.now(free);
    },
  };
}

/** Frees a program's memory. Does not refer to the program itself, which could never be collected otherwise. */
function freeing({ heap, pool }: DeviceParts, { bases, layout, pooled }: State): () => void {
  return () => {
    heap.free(bases.program, layout.size);
    if (pooled !== undefined) pool?.drop(pooled);
  };
}

async function compile(parts: DeviceParts, plan: Plan, store: WasmStore, tile: Tile): Promise<State> {
  const { heap, pool } = parts;
  const threads = pool?.threads ?? 1;
  const { size } = layoutProgram(plan, 0, threads);
  const program = heap.allocate(size);
  try {
    return await compileAt(parts, plan, store, tile, program);
  } catch (error) {
    heap.free(program, size);
    throw error;
  }
}

/** `program`: the address of the program's memory. */
async function compileAt(
  parts: DeviceParts,
  plan: Plan,
  store: WasmStore,
  tile: Tile,
  program: number,
): Promise<State> {
  const { heap, pool, relaxed, profile } = parts;
  const threads = pool?.threads ?? 1;
  const bases = { parameters: store.address, program };
  const team = pool && { threads, barrier: parts.barrier };
  const bytes = emitModule(plan, { bases, tile, relaxed, profile, ...(team && { team }) });
  const module = await WebAssembly.compile(bytes);
  const account = createAccount();
  const instance = await WebAssembly.instantiate(module, {
    env: { memory: heap.memory, mark: account.mark },
  });
  return {
    parts,
    plan,
    store,
    bases,
    layout: layoutProgram(plan, program, threads),
    functions: instance.exports as State["functions"],
    pooled: pool?.add(module),
    life: programLifetime(),
    failures: {},
    packed: { version: undefined },
    costs: new Map(),
    choices: new Map(),
    account,
  };
}

function checkAlive({ life, store }: State): void {
  store.checkAlive();
  life.check();
}

/** The numbers of the space that a buffer is in. */
function spaceOf({ parts, plan, bases }: State, { space, type }: Buffer): Writable {
  const [base, size] =
    space === "parameters" ? [bases.parameters, plan.parameters.size] : [bases.program, plan.arena];
  return type === "integer" ? parts.heap.integers(base, size) : parts.heap.floats(base, size);
}

function write(state: State, name: string, values: Writable): void {
  checkAlive(state);
  const buffer = bufferNamed(state.plan, name);
  checkWrite(buffer, values);
  state.parts.queue.write(values, (numbers) => {
    if (buffer.space === "parameters") state.store.version++;
    spaceOf(state, buffer).set(numbers, buffer.offset);
  });
}

/** A run that has been checked. */
interface Request {
  readonly phase: PhaseName;
  readonly extent: RunExtent;
  readonly tables: TokenTables;
}

function run(state: State, phase: PhaseName, extent: RunExtent): void {
  const { plan, parts } = state;
  phaseNamed(plan, phase);
  checkAlive(state);
  const request = { phase, extent: { ...extent }, tables: tokenTables(plan, extent) };
  const { pool, queue } = parts;
  const time = pool?.usable === true ? timeIfDivided(state, request, pool.threads) : undefined;
  if (pool && time !== undefined) queue.begin(() => runDivided(state, pool, request, time));
  else queue.now(() => runHere(state, request));
}

/** The longest run, in milliseconds, that may keep the caller's thread because that is faster. */
const mostHere = 50;

/** On the device's threads, or on the caller's where that is faster at the moment. */
async function runDivided(state: State, pool: Pool, request: Request, time: number): Promise<void> {
  const { parts, choices } = state;
  const { phase } = request;
  if (!parts.isFree || time > mostHere) return runOnThreads(state, pool, request);
  const choice = choices.get(phase) ?? chooseThreads([pool.threads, 1]);
  choices.set(phase, choice);
  const threads = choice.next();
  const began = performance.now();
  if (threads === 1) runHere(state, request);
  else await runOnThreads(state, pool, request);
  choice.took(threads, performance.now() - began, time);
}

/** The time of a run on one thread, in milliseconds, if it is long enough for the device's threads. */
function timeIfDivided(
  { parts, plan, store, packed, costs }: State,
  request: Request,
  threads: number,
): number | undefined {
  const { phase, extent, tables } = request;
  const { rows, steps } = extent;
  const items = plan.phases[phase] ?? [];
  const cost = costs.get(phase) ?? costOf(items);
  costs.set(phase, cost);
  const packing = packed.version === store.version ? 0 : packingCost(plan) * 1e-6;
  const time = timeOf(cost, { tokens: tables.offsets[steps] as number, rows, steps }) + packing;
  // Where rows are few, threads meet after each kernel of a loop: 100 meetings must be worth as much time again.
  const meetings = rows < fewRows * threads ? meetingsOf(items, steps) : 0;
  return time > parts.longRun * (1 + meetings / 100) ? time : undefined;
}

/** Writes the tables of a run to memory and returns the calls to make. */
function begin(state: State, { phase, extent, tables }: Request, shares: number): Calls {
  const { parts, plan, store, layout, packed } = state;
  const { rows, steps, carry = steps } = extent;
  parts.heap.integers(layout.alive, steps).set(tables.alive);
  parts.heap.integers(layout.offsets, steps + 1).set(tables.offsets);
  parts.heap.integers(layout.bounds, shares + 1).set(rowBounds(extent, tables, shares));
  const packs = needsPacking(packed, store, plan, phase);
  return [
    ...(packs && plan.phases.prepare ? [["prepare", rows, steps, carry] as const] : []),
    ...(packs ? [["pack"] as const] : []),
    [phase, rows, steps, carry],
  ];
}

function runHere(state: State, request: Request): void {
  const { account, functions } = state;
  try {
    account.start();
    for (const [name, ...numbers] of begin(state, request, 1)) functions[name]?.(...numbers, 0, 1);
  } catch (error) {
    fail(state, error);
  }
}

async function runOnThreads(state: State, pool: Pool, request: Request): Promise<void> {
  try {
    const calls = begin(state, request, pool.threads);
    state.account.add(await pool.run(state.pooled as number, calls));
  } catch (error) {
    if (pool.usable) return fail(state, error);
    // Threads cannot be started: nothing has been run, and the caller's thread does it.
    warnOfOneThread((error as Error).message);
    state.packed.version = undefined;
    runHere(state, request);
  }
}

function fail({ packed, failures, store }: State, error: unknown): void {
  packed.version = undefined;
  addFailure(error, failures, store.failures);
}

/** [shares + 1] the first row of each thread's share: shares of equally many tokens, as far as whole rows allow. */
function rowBounds(extent: RunExtent, { offsets }: TokenTables, shares: number): number[] {
  const { rows, steps, lengths } = extent;
  const tokens = offsets[steps] as number;
  const bounds = [0];
  let [row, sum] = [0, 0];
  for (let share = 1; share < shares; share++) {
    while (row < rows && sum * shares < tokens * share) {
      sum += lengths?.[row] ?? steps;
      row++;
    }
    bounds.push(row);
  }
  return [...bounds, rows];
}
