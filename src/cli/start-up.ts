// The time until work begins: a whole command in a process of its own, and the compilation of a plan.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { lstm } from "../cells/lstm.ts";
import { wasmDevice } from "../run/wasm/device.ts";
import { configurationsNamed, type Configuration } from "../measure/configurations.ts";
import { medianOf } from "../measure/timing.ts";
import { planOf } from "../measure/workload.ts";

/** The times of `unrolled bench --start-up`. */
export interface StartUp {
  /** Milliseconds that a process running `unrolled info` takes. */
  readonly infoMs: { readonly median: number; readonly min: number };
  /** Milliseconds to plan a training step of two layers with 128 hidden values and to compile it for wasm. */
  readonly compileMs: { readonly first: number; readonly median: number };
}

const repetitions = 7;

/** Call it before anything else is compiled, which would speed up the first compilation. */
export async function measureStartUp(): Promise<StartUp> {
  const compile = await timesOf(compilePlan);
  const info = await timesOf(runInfo);
  return {
    infoMs: { median: medianOf(info), min: Math.min(...info) },
    compileMs: { first: compile[0] as number, median: medianOf(compile.slice(1)) },
  };
}

async function timesOf(work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < repetitions; n++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times;
}

async function compilePlan(): Promise<void> {
  const device = wasmDevice();
  const plan = planOf(configurationsNamed("charrnn")[0] as Configuration, lstm);
  const program = await device.compile(plan, device.parameters(plan.parameters));
  program.dispose();
  device.dispose();
}

function runInfo(): Promise<unknown> {
  const main = fileURLToPath(new URL("main.js", import.meta.url));
  return promisify(execFile)(process.execPath, [main, "info"]);
}
