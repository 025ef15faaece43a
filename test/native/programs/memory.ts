// Programs of about 50 MB made, run and disposed of again and again: resident memory after some cycles, and after many
// more. Arguments: cycles, `keep` to keep the first of their objects, `leak` to dispose of none and keep all. Prints MB.
import { nativeDevice } from "../../../src/run/native/device.ts";
import type { Program } from "../../../src/run/device.ts";
import { planOfCase, writeBatch, type TrainingCase } from "../training.ts";

const [cycles, manner] = [Number(process.argv[2] ?? 200), process.argv[3] ?? ""];
const given: TrainingCase = { name: "large", cell: "lstm", rows: 64, steps: 200, size: 64 };
const plan = planOfCase(given);
const collect = (globalThis as { gc?: () => void }).gc as () => void;
const kept: Program[] = [];

/** In MB; the least of several, since what was collected is freed a little later, by other threads. */
async function resident(): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 10; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
    least = Math.min(least, process.memoryUsage().rss);
  }
  return Math.round(least / 2 ** 20);
}

const device = nativeDevice({ threads: 2 });
let before = 0;
for (let cycle = 0; cycle < cycles; cycle++) {
  const store = device.parameters(plan.parameters);
  store.write(new Float32Array(plan.parameters.size).fill(0.01));
  const program = await device.compile(plan, store);
  program.run("forward", writeBatch(program, { ...given, rows: 4, steps: 2 }, 1));
  await program.read("loss", new Float32Array(1));
  if (manner !== "leak") program.dispose();
  if (manner !== "") kept.push(program);
  // Node frees what was collected in turns of the event loop only.
  await new Promise((resolve) => setImmediate(resolve));
  if (cycle === 9) before = await resident();
}
console.log(JSON.stringify({ before, after: await resident(), each: Math.round(plan.arena / 2 ** 18) }));
