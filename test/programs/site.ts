// Programs as pages: bundled by Vite as an app would be, served from this machine, and run in a headless Chromium.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { chromium, type Page } from "playwright-core";
import { build, preview, type Rolldown } from "vite";
import { args, executablePath } from "../chromium.ts";

/** In the page. */
declare const calls: readonly (readonly unknown[])[];

const pageOf = (name: string): string => `<!doctype html><link rel="icon" href="data:,"><body></body>
<script>globalThis.calls = []; for (const kind of ["log", "table"]) console[kind] = (...call) => calls.push(call);</script>
<script type="module" src="/${name}-page.js"></script>
`;

/** Bytes of what a page loads at once. */
export interface BundleSize {
  readonly minified: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** Builds `NAME.ts` of a folder as `site/NAME.html`. */
export async function bundle(folder: string, name: string): Promise<BundleSize> {
  const input = join(folder, `${name}.html`);
  writeFileSync(join(folder, `${name}-page.js`), `import "./${name}.ts";\nglobalThis.isDone = true;\n`);
  writeFileSync(input, pageOf(name));
  const built = (await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    build: { outDir: "site", emptyOutDir: false, reportCompressedSize: false, rolldownOptions: { input } },
  })) as Rolldown.RolldownOutput;
  const chunks = built.output.filter((file) => file.type === "chunk");
  const loaded = new Set<Rolldown.OutputChunk>();
  const load = (chunk: Rolldown.OutputChunk | undefined): void => {
    if (!chunk || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const file of chunk.imports) load(chunks.find(({ fileName }) => fileName === file));
  };
  load(chunks.find(({ isEntry }) => isEntry));
  const sum = (bytesOf: (code: Buffer) => number): number =>
    [...loaded].reduce((bytes, { code }) => bytes + bytesOf(Buffer.from(code)), 0);
  return {
    minified: sum((code) => code.length),
    gzip: sum((code) => gzipSync(code, { level: 9 }).length),
    brotli: sum((code) => brotliCompressSync(code).length),
  };
}

/** What a page printed, as JSON has it, and its text. */
export interface Visit {
  readonly calls: readonly (readonly unknown[])[];
  readonly text: string;
}

export interface Site {
  /** Rejects with what the page throws. */
  visit(name: string): Promise<Visit>;
  close(): Promise<void>;
}

/** Serves the pages, isolated, so that they may have threads. */
export async function openSite(folder: string): Promise<Site> {
  const headers = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  };
  const server = await preview({
    root: folder,
    configFile: false,
    logLevel: "warn",
    build: { outDir: "site" },
    preview: { host: "127.0.0.1", port: 0, headers },
  });
  const browser = await chromium.launch({ executablePath, args });
  const address = server.resolvedUrls?.local[0] ?? "";
  return {
    async visit(name) {
      const page = await browser.newPage();
      const failed = failureOf(page);
      await page.goto(`${address}${name}.html`);
      await Promise.race([page.waitForFunction(() => "isDone" in globalThis), failed]);
      const json = await page.evaluate(() => JSON.stringify(calls));
      const text = await page.evaluate(() => document.body.innerText);
      await page.close();
      return { calls: JSON.parse(json) as Visit["calls"], text };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Rejects with the first error of a page. */
function failureOf(page: Page): Promise<never> {
  const failed = new Promise<never>((_, reject) => page.on("pageerror", reject));
  failed.catch(() => undefined); // an error after the page was left is nobody's
  return failed;
}
