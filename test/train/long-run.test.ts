// The memory that a long run adds, from step 100 to step 10,000, measured in a separate process. The engine's young
// generation is limited to 1 MB and collected now and then, and its optimising compilers are off, to exclude their memory.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

beforeAll(async () => {
  // Inside the repository, so that the packages it needs are found.
  folder = await mkdtemp(join(root, "node_modules", ".unrolled-memory-"));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  await run(process.execPath, [
    compiler,
    "-p",
    join(root, "tsconfig.build.json"),
    "--noCheck",
    "--outDir",
    folder,
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

/** A file of the package, as a string of JavaScript. */
const url = (name: string): string => JSON.stringify(pathToFileURL(join(folder, name)).href);

/** A script that prints the added bytes; `leak` bytes are retained at every step. */
const script = (leak: number): string => `
  const { cellNamed, learnText } = await import(${url("index.js")});
  const { fit, languageModel, wasmDevice } = await import(${url("plan.js")});
  const { symbols, ids } = await learnText("the quick brown fox jumps over the lazy dog. ".repeat(100));
  const network = languageModel({ vocabulary: symbols.size, cell: cellNamed("lstm"), size: 16 });
  const data = { kind: "text", train: ids.subarray(500), validation: ids.subarray(0, 500) };
  const settings = { network, device: wasmDevice(), data, batch: 8, window: 16, bptt: 24 };
  const run = await fit({ ...settings, budget: { steps: 10000 } });
  const kept = [];
  let before;
  for await (const event of run) {
    if (event.kind !== "step") continue;
    if (${leak} > 0) kept.push(new Uint8Array(${leak}).fill(1));
    if (event.step % 500 === 0 || event.step === 100) gc();
    if (event.step !== 100 && event.step !== 10000) continue;
    // Collected memory is returned to the system a little later.
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      gc();
    }
    const { heapUsed, rss, arrayBuffers } = process.memoryUsage();
    const now = { heap: heapUsed + arrayBuffers, resident: rss };
    if (before) console.log(JSON.stringify({ heap: now.heap - before.heap, resident: now.resident - before.resident }));
    before = now;
  }
`;

async function added(leak: number): Promise<{ heap: number; resident: number }> {
  const flags = ["--expose-gc", "--max-semi-space-size=1", "--no-opt", "--no-maglev", "--input-type=module"];
  const { stdout } = await run(process.execPath, [...flags, "--eval", script(leak)]);
  return JSON.parse(stdout) as { heap: number; resident: number };
}

const limit = 1e6;

test("ten thousand steps add less than 1 MB", async () => {
  const { heap, resident } = await added(0);
  expect(heap).toBeLessThan(limit);
  expect(resident).toBeLessThan(limit);
});

test("and 200 bytes kept at every step would be seen", async () => {
  const { heap, resident } = await added(200);
  expect(heap).toBeGreaterThan(limit);
  expect(resident).toBeGreaterThan(limit);
});
