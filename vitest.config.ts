import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Node 20 keeps relaxed SIMD behind a switch; the command line sets it, the tests do too. */
const execArgv: string[] = process.versions.node.startsWith("20.")
  ? ["--experimental-wasm-relaxed-simd"]
  : [];
const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** CI counts the tests in a file of this name. */
const report = process.env["TEST_REPORT"];

const config: ReturnType<typeof defineConfig> = defineConfig({
  // What the examples import is the package; here it is its sources.
  resolve: {
    alias: [
      { find: /^unrolled$/, replacement: source("src/index.ts") },
      { find: /^unrolled\/cells$/, replacement: source("src/cells.ts") },
      { find: /^unrolled\/plan$/, replacement: source("src/plan.ts") },
      { find: /^unrolled\/metrics$/, replacement: source("src/metrics.ts") },
      { find: /^unrolled\/node$/, replacement: source("src/node.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/plan/check/check-every-plan.ts"],
    // Guards against tests that hang; no test asserts how long it takes.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    maxWorkers: 2,
    execArgv,
    ...(report && { reporters: ["default", "json"], outputFile: { json: report } }),
  },
});
export default config;
