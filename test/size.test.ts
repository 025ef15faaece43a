// What a page loads that opens a language model and writes text, compressed, with all that it imports.
import { brotliCompressSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));
const page = `
  import { decodeModel, language } from ${JSON.stringify(entry)};
  const bytes = await (await fetch("model.safetensors")).arrayBuffer();
  const model = await decodeModel(new Uint8Array(bytes), language);
  for await (const piece of model.write("Once ")) document.body.append(piece);
`;

test("a page that opens a language model and writes text loads at most 75 kB, compressed", async () => {
  const name = "page.js";
  const build = await rolldown({
    input: name,
    platform: "browser",
    logLevel: "silent",
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === name ? id : undefined),
        load: (id) => (id === name ? page : undefined),
      },
    ],
  });
  const { output } = await build.generate({ format: "es", minify: true });
  await build.close();
  const chunks = output.filter((file) => file.type === "chunk");
  const inside = new Set(chunks.map((chunk) => chunk.fileName));
  expect(chunks.flatMap((chunk) => chunk.imports).filter((from) => !inside.has(from))).toEqual([]);
  // What is imported at once, as against what is fetched when it is needed.
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    chunks.find((chunk) => chunk.fileName === file)?.imports.forEach(load);
  };
  chunks.filter((chunk) => chunk.isEntry).forEach((chunk) => load(chunk.fileName));
  const size = chunks
    .filter((chunk) => loaded.has(chunk.fileName))
    .reduce((sum, chunk) => sum + brotliCompressSync(chunk.code).length, 0);
  console.log(`${size} bytes of ${loaded.size} files, ${chunks.length} with those fetched later`);
  expect(size).toBeLessThanOrEqual(75_000);
});
