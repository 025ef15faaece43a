// The time of a training step on the wasm device in Chromium, in a cross-origin isolated page, relative to Node: the same
// code in turns, medians and their ratio. Needs Chromium. Run: `npx tsc -p tsconfig.bench.json && node
// dist-bench/bench/browser.js --threads 2`.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism, cpus } from "node:os";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { chromium } from "playwright-core";

type Library = typeof import("../src/plan.ts") & Pick<typeof import("../src/cells.ts"), "cellNamed">;

interface Config {
  readonly name: string;
  readonly size: number;
  readonly layers: number;
  readonly batch: number;
  readonly window: number;
  readonly vocabulary: number;
}

const configs: readonly Config[] = [
  { name: "small", size: 128, layers: 1, batch: 32, window: 50, vocabulary: 65 },
  { name: "charrnn", size: 128, layers: 2, batch: 50, window: 50, vocabulary: 65 },
];

/** A function that runs one update and returns its milliseconds. Runs in the page, too, so it refers to nothing outside. */
async function createTimer(
  library: Library,
  config: Config,
  threads: number,
): Promise<() => Promise<number>> {
  const { buildPlan, cellNamed, languageModel, updateOf, wasmDevice } = library;
  const { size, layers, batch, window, vocabulary } = config;
  const network = languageModel({ vocabulary, cell: cellNamed("lstm"), size, layers });
  const update = updateOf({ kind: "adam" }, { kind: "norm", limit: 5 });
  const plan = buildPlan(network, { mode: "train", rows: batch, steps: window, update: update.rule });
  const device = wasmDevice({ threads });
  const store = device.parameters(plan.parameters);
  const random = (i: number): number => (Math.sin(i * 12.9898) * 43758.5453) % 1;
  store.write(Float32Array.from({ length: plan.parameters.size }, (_, i) => 0.1 * random(i)));
  const program = await device.compile(plan, store);
  const ids = Int32Array.from({ length: batch * window }, (_, i) =>
    Math.floor(Math.abs(random(i)) * vocabulary),
  );
  for (const name of ["symbols", "targets"]) program.write(name, ids);
  program.write("weights", new Float32Array(batch * window).fill(1));
  for (const [name, value] of Object.entries(update.numbers(1, 0.002))) {
    program.write(name, Float32Array.of(value));
  }
  const loss = new Float32Array(1);
  return async () => {
    const start = performance.now();
    program.run("train", { rows: batch, steps: window });
    await program.read("loss", loss);
    return performance.now() - start;
  };
}

const { values: options } = parseArgs({
  options: {
    threads: { type: "string", default: `${availableParallelism()}` },
    rounds: { type: "string", default: "10" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});
const [threads, rounds] = [Number(options.threads), Number(options.rounds)];
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

const root = fileURLToPath(new URL("..", import.meta.url));
const server = createServer((request, response) => {
  const path = normalize(request.url ?? "/");
  const file = join(root, path);
  const body = path === "/" ? "<!doctype html>" : existsSync(file) ? readFileSync(file) : undefined;
  response.statusCode = body === undefined ? 404 : 200;
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-embedder-policy", "require-corp");
  response.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "text/html");
  response.end(body);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-sync",
];
const browser = await chromium.launch({ executablePath: options.chromium, args });
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] as number;
const updatesPerTurn = 5;

console.log(
  `${cpus()[0]?.model}, Node ${process.versions.node}, Chromium ${browser.version()}, ${threads} thread(s)`,
);
for (const config of configs) {
  const timeHere = await createTimer(
    { ...(await import("../src/plan.ts")), ...(await import("../src/cells.ts")) },
    config,
    threads,
  );
  const setUpPage = `(async () => { globalThis.timer = await (${createTimer.toString()})(
    { ...(await import("/src/plan.js")), ...(await import("/src/cells.js")) }, ${JSON.stringify(config)}, ${threads}); })()`;
  await page.evaluate(setUpPage);
  const timePage = `(async () => {
    const times = [];
    for (let i = 0; i < ${updatesPerTurn}; i++) times.push(await timer());
    return times;
  })()`;
  const [node, chrome]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds + 2; round++) {
    const times: number[] = [];
    for (let i = 0; i < updatesPerTurn; i++) times.push(await timeHere());
    const pageTimes = await page.evaluate<number[]>(timePage);
    // The engines still compile in the first two rounds.
    if (round < 2) continue;
    node.push(...times);
    chrome.push(...pageTimes);
  }
  const show = (times: readonly number[]): string =>
    `median ${median(times).toFixed(2)} ms, minimum ${Math.min(...times).toFixed(2)} ms`;
  console.log(`${config.name}: Node ${show(node)}; Chromium ${show(chrome)}`);
  const ratio = (of: (times: readonly number[]) => number): string => (of(chrome) / of(node)).toFixed(2);
  console.log(
    `${config.name}: Chromium / Node ${ratio(median)} by medians, ${ratio((t) => Math.min(...t))} by minima`,
  );
}
await browser.close();
server.close();
