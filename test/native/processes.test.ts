// Behaviour that only a separate process shows: fuzzed plans crash nothing, memory is freed, worker threads can use the
// addon at the same time, and a process ends by itself after long work.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

beforeAll(async () => {
  // Inside the repository, so that the packages it needs resolve.
  folder = await mkdtemp(join(root, "node_modules", ".unrolled-native-"));
  await run(process.execPath, [join(root, "test/native/program.mjs"), `--into=${folder}`]);
});
afterAll(() => rm(folder, { recursive: true }));

/** The JSON that a program prints. Rejects on a crash, a hang or an uncaught error. */
async function outcome<T>(name: string, ...args: string[]): Promise<T> {
  const program = join(folder, "test", "native", "programs", `${name}.js`);
  const { stdout } = await run(process.execPath, ["--expose-gc", program, ...args], { timeout: 100_000 });
  return JSON.parse(stdout) as T;
}

test("randomly changed plans are refused or run", async () => {
  const counts = await outcome<Record<string, number>>("fuzz", "5000", "1");
  expect(counts).toMatchObject({ cases: 5000 });
  // There must be enough of both.
  expect(counts["compiled"]).toBeGreaterThan(300);
  expect(counts["refused"]).toBeGreaterThan(300);
  expect((counts["runs"] as number) - (counts["refusedRuns"] as number)).toBeGreaterThan(300);
  expect(counts["megabytes"]).toBeLessThan(2000);
});

interface Memory {
  readonly each: number;
  readonly before: number;
  readonly after: number;
}

test("disposed programs free their memory", async () => {
  const { before, after, each } = await outcome<Memory>("memory", "200");
  expect(each).toBeGreaterThan(20);
  expect(after - before).toBeLessThan(each);
});

test("so do disposed programs whose objects are kept", async () => {
  const { before, after, each } = await outcome<Memory>("memory", "40", "keep");
  expect(after - before).toBeLessThan(each);
});

test("a leak is noticed", async () => {
  const { before, after, each } = await outcome<Memory>("memory", "20", "leak");
  expect(after - before).toBeGreaterThan(5 * each);
});

test("worker threads use devices at the same time; one is terminated during a run", async () => {
  const sums = await outcome<number[]>("workers");
  expect(sums[0]).not.toBe(0);
  expect(sums).toEqual([sums[0], sums[0], sums[0]]);
});

test("a process ends by itself after long work", async () => {
  // Otherwise it is killed, which rejects.
  await outcome("exits");
});
