// A compiled plan in the memory of a wasm device: written to, run and read in the order of the calls, on the
// caller's thread where a run is short, else on the device's threads. Knows neither Node nor browsers.
import { workKinds } from "../../emit/wasm/call.ts";
import { addressOf, layoutProgram, type Tile } from "../../emit/wasm/layout.ts";
import { emitModule } from "../../emit/wasm/module.ts";
import { fewRows } from "../../emit/wasm/phases.ts";
import type { Buffer, PhaseName, Plan } from "../../plan/plan.ts";
import {
  bufferNamed,
  checkWrite,
  tokenTables,
  viewNamed,
  type Program,
  type RunExtent,
  type TokenTables,
  type WorkTimes,
  type Writable,
} from "../device.ts";
import { costOf, meetingsOf, packingCost, timeOf, type Cost } from "./cost.ts";
import type { Heap } from "./heap.ts";
import { warnOfOneThread } from "./host.ts";
import type { Pool, Spent } from "./pool.ts";
import type { Queue } from "../queue.ts";
import { reportTo, type Failures, type WasmStore } from "./store.ts";
import type { Calls } from "./worker.ts";

/** What the programs and stores of one device share. */
export interface DeviceParts {
  readonly heap: Heap;
  readonly queue: Queue;
  /** Undefined where there are no threads but the caller's. */
  readonly pool: Pool | undefined;
  /** Two integers that threads meet at. */
  readonly barrier: number;
  readonly relaxed: boolean;
  readonly profile: boolean;
  /** Milliseconds from which on a run goes to the threads. */
  readonly longRun: number;
  /** Throws where the device was disposed of. */
  checkAlive(): void;
}

