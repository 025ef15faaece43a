// The threads of this environment: Node's worker threads, or web workers in a page that may share memory. Names
// Node only at run time, so that a bundler for browsers sees no import of it.

/** A worker, started from the text of its script. */
export interface Thread {
  post(message: unknown): void;
  /** Whether this thread keeps the process alive. */
  keepAlive(alive: boolean): void;
  end(): void;
}

export interface ThreadEvents {
  readonly message: (data: unknown) => void;
  /** The thread has ended by an error, or could not start. */
  readonly failure: (error: Error) => void;
}

export interface Host {
  /** Cores that may be used. */
  readonly cores: number;
  start(script: string, events: ThreadEvents): Thread;
}

/** Undefined where memory cannot be shared with workers: then everything runs on the caller's thread. */
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
      // Without this process's arguments, which may load files that the worker has no use for.
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

/** Warns on the console, once, that there is only one thread: why, and how a page gets more. */
export function warnOfOneThread(reason: string): void {
  if (warned) return;
  warned = true;
  console.warn(
    `unrolled: the wasm device has only one thread, the page's own, which long runs block: ${reason}. ` +
      "Serve the page with the headers 'Cross-Origin-Opener-Policy: same-origin' and " +
      "'Cross-Origin-Embedder-Policy: require-corp', and allow workers from 'blob:'.",
  );
}
