// The threads of a device: started when first needed, parked between runs, all of them at work on one run at a
// time. Knows workers and compiled modules, no plan. A thread that fails leaves the others waiting for it, so all
// of them are ended then, and new ones serve the next run.
import type { Host, Thread } from "./host.ts";
import { workerScript, type Calls, type FromWorker, type ToWorker } from "./worker.ts";

/** Milliseconds by kind of work, in the order of `workKinds`. */
export type Spent = readonly number[];

export interface Pool {
  readonly threads: number;
  /** False once threads could not be started: then there are none to be had. */
  readonly usable: boolean;
  /** Starts the threads, if they are not there yet, so that they are ready when a run comes. */
  start(): void;
  /** Makes a module known under a number of its own. */
  add(module: WebAssembly.Module): number;
  drop(id: number): void;
  /** Calls functions of a module on all threads, and waits for all. One run at a time. The first thread's account. */
  run(id: number, calls: Calls): Promise<Spent>;
  /** Ends the threads. */
  end(): void;
}

export interface PoolMemory {
  readonly memory: WebAssembly.Memory;
  /** Sets the integers that threads meet at to zero. */
  resetBarrier(): void;
}

interface Waiting {
  /** Threads that have not done their part. */
  left: number;
  spent: Spent;
  readonly resolve: (spent: Spent) => void;
  readonly reject: (error: Error) => void;
}

export function createPool(host: Host, threads: number, { memory, resetBarrier }: PoolMemory): Pool {
  const modules = new Map<number, WebAssembly.Module>();
  let workers: readonly Thread[] = [];
  let waiting: Waiting | undefined;
  let made = 0;
  let usable = true;

  const toAll = (message: ToWorker): void => workers.forEach((worker) => worker.post(message));
  const settle = (finish: (run: Waiting) => void): void => {
    const run = waiting;
    waiting = undefined;
    workers[0]?.keepAlive(false);
    if (run) finish(run);
  };
  const end = (): void => {
    workers.forEach((worker) => worker.end());
    workers = [];
  };
  /** A run is over when all are: what it worked on may be another's then. */
  function done(thread: number, spent: Spent): void {
    if (!waiting) return;
    if (thread === 0) waiting.spent = spent;
    waiting.left -= 1;
    if (waiting.left === 0) settle((run) => run.resolve(run.spent));
  }
  function start(): void {
    if (workers.length > 0 || !usable) return;
    resetBarrier();
    try {
      workers = crew();
    } catch {
      usable = false;
    }
  }
  function crew(): Thread[] {
    return Array.from({ length: threads }, (_, thread) => {
      let ready = false;
      const failure = (error: Error): void => {
        // What an ended crew still says concerns nobody.
        if (!workers.includes(worker)) return;
        usable &&= ready;
        end();
        settle(({ reject }) => reject(error));
      };
      const message = (data: unknown): void => {
        const said = data as FromWorker;
        if (said.kind === "ready") ready = true;
        else if (said.kind === "failed") failure(new Error(said.message));
        else if (workers.includes(worker)) done(thread, said.spent);
      };
      const worker = host.start(workerScript, { message, failure });
      worker.post({ kind: "memory", memory, thread, threads } satisfies ToWorker);
      for (const [id, module] of modules) worker.post({ kind: "module", id, module } satisfies ToWorker);
      return worker;
    });
  }
  return {
    threads,
    get usable() {
      return usable;
    },
    start,
    add(module) {
      const id = made++;
      modules.set(id, module);
      toAll({ kind: "module", id, module });
      return id;
    },
    drop(id) {
      modules.delete(id);
      toAll({ kind: "drop", id });
    },
    run(id, calls) {
      return new Promise((resolve, reject) => {
        start();
        if (!usable) return reject(new Error("workers cannot be started here"));
        waiting = { left: threads, spent: [], resolve, reject };
        workers[0]?.keepAlive(true);
        toAll({ kind: "run", id, calls });
      });
    },
    end,
  };
}
