// What this environment has for threads: Node's worker threads, or a browser's workers in a page that may share
// memory. Knows no program; names Node only at run time, so that a bundler for browsers finds nothing of it.

/** A worker, started from the text of its script. */
export interface Thread {
  post(message: unknown): void;
  /** Whether the process lives on while nothing but this thread is at work. */
  keepAlive(alive: boolean): void;
  end(): void;
}

export interface ThreadEvents {
  readonly message: (data: unknown) => void;
  /** It has ended, or could not start. */
  readonly failure: (error: Error) => void;
}

export interface Host {
  /** Cores that may be used. */
  readonly cores: number;
  start(script: string, events: ThreadEvents): Thread;
}

/** Undefined where memory cannot be shared with workers: everything is done on the caller's thread. */
export function threadHost(): Host | undefined {
  const builtin = (globalThis as { process?: Partial<NodeJS.Process> }).process?.getBuiltinModule;
  if (builtin) return nodeHost(builtin);
  if (globalThis.crossOriginIsolated && typeof Worker === "function") return browserHost();
  return undefined;
}

function nodeHost(builtin: typeof process.getBuiltinModule): Host {
  return {
    cores: builtin("node:os").availableParallelism(),
    start(script, { message, failure }) {
      const { Worker: NodeWorker } = builtin("node:worker_threads");
      // Without the arguments of this process, which may load files that the worker has no use for.
      const worker = new NodeWorker(script, { eval: true, execArgv: [] });
      worker.on("message", message);
      worker.on("error", failure);
      worker.unref();
      return {
        post: (data) => worker.postMessage(data),
        keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
        end: () => void worker.terminate(),
      };
    },
  };
}

function browserHost(): Host {
  return {
    cores: navigator.hardwareConcurrency || 1,
    start(script, { message, failure }) {
      const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
      const worker = new Worker(url);
      worker.onmessage = ({ data }) => message(data);
      worker.onerror = (event) => {
        event.preventDefault();
        failure(new Error(event.message || "the page's policy allows no workers from 'blob:'"));
      };
      return {
        post: (data) => worker.postMessage(data),
        keepAlive() {},
        end() {
          worker.terminate();
          URL.revokeObjectURL(url);
        },
      };
    },
  };
}

let warned = false;

/** Says once, where a developer looks, that there is one thread only, why, and what would give more. */
export function warnOfOneThread(reason: string): void {
  if (warned) return;
  warned = true;
  console.warn(
    `unrolled: the wasm device has one thread, the page's own, which long runs block: ${reason}. ` +
      "Pages have more if they are served with the headers 'Cross-Origin-Opener-Policy: same-origin' and " +
      "'Cross-Origin-Embedder-Policy: require-corp', and their policy allows workers from 'blob:'.",
  );
}
