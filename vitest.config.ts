import { defineConfig } from "vitest/config";

/** Node 20 keeps relaxed SIMD behind a switch; the command line sets it, the tests do too. */
const execArgv: string[] = process.versions.node.startsWith("20.") ? ["--experimental-wasm-relaxed-simd"] : [];

const config: ReturnType<typeof defineConfig> = defineConfig({
  test: { include: ["test/**/*.test.ts"], testTimeout: 120_000, pool: "forks", maxWorkers: 2, execArgv },
});
export default config;
