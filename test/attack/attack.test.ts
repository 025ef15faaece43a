// A short attack on every reader of files; `npm run attack` is a long one. And attacks on readers with a planted fault,
// which must be found.
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
  folder = await mkdtemp(join(root, "node_modules", ".unrolled-attack-"));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const project = join(root, "tsconfig.build.json");
  await run(process.execPath, [compiler, "-p", project, "--noCheck", "--outDir", folder]);
});
afterAll(() => rm(folder, { recursive: true }));

interface Result {
  readonly reader: string;
  readonly inputs: number;
  readonly read: number;
  readonly refused: number;
  readonly faults: readonly { readonly index: number; readonly what: string }[];
  readonly skipped?: string;
}

/** What the program says of each reader, and its exit code. */
async function attack(...args: string[]): Promise<{ readonly results: Result[]; readonly code: number }> {
  const program = join(root, "test", "attack", "attack.mjs");
  const { stdout, code } = await run(process.execPath, [program, `--dist=${folder}`, "--json", ...args]).then(
    ({ stdout: text }) => ({ stdout: text, code: 0 }),
    (error: { stdout: string; code: number }) => error,
  );
  const lines = stdout.trim().split("\n");
  return { results: lines.map((line) => JSON.parse(line) as Result), code };
}

test("every reader answers mutated inputs in time, within memory, and with errors that name them", async () => {
  const { results, code } = await attack("--inputs=200");
  expect(results.filter(({ faults }) => faults.length > 0)).toEqual([]);
  expect(code).toBe(0);
  expect(results.length).toBeGreaterThan(10);
  for (const { reader, inputs, read, refused, skipped } of results) {
    if (skipped) continue;
    expect(inputs, reader).toBe(200);
    // There must be both.
    expect(Math.min(read, refused), reader).toBeGreaterThan(5);
  }
});

test.each([
  ["planted-slow", /^it takes 2\.\d s$/],
  ["planted-hang", /^it hangs/],
  ["planted-memory", /^it takes 1\d\d MB for \d+ bytes$/],
  ["planted-crash", /^it crashes \(SIGABRT\)/],
  ["planted-fault", /^a fault of the program, TypeError: /],
  ["planted-nameless", /^the error does not name the input, Error: something is wrong$/],
])("%s is found", async (reader, what) => {
  const patience = reader === "planted-hang" ? 5 : 60;
  const { results, code } = await attack(reader, "--inputs=2", `--patience=${patience}`);
  expect(code).toBe(1);
  expect(results).toHaveLength(1);
  expect(results[0]?.faults.map(({ index }) => index)).toEqual([0, 1]);
  for (const fault of results[0]?.faults ?? []) expect(fault.what).toMatch(what);
});
