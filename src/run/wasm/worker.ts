// The script of a worker thread, as text: no second file has to be served, and no bundler or minifier that rewrites
// functions can break it. Plain JavaScript that runs in Node and in browsers.

/** Functions to call in order, with arguments to which each thread adds its number and the number of threads. */
export type Calls = readonly (readonly [name: string, ...numbers: number[]])[];

/** Messages to a worker. The memory comes first, with the number of the thread and that of all threads. */
export type ToWorker =
  | {
      readonly kind: "memory";
      readonly memory: WebAssembly.Memory;
      readonly thread: number;
      readonly threads: number;
    }
  | { readonly kind: "module"; readonly id: number; readonly module: WebAssembly.Module }
  | { readonly kind: "drop"; readonly id: number }
  | { readonly kind: "run"; readonly id: number; readonly calls: Calls };

/** Messages from a worker: it has started, has done its part of a run, or has failed. */
export type FromWorker =
  | { readonly kind: "ready" }
  /** Milliseconds by kind of work, which the first thread of a profiling program measures. */
  | { readonly kind: "done"; readonly spent: readonly number[] }
  | { readonly kind: "failed"; readonly message: string };

export const workerScript = `"use strict";
const port = typeof require === "function" ? require("node:worker_threads").parentPort : self;
const programs = new Map();
let memory, thread, threads, last, spent;
const mark = (kind) => {
  const now = performance.now();
  spent[kind] += now - last;
  last = now;
};
const act = {
  memory(message) {
    ({ memory, thread, threads } = message);
  },
  module({ id, module }) {
    programs.set(id, new WebAssembly.Instance(module, { env: { memory, mark } }).exports);
  },
  drop({ id }) {
    programs.delete(id);
  },
  run({ id, calls }) {
    spent = [0, 0, 0, 0, 0];
    last = performance.now();
    for (const [name, ...numbers] of calls) programs.get(id)[name](...numbers, thread, threads);
    port.postMessage({ kind: "done", spent });
  },
};
port.onmessage = ({ data }) => {
  try {
    act[data.kind](data);
  } catch (error) {
    port.postMessage({ kind: "failed", message: String((error && error.message) || error) });
  }
};
port.postMessage({ kind: "ready" });
`;
