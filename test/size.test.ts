// What a page loads: the library as one file that imports nothing, compressed.
import { brotliCompressSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));

test("all of the library is at most 80 kB, compressed", async () => {
  const build = await rolldown({ input: entry, platform: "browser", logLevel: "silent" });
  const { output } = await build.generate({ format: "es", minify: true });
  await build.close();
  const [{ code, imports }, ...others] = output;
  expect([others.length, imports]).toEqual([0, []]);
  expect(brotliCompressSync(code).length).toBeLessThanOrEqual(80_000);
});
