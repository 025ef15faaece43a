// One training step of a character model on the wasm device, one thread: median time, and the share of it that
// matrix products take. Run: `npm run bench:step`, or with sizes: `-- --size 128 --batch 32 --window 50`.
import { parseArgs } from "node:util";
import { cpus } from "node:os";
import { setFlagsFromString } from "node:v8";
import { cellNamed } from "../src/cells/index.ts";
import { languageModel } from "../src/model/language-model.ts";
import { buildPlan } from "../src/plan/build.ts";
import type { Kernel, Loop, Plan } from "../src/plan/plan.ts";
import { wasmDevice } from "../src/run/wasm.ts";
import { updateOf } from "../src/train/optimizers.ts";

const { values: options } = parseArgs({
  options: {
    cell: { type: "string", default: "lstm" },
    size: { type: "string", default: "128" },
    layers: { type: "string", default: "1" },
    batch: { type: "string", default: "32" },
    window: { type: "string", default: "50" },
    vocabulary: { type: "string", default: "65" },
    steps: { type: "string", default: "60" },
  },
});
const [rows, steps, vocabulary] = [Number(options.batch), Number(options.window), Number(options.vocabulary)];
// As the command line does: this Node needs to be told before the first module is compiled.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

/** The same plan with nothing but its matrix products. */
function productsOnly(plan: Plan): Plan {
  const isProduct = (k: Kernel): boolean => k.kind === "matmul" || k.kind === "outer";
  const keep = (items: readonly (Kernel | Loop)[]): (Kernel | Loop)[] =>
    items.flatMap((item): (Kernel | Loop)[] => {
      if (item.kind !== "loop") return isProduct(item) ? [item] : [];
      const body = item.body.filter(isProduct);
      return body.length > 0 ? [{ ...item, body }] : [];
    });
  return { ...plan, phases: { train: keep(plan.phases.train ?? []) } };
}

const network = languageModel({
  vocabulary,
  cell: cellNamed(options.cell),
  size: Number(options.size),
  layers: Number(options.layers),
});
const update = updateOf({ kind: "adam" }, { kind: "norm", limit: 5 });
const plan = buildPlan(network, { mode: "train", rows, steps, update: update.rule });
const device = wasmDevice();
const store = device.parameters(plan.parameters);
const random = (i: number): number => (Math.sin(i * 12.9898) * 43758.5453) % 1;
store.write(Float32Array.from({ length: plan.parameters.size }, (_, i) => 0.1 * random(i)));
const start = performance.now();
const whole = await device.compile(plan, store);
const compiled = performance.now() - start;
const products = await device.compile(productsOnly(plan), store);
const ids = Int32Array.from({ length: rows * steps }, (_, i) => Math.abs(Math.floor(random(i) * vocabulary)));
for (const name of ["symbols", "targets"]) whole.write(name, ids);
whole.write("weights", new Float32Array(rows * steps).fill(1));
for (const [name, value] of Object.entries(update.numbers(1, 0.002)))
  whole.write(name, Float32Array.of(value));

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number;
const times = { whole: [] as number[], products: [] as number[] };
for (let i = 0; i < Number(options.steps); i++) {
  for (const [name, program] of [
    ["whole", whole],
    ["products", products],
  ] as const) {
    const before = performance.now();
    program.run("train", { rows, steps });
    if (i >= 5) times[name].push(performance.now() - before);
  }
}
const [step, share] = [median(times.whole), median(times.products)];
console.log(
  `${options.cell}, ${options.layers} layer(s) of ${options.size}, batch ${rows}, window ${steps}, ${vocabulary} symbols, Adam, clip`,
);
console.log(
  `${cpus()[0]?.model}, Node ${process.versions.node}, wasm, 1 thread; compiled in ${compiled.toFixed(0)} ms`,
);
console.log(
  `step ${step.toFixed(2)} ms (fastest ${Math.min(...times.whole).toFixed(2)}); matrix products ${share.toFixed(2)} ms, ${((100 * share) / step).toFixed(0)} %`,
);