export async function createProgram(
  parts: DeviceParts,
  plan: Plan,
  store: WasmStore,
  tile: Tile,
): Promise<Program> {
  const { heap, queue, pool, profile, longRun } = parts;
  const threads = pool?.threads ?? 1;
  const size = layoutProgram(plan, 0, threads).size;
  const base = heap.allocate(size);
  const bases = { parameters: store.address, program: base };
  const layout = layoutProgram(plan, base, threads);
  const team = pool && { threads, barrier: parts.barrier };
  const bytes = emitModule(plan, { bases, tile, relaxed: parts.relaxed, profile, ...(team && { team }) });
  const module = await WebAssembly.compile(bytes);
  const account = createAccount();
  const instance = await WebAssembly.instantiate(module, {
    env: { memory: heap.memory, mark: account.mark },
  });
  const own = instance.exports as Record<string, (...numbers: number[]) => void>;
  const pooled = pool?.add(module);
  const costs = new Map<PhaseName, Cost>();
  const failures: Failures = {};
  let prepared = -1;
  let disposed = false;

  if (isLong(plan.phases.train ?? plan.phases.forward ?? [], plan.rows * plan.steps)) pool?.start();

  function isLong(items: Parameters<typeof costOf>[0], tokens: number): boolean {
    const run = { tokens, rows: plan.rows, steps: plan.steps };
    return timeOf(costOf(items), run) > longRun;
  }
  function checkAlive(): void {
    parts.checkAlive();
    if (disposed) throw new Error("this program was disposed of; compile the plan again");
  }
  function placeOf(name: string): { buffer: Buffer; address: number } {
    checkAlive();
    const buffer = bufferNamed(plan, name);
    return { buffer, address: addressOf(buffer, bases) };
  }
  function estimate(phase: PhaseName, { rows, steps }: RunExtent, tokens: number): number {
    let cost = costs.get(phase);
    if (!cost) {
      cost = costOf(plan.phases[phase] ?? []);
      costs.set(phase, cost);
    }
    const packing = prepared === store.version ? 0 : packingCost(plan) * 1e-6;
    return timeOf(cost, { tokens, rows, steps }) + packing;
  }
  /** Where rows are few, threads meet after each kernel of a loop: a hundred meetings ask for as much time again. */
  function isWorthDividing(phase: PhaseName, { rows, steps }: RunExtent, time: number): boolean {
    const isFew = rows < fewRows * threads;
    const meetings = isFew ? meetingsOf(plan.phases[phase] ?? [], steps) : 0;
    return time > longRun * (1 + meetings / 100);
  }
  /** Writes the tables of a run and says what is to be called. */
  function begin(phase: PhaseName, extent: RunExtent, tables: TokenTables, shares: number): Calls {
    const { rows, steps, carry = steps } = extent;
    heap.integers(layout.alive, steps).set(tables.alive);
    heap.integers(layout.offsets, steps + 1).set(tables.offsets);
    heap.integers(layout.bounds, shares + 1).set(rowBounds(extent, tables, shares));
    // What is left out of matrices is drawn anew for each forward pass.
    const draws = plan.phases.prepare !== undefined;
    const isPrepared = prepared === store.version && !(draws && (phase === "forward" || phase === "train"));
    prepared = store.version;
    if (phase === "update" || phase === "train") store.version++;
    return [
      ...(draws && !isPrepared ? [["prepare", rows, steps, carry] as const] : []),
      ...(isPrepared ? [] : [["pack"] as const]),
      [phase, rows, steps, carry],
    ];
  }
  function failed(error: unknown): void {
    prepared = -1;
    const failure = { error: error as Error, reported: false };
    failures.latest = failure;
    store.failures.latest = failure;
  }
  function runHere(phase: PhaseName, extent: RunExtent, tables: TokenTables): void {
    try {
      account.start();
      for (const [name, ...numbers] of begin(phase, extent, tables, 1)) own[name]?.(...numbers, 0, 1);
    } catch (error) {
      failed(error);
    }
  }
  async function runOnThreads(
    crew: Pool,
    phase: PhaseName,
    extent: RunExtent,
    tables: TokenTables,
  ): Promise<void> {
    try {
      account.add(await crew.run(pooled as number, begin(phase, extent, tables, threads)));
    } catch (error) {
      if (crew.usable) return failed(error);
      // There are no threads to be had: nothing has been run, and the caller's thread does it.
      warnOfOneThread((error as Error).message);
      prepared = -1;
      runHere(phase, extent, tables);
    }
  }
  return {
    plan,
    write(name, values) {
      const { buffer, address } = placeOf(name);
      checkWrite(buffer, values.length);
      if (buffer.space === "parameters") store.version++;
      const given = queue.idle ? values : values.slice();
      queue.now(() => {
        if (buffer.type === "integer") heap.integers(address, given.length).set(given);
        else heap.floats(address, given.length).set(given);
      });
    },
    run(phase, asked) {
      if (!plan.phases[phase]) throw new Error(`this ${plan.mode} plan has no phase '${phase}'`);
      checkAlive();
      const tables = tokenTables(plan, asked);
      const extent = { ...asked };
      const tokens = tables.offsets[asked.steps] as number;
      if (pool?.usable && isWorthDividing(phase, asked, estimate(phase, asked, tokens))) {
        queue.begin(() => runOnThreads(pool, phase, extent, tables));
      } else {
        queue.now(() => runHere(phase, extent, tables));
      }
    },
    read(name, into) {
      checkAlive();
      viewNamed(plan, name);
      return queue.after(() => {
        reportTo(failures);
        copyView(name, into);
        return into;
      });
    },
    ...(profile && { times: account.times }),
    dispose() {
      if (disposed) return;
      disposed = true;
      queue.now(() => {
        heap.free(base, size);
        if (pooled !== undefined) pool?.drop(pooled);
      });
    },
  };

  function copyView(name: string, into: Writable): void {
    const { access, width } = viewNamed(plan, name);
    const { buffer } = access;
    const line = buffer.extent === "states" && access.at === "now" ? plan.rows : 0;
    const address = addressOf(buffer, bases) + 4 * (line * buffer.width + access.column);
    if (width === buffer.width) {
      const count = into.length;
      into.set(buffer.type === "integer" ? heap.integers(address, count) : heap.floats(address, count));
    } else if (into.length > 0) {
      const count = Math.ceil(into.length / width);
      const from = heap.floats(address, (count - 1) * buffer.width + width);
      for (let i = 0; i < into.length; i++) {
        into[i] = from[Math.floor(i / width) * buffer.width + (i % width)] as number;
      }
    }
  }
}

/** Where each thread's rows begin, [shares + 1]: each gets as many tokens, as far as rows allow. */
export function rowBounds(extent: RunExtent, { offsets }: TokenTables, shares: number): number[] {
  const { rows, steps, lengths } = extent;
  const tokens = offsets[steps] as number;
  const bounds = [0];
  let [row, sum] = [0, 0];
  for (let share = 1; share < shares; share++) {
    while (row < rows && sum * shares < tokens * share) sum += lengths?.[row++] ?? (row++, steps);
    bounds.push(row);
  }
  return [...bounds, rows];
}

/** Keeps account of the time that work takes, on this thread and on the first of the others. */
function createAccount(): {
  start(): void;
  mark(kind: number): void;
  add(spent: Spent): void;
  times(): WorkTimes;
} {
  const total = workKinds.map(() => 0);
  let last = 0;
  return {
    start: () => void (last = performance.now()),
    mark(kind) {
      const now = performance.now();
      total[kind] = (total[kind] as number) + now - last;
      last = now;
    },
    add: (spent) => spent.forEach((time, kind) => (total[kind] = (total[kind] as number) + time)),
    times: () => Object.fromEntries(workKinds.map((kind, i) => [kind, total[i]])) as unknown as WorkTimes,
  };
}
