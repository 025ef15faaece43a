// The threads of a device: started when first needed, parked between runs, all of them at work on one run at a time.
// Knows workers and compiled modules, no plan. A thread that fails leaves the others waiting for it, so all of them are
// ended then, and the next run starts new ones.
import type { Spent } from "./account.ts";
import type { Host, Thread } from "./host.ts";
import { workerScript, type Calls, type FromWorker, type ToWorker } from "./worker.ts";

export interface Pool {
  readonly threads: number;
  /** False once threads could not be started. */
  readonly usable: boolean;
  /** Starts the threads, unless they are there, so that they are ready for the next run. */
  start(): void;
  /** Hands a module to all threads and returns its number. */
  add(module: WebAssembly.Module): number;
  drop(id: number): void;
  /**
   * Calls functions of a module on all threads and waits for all of them; one run at a time. Resolves to the time that
   * the first thread spent. Rejects where a thread fails or cannot be started.
   */
  run(id: number, calls: Calls): Promise<Spent>;
  /** Ends the threads. */
  end(): void;
}

export interface PoolMemory {
  readonly memory: WebAssembly.Memory;
  /** Sets the integers where threads meet to 0. */
  resetBarrier(): void;
}

/** A run that threads are at work on. */
interface Run {
  /** Threads that have not done their part. */
  left: number;
  spent: Spent;
  readonly resolve: (spent: Spent) => void;
  readonly reject: (error: Error) => void;
}

interface State {
  readonly host: Host;
  readonly threads: number;
  readonly memory: PoolMemory;
  readonly modules: Map<number, WebAssembly.Module>;
  /** All threads, or none. */
  workers: readonly Thread[];
  run: Run | undefined;
  nextId: number;
  usable: boolean;
}

export function createPool(host: Host, threads: number, memory: PoolMemory): Pool {
  const state: State = {
    host,
    threads,
    memory,
    modules: new Map(),
    workers: [],
    run: undefined,
    nextId: 0,
    usable: true,
  };
  return {
    threads,
    get usable() {
      return state.usable;
    },
    start: () => start(state),
    add(module) {
      const id = state.nextId++;
      state.modules.set(id, module);
      postToAll(state, { kind: "module", id, module });
      return id;
    },
    drop(id) {
      state.modules.delete(id);
      postToAll(state, { kind: "drop", id });
    },
    run(id, calls) {
      return new Promise((resolve, reject) => {
        start(state);
        if (!state.usable) return reject(new Error("workers cannot be started here"));
        state.run = { left: threads, spent: [], resolve, reject };
        state.workers[0]?.keepAlive(true);
        postToAll(state, { kind: "run", id, calls });
      });
    },
    end: () => end(state),
  };
}

function postToAll({ workers }: State, message: ToWorker): void {
  for (const worker of workers) worker.post(message);
}

function start(state: State): void {
  if (state.workers.length > 0 || !state.usable) return;
  state.memory.resetBarrier();
  try {
    state.workers = Array.from({ length: state.threads }, (_, thread) => startThread(state, thread));
  } catch {
    state.usable = false;
  }
}

function startThread(state: State, thread: number): Thread {
  const { memory } = state.memory;
  let isReady = false;
  const failure = (error: Error): void => {
    // Ignore late messages from terminated workers.
    if (!state.workers.includes(worker)) return;
    state.usable &&= isReady;
    end(state);
    settle(state, (run) => run.reject(error));
  };
  const message = (data: unknown): void => {
    const event = data as FromWorker;
    if (event.kind === "ready") isReady = true;
    else if (event.kind === "failed") failure(new Error(event.message));
    else if (state.workers.includes(worker)) finishPart(state, thread, event.spent);
  };
  const worker = state.host.start(workerScript, { message, failure });
  const post = (message: ToWorker): void => worker.post(message);
  post({ kind: "memory", memory, thread, threads: state.threads });
  for (const [id, module] of state.modules) post({ kind: "module", id, module });
  return worker;
}

/** A run is over when all threads are done: its memory may be reused then. */
function finishPart(state: State, thread: number, spent: Spent): void {
  const { run } = state;
  if (!run) return;
  if (thread === 0) run.spent = spent;
  run.left -= 1;
  if (run.left === 0) settle(state, () => run.resolve(run.spent));
}

function settle(state: State, finish: (run: Run) => void): void {
  const { run } = state;
  state.run = undefined;
  state.workers[0]?.keepAlive(false);
  if (run) finish(run);
}

function end(state: State): void {
  for (const worker of state.workers) worker.end();
  state.workers = [];
}
