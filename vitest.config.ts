import { defineConfig } from "vitest/config";

const config: ReturnType<typeof defineConfig> = defineConfig({
  test: { include: ["test/**/*.test.ts"], testTimeout: 120_000, pool: "forks", maxWorkers: 2 },
});
export default config;
