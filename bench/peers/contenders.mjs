// The contenders: a table of what each takes part in and how it is started.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const usual = ["lstm", "gru", "elman"];
const isTraining = ({ work }) => work === "train";
const isInference = ({ work }) => work !== "train";

/** Node 20 has relaxed SIMD behind a flag, which the command line of unrolled sets, too. */
const nodeFlags = process.versions.node.startsWith("20.") ? ["--experimental-wasm-relaxed-simd"] : [];
const inNode = (file) => () => ({ command: process.execPath, words: [...nodeFlags, join(here, file)] });
const inPython = (file) => (tools) => ({ command: tools.python, words: ["-B", join(here, file)] });

const one = (threads) => [Math.min(...threads)];
const torch = { start: inPython("torch_peer.py"), threads: (all) => all };

/**
 * `id` is the name for `--peers`; `takesPart` decides by configuration and cell; `threads` selects from the requested
 * numbers of threads; `settings` and `environment` are passed to the child.
 */
export const peers = [
  {
    id: "native",
    name: "unrolled, native",
    start: inNode("ours.mjs"),
    settings: { device: "native" },
    takesPart: () => true,
    threads: (all) => all,
  },
  {
    id: "wasm",
    name: "unrolled, wasm",
    start: inNode("ours.mjs"),
    settings: { device: "wasm" },
    takesPart: () => true,
    threads: (all) => all,
  },
  {
    id: "tfjs",
    name: "TensorFlow.js, wasm",
    start: inNode("tfjs.mjs"),
    takesPart: (configuration, cell) => isTraining(configuration) && usual.includes(cell),
    threads: one,
  },
  {
    id: "jaxjs",
    name: "jax-js, wasm",
    start: inNode("jaxjs.mjs"),
    takesPart: (configuration, cell) => isTraining(configuration) && usual.includes(cell),
    threads: one,
  },
  {
    id: "brain",
    name: "brain.js",
    start: inNode("brain.mjs"),
    takesPart: ({ name }, cell) => name === "online" && cell === "lstm",
    threads: one,
  },
  {
    ...torch,
    id: "torch",
    name: "PyTorch",
    takesPart: (_, cell) => usual.includes(cell),
  },
  {
    ...torch,
    id: "torch-tuned",
    name: "PyTorch, tuned",
    settings: { settings: { tuned: true } },
    environment: ({ preload }) => (preload ? { LD_PRELOAD: preload } : {}),
    takesPart: (_, cell) => usual.includes(cell),
  },
  {
    ...torch,
    id: "torch-loop",
    name: "PyTorch, a loop",
    takesPart: (configuration, cell) => isTraining(configuration) && cell === "peephole",
  },
  {
    ...torch,
    id: "torch-script",
    name: "PyTorch, a scripted loop",
    settings: { settings: { script: true } },
    takesPart: (configuration, cell) => isTraining(configuration) && cell === "peephole",
  },
  {
    id: "jax",
    name: "JAX",
    start: inPython("jax_peer.py"),
    environment: ({ threads }) => ({
      NPROC: String(threads),
      XLA_FLAGS: threads === 1 ? "--xla_cpu_multi_thread_eigen=false" : "",
    }),
    takesPart: isTraining,
    threads: (all) => all,
  },
  {
    id: "ort",
    name: "ONNX Runtime",
    start: inNode("ort.mjs"),
    settings: { runtime: "onnxruntime-node" },
    takesPart: (configuration, cell) => isInference(configuration) && cell === "lstm",
    threads: (all) => all,
  },
  {
    id: "ort-web",
    name: "ONNX Runtime, wasm",
    start: inNode("ort.mjs"),
    settings: { runtime: "onnxruntime-web" },
    takesPart: (configuration, cell) => isInference(configuration) && cell === "lstm",
    threads: (all) => all,
  },
];

/** The contenders that take part, one per number of threads, ready to be started. */
export function contendersFor({ configuration, cell, vocabulary, threads, chosen, tools }) {
  return peers
    .filter(({ id, takesPart }) => chosen.includes(id) && takesPart(configuration, cell))
    .flatMap(({ id, name, start, settings, environment, threads: choose }) =>
      choose(threads).map((count) => {
        const { command, words } = start(tools);
        const task = { configuration, cell, vocabulary, threads: count, ...settings };
        return {
          id,
          name,
          threads: count,
          command,
          words: [...words, JSON.stringify(task)],
          environment: environment?.({ ...tools, threads: count }) ?? {},
        };
      }),
    );
}

/**
 * Builds a library that makes MKL use all instructions on processors of any maker. Returns its path, undefined if there is
 * no C compiler, and a function that removes it.
 */
export function buildPreload() {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-peers-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const [source, library] = [join(folder, "mkl.c"), join(folder, "mkl.so")];
  writeFileSync(
    source,
    "int mkl_serv_intel_cpu_true(void) { return 1; }\nint mkl_serv_intel_cpu(void) { return 1; }\n",
  );
  try {
    execFileSync("cc", ["-shared", "-fPIC", "-O1", source, "-o", library], { stdio: "ignore" });
    return { path: library, remove };
  } catch {
    return { path: undefined, remove };
  }
}
