// What is only seen in a process of its own: fuzzed plans crash nothing, memory is given back, worker threads use the
// addon at once, and a process ends by itself after long work.
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
  // Inside the repository, so that the packages it needs are found.
  folder = await mkdtemp(join(root, "node_modules", ".unrolled-native-"));
  await run(process.execPath, [join(root, "test/native/program.mjs"), `--into=${folder}`]);
});
afterAll(() => rm(folder, { recursive: true }));

/** What a program prints, as JSON. A crash, a hang and an error that nobody caught reject. */
async function outcome<T>(name: string, ...given: string[]): Promise<T> {
  const program = join(folder, "test", "native", "programs", `${name}.js`);
  const { stdout } = await run(process.execPath, ["--expose-gc", program, ...given], { timeout: 100_000 });
  return JSON.parse(stdout) as T;
}

test("plans changed at random are refused or run", async () => {
  const counts = await outcome<Record<string, number>>("fuzz", "5000", "1");
  expect(counts).toMatchObject({ cases: 5000 });
  // Of both there are enough to say something.
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

test("programs that were disposed of give their memory back", async () => {
  const { before, after, each } = await outcome<Memory>("memory", "200");
  expect(each).toBeGreaterThan(20);
  expect(after - before).toBeLessThan(each);
});

test("so do those whose objects are kept", async () => {
  const { before, after, each } = await outcome<Memory>("memory", "40", "keep");
  expect(after - before).toBeLessThan(each);
});

test("programs that were not are seen", async () => {
  const { before, after, each } = await outcome<Memory>("memory", "20", "leak");
  expect(after - before).toBeGreaterThan(5 * each);
});

test("worker threads load the addon and use devices at once; one ends in the middle", async () => {
  const sums = await outcome<number[]>("workers");
  expect(sums[0]).not.toBe(0);
  expect(sums).toEqual([sums[0], sums[0], sums[0]]);
});

test("a process ends by itself after long work", async () => {
  // It would be killed otherwise, and that rejects.
  await outcome("exits");
});
