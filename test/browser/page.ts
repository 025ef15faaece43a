// The page of the browser test, as a module script: it gets the package through an import map, and has a function for
// each test. Runs in the browser, not in Node.
import {
  cellNamed,
  language,
  namedPreprocessing,
  preprocess,
  readImageBlob,
  train,
  wasmDevice,
} from "unrolled";
import { fit, languageModel } from "unrolled/plan";

const paths = { engine: "/unrolled/dist/run/wasm/engine.js", hello: "/hello.js" };

interface Engine {
  readonly simd: boolean;
  readonly relaxed: boolean;
  readonly agent: string;
}

async function engine(): Promise<Engine> {
  const { hasSimd, hasRelaxedSimd } = (await import(
    paths.engine
  )) as typeof import("../../src/run/wasm/engine.ts");
  return { simd: hasSimd(), relaxed: hasRelaxedSimd(), agent: navigator.userAgent };
}

/** Throws unless the example reaches its number. */
async function hello(): Promise<void> {
  await import(paths.hello);
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: readonly number[];
  /** As an image network takes it, 2 x 2. */
  readonly small: readonly number[];
}

/** An image from the server, as the page decodes it. */
async function image(path: string): Promise<Pixels> {
  const { width, height, pixels } = await readImageBlob(await (await fetch(path)).blob());
  const plain = namedPreprocessing("plain", { size: { width: 2, height: 2 } });
  const small = preprocess({ width, height, pixels }, plain);
  return { width, height, pixels: [...pixels], small: [...small] };
}

interface Ticks {
  readonly steps: number;
  /** Of training. */
  readonly milliseconds: number;
  readonly ticks: number;
  /** Milliseconds between two ticks. */
  readonly longest: number;
}

/** How often a timer fires while a model trains. */
async function timers(): Promise<Ticks> {
  const lines = Array.from({ length: 2000 }, (_, i) => `${i} + 1 = ${i + 1}\n`);
  const device = wasmDevice();
  const run = train(language({ cell: "lstm", size: 128 }), lines.join(""), { device, steps: 60 });
  const times = [performance.now()];
  const timer = setInterval(() => times.push(performance.now()), 1);
  let steps = 0;
  for await (const event of run) steps = event.step;
  clearInterval(timer);
  times.push(performance.now());
  device.dispose();
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  return {
    steps,
    milliseconds: gaps.reduce((a, b) => a + b, 0),
    ticks: gaps.length - 1,
    longest: Math.max(...gaps),
  };
}

/** A few updates of a small network, on a number of threads: its losses and weights, and the threads that the device has. */
async function trained(threads: number, longRun: number): Promise<{ threads: number; numbers: number[] }> {
  const network = languageModel({ vocabulary: 11, cell: cellNamed("gru-reset-before"), size: 37, layers: 2 });
  const device = wasmDevice({ threads, longRun });
  const ids = Uint8Array.from({ length: 3000 }, (_, i) => (i * i) % 11);
  const settings = { network, device, data: { kind: "text", train: ids } as const, batch: 9, window: 14 };
  const run = await fit({ ...settings, budget: { steps: 12 } });
  const numbers: number[] = [];
  for await (const event of run) if (event.kind === "step") numbers.push(event.loss, event.gradientNorm);
  numbers.push(...(await run.store.read()));
  const found = { threads: device.threads, numbers };
  device.dispose();
  return found;
}

const isIsolated = (): boolean => crossOriginIsolated;

export interface PageTests {
  readonly isIsolated: () => boolean;
  readonly trained: typeof trained;
  readonly engine: () => Promise<Engine>;
  readonly hello: () => Promise<void>;
  readonly timers: () => Promise<Ticks>;
  readonly image: typeof image;
}

Object.assign(globalThis, {
  tests: { isIsolated, trained, engine, hello, timers, image } satisfies PageTests,
});
