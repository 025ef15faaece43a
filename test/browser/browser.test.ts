// The package in a browser: its files as they are published, served to a headless Chromium from this machine, no
// bundler between. Without Chromium there is nothing to try, and the tests are skipped.
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { install, repository, type Installed } from "../installed.ts";

const executablePath = "/usr/bin/chromium";
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What a page needs that uses the package without a bundler. */
const importMap = { imports: { unrolled: "/unrolled/dist/index.js", zod: "/zod/index.js" } };
const html = `<!doctype html><link rel="icon" href="data:,">
  <script type="importmap">${JSON.stringify(importMap)}</script>`;

/** The page, the package, its one dependency, and the example `hello`, without its types. */
function serve({ package: own }: Installed): Server {
  const example = readFileSync(join(repository, "examples/hello.ts"), "utf8");
  const { target, module } = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const pages = new Map([
    ["/", html],
    ["/hello.js", ts.transpileModule(example, { compilerOptions: { target, module } }).outputText],
  ]);
  const folders = new Map([
    ["/unrolled/", own],
    ["/zod/", join(repository, "node_modules/zod")],
  ]);
  return createServer((request, response) => {
    const path = normalize(request.url ?? "/");
    const [prefix, folder] = [...folders].find(([start]) => path.startsWith(start)) ?? [];
    const file = prefix && folder && join(folder, path.slice(prefix.length));
    const body = pages.get(path) ?? (file && existsSync(file) ? readFileSync(file) : undefined);
    response.statusCode = body === undefined ? 404 : 200;
    response.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "text/html");
    response.end(body);
  });
}

const skip = existsSync(executablePath) ? false : `there is no ${executablePath}`;

describe.skipIf(skip)(`in a browser${skip ? ` (skipped: ${skip})` : ""}`, () => {
  let [installed, server, browser, page]: [Installed?, Server?, Browser?, Page?] = [];
  const said: string[] = [];
  const faults: string[] = [];
  const open = (): Page => page as Page;

  beforeAll(async () => {
    installed = install();
    const own = serve(installed);
    server = own;
    await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
    browser = await chromium.launch({ executablePath, args });
    page = await browser.newPage();
    page.on("console", (message) => (message.type() === "error" ? faults : said).push(message.text()));
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("response", (r) => r.status() >= 400 && faults.push(`${r.status()} ${r.url()}`));
    await page.goto(`http://127.0.0.1:${(own.address() as AddressInfo).port}/`);
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
    installed?.dispose();
  });

  test("the engine has relaxed SIMD, and the library sees it", async () => {
    const found = await open().evaluate(async () => {
      const path = "/unrolled/dist/run/wasm-engine.js";
      const engine = (await import(path)) as typeof import("../../src/run/wasm-engine.ts");
      return { simd: engine.hasSimd(), relaxed: engine.hasRelaxedSimd(), agent: navigator.userAgent };
    });
    console.log(
      `${found.agent.match(/Chrome\/[\d.]+/)?.[0]}: SIMD ${found.simd}, relaxed SIMD ${found.relaxed}`,
    );
    expect(found).toMatchObject({ simd: true, relaxed: true });
  });

  test("the example 'hello' trains, samples and reaches its number", async () => {
    await open().evaluate(() => import("/hello.js" as string));
    expect(said.at(-1)).toMatch(/^after "h" comes "ello", at 0\.00\d+ nats/);
  });

  test("timers fire while fit() runs, and the page stays alive", async () => {
    const { ticks, milliseconds, longest, steps } = await open().evaluate(async () => {
      const name = "unrolled";
      const { cellNamed, encodeString, fit, languageModel, wasmDevice } = (await import(
        name
      )) as typeof import("../../src/index.ts");
      const { alphabet, ids } = encodeString(
        Array.from({ length: 2000 }, (_, i) => `${i} + 1 = ${i + 1}\n`).join(""),
      );
      const network = languageModel({
        vocabulary: alphabet.symbols.length,
        cell: cellNamed("lstm"),
        size: 128,
      });
      const device = wasmDevice();
      const run = await fit({ network, device, data: { kind: "text", train: ids }, budget: { steps: 60 } });
      const times: number[] = [performance.now()];
      const timer = setInterval(() => times.push(performance.now()), 1);
      let latest = 0;
      for await (const event of run) latest = event.step;
      clearInterval(timer);
      times.push(performance.now());
      device.dispose();
      const gaps = times.slice(1).map((t, i) => t - (times[i] as number));
      return {
        ticks: gaps.length - 1,
        milliseconds: (times.at(-1) as number) - (times[0] as number),
        longest: Math.max(...gaps),
        steps: latest,
      };
    });
    console.log(
      `${steps} steps in ${milliseconds.toFixed(0)} ms, ${ticks} ticks of a timer, at most ${longest.toFixed(0)} ms apart`,
    );
    expect(steps).toBe(60);
    // A turn is due every 20 ms, and a step takes 10 to 30.
    expect(ticks).toBeGreaterThan(milliseconds / 200);
    expect(longest).toBeLessThan(milliseconds / 2);
  });

  test("nothing was reported as an error", () => {
    expect(faults).toEqual([]);
  });
});
