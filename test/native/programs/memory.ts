// Creates, runs and disposes of programs of about 50 MB again and again; compares the resident memory after ten cycles
// and at the end. Arguments: cycles, then `keep` to keep the disposed objects or `leak` to dispose of none. Prints MB.
import { nativeDevice } from "../../../src/run/native/device.ts";
import type { Program } from "../../../src/run/device.ts";
import { planOfCase, writeBatch, type TrainingCase } from "../training.ts";

const [cycles, mode] = [Number(process.argv[2] ?? 200), process.argv[3] ?? ""];
const trainingCase: TrainingCase = { name: "large", cell: "lstm", rows: 64, steps: 200, size: 64 };
const plan = planOfCase(trainingCase);
const collect = (globalThis as { gc?: () => void }).gc as () => void;
const kept: Program[] = [];

/** In MB; the smallest of several, since other threads free collected memory a little later. */
async function resident(): Promise<number> {
  let smallest = Infinity;
  for (let i = 0; i < 10; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
    smallest = Math.min(smallest, process.memoryUsage().rss);
  }
  return Math.round(smallest / 2 ** 20);
}

const device = nativeDevice({ threads: 2 });
let before = 0;
for (let cycle = 0; cycle < cycles; cycle++) {
  const store = device.parameters(plan.parameters);
  store.write(new Float32Array(plan.parameters.size).fill(0.01));
  const program = await device.compile(plan, store);
  program.run("forward", writeBatch(program, { ...trainingCase, rows: 4, steps: 2 }, 1));
  await program.read("loss", new Float32Array(1));
  if (mode !== "leak") program.dispose();
  if (mode !== "") kept.push(program);
  // Node frees collected memory only in turns of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  if (cycle === 9) before = await resident();
}
console.log(JSON.stringify({ before, after: await resident(), each: Math.round(plan.arena / 2 ** 18) }));
