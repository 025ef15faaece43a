// The package in a browser: its files as they are published, served to a headless Chromium from this machine, without a
// bundler. Skipped where there is no Chromium.
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namedPreprocessing, preprocess } from "../../src/tasks/caption/images/image.ts";
import { readImage } from "../../src/tasks/caption/images/image-file.ts";
import { args, executablePath, skip } from "../chromium.ts";
import { install, repository, type Installed } from "../installed.ts";
import type { PageTests } from "./page.ts";

/** In the page. */
declare const tests: PageTests;

/** The import map of a page without a bundler. */
const importMap = {
  imports: {
    unrolled: "/unrolled/dist/index.js",
    "unrolled/plan": "/unrolled/dist/plan.js",
    "zod/mini": "/zod/mini/index.js",
  },
};
const html = `<!doctype html><link rel="icon" href="data:,">
  <script type="importmap">${JSON.stringify(importMap)}</script>
  <script type="module" src="/page.js"></script>`;

function withoutTypes(path: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(readFileSync(join(repository, path), "utf8"), { compilerOptions }).outputText;
}

type PageKind = "isolated" | "plain" | "strict";

const typeOf = (path: string): string =>
  path.endsWith(".js") ? "text/javascript" : path.endsWith(".png") ? "image/png" : "text/html";

/** The kinds of page, by the query of their address: with and without isolation, and without workers. */
const isolation = [
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-embedder-policy", "require-corp"],
] as const;
const headers: Readonly<Record<PageKind, readonly (readonly [string, string])[]>> = {
  isolated: isolation,
  plain: [],
  strict: [...isolation, ["content-security-policy", "worker-src 'none'"]],
};

/** Files that tests add, by path. */
const files = new Map<string, Uint8Array>();

/** The page, the package and an example. */
function serve({ package: own }: Installed): Server {
  const pages = new Map([
    ["/", html],
    ["/page.js", withoutTypes("test/browser/page.ts")],
    ["/hello.js", withoutTypes("examples/hello.ts")],
  ]);
  const folders = new Map([
    ["/unrolled/", own],
    ["/zod/", join(own, "..", "zod")],
  ]);
  return createServer((request, response) => {
    const [path, kind] = normalize(request.url ?? "/").split("?") as [string, string?];
    const [prefix, folder] = [...folders].find(([start]) => path.startsWith(start)) ?? [];
    const file = prefix && folder && join(folder, path.slice(prefix.length));
    const body =
      pages.get(path) ?? files.get(path) ?? (file && existsSync(file) ? readFileSync(file) : undefined);
    response.statusCode = body === undefined ? 404 : 200;
    for (const [name, value] of headers[(kind ?? "isolated") as PageKind]) response.setHeader(name, value);
    response.setHeader("content-type", typeOf(path));
    response.end(body);
  });
}

describe.skipIf(skip)(`in a browser${skip ? ` (skipped: ${skip})` : ""}`, () => {
  let [installed, server, browser]: [Installed?, Server?, Browser?] = [];
  const pages = new Map<PageKind, Page>();
  const logs: string[] = [];
  const warnings: string[] = [];
  const faults: string[] = [];
  const open = (kind: PageKind = "isolated"): Page => pages.get(kind) as Page;

  beforeAll(async () => {
    installed = install();
    const own = serve(installed);
    server = own;
    await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
    browser = await chromium.launch({ executablePath, args });
    for (const kind of ["isolated", "plain", "strict"] as const) {
      const page = await browser.newPage();
      page.on("console", (message) => {
        const list = { error: faults, warning: warnings }[message.type() as string] ?? logs;
        list.push(message.text());
      });
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("response", (r) => r.status() >= 400 && faults.push(`${r.status()} ${r.url()}`));
      await page.goto(`http://127.0.0.1:${(own.address() as AddressInfo).port}/?${kind}`);
      await page.waitForFunction(() => "tests" in globalThis);
      pages.set(kind, page);
    }
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
    installed?.dispose();
  });

  test("the engine has relaxed SIMD, and the library sees it", async () => {
    const found = await open().evaluate(() => tests.engine());
    const version = /Chrome\/[\d.]+/.exec(found.agent)?.[0];
    console.log(`${version}: SIMD ${found.simd}, relaxed SIMD ${found.relaxed}`);
    expect(found).toMatchObject({ simd: true, relaxed: true });
  });

  const isIsolated = (kind: PageKind): Promise<boolean> => open(kind).evaluate(() => tests.isIsolated());
  const trained = (kind: PageKind, threads: number, longRun = 0): ReturnType<PageTests["trained"]> =>
    open(kind).evaluate(([n, limit]) => tests.trained(n, limit), [threads, longRun] as const);

  test("in an isolated page two threads give the same bits as one, and as the page's own", async () => {
    expect(await isIsolated("isolated")).toBe(true);
    const one = await trained("isolated", 1, 1e9);
    expect(one.numbers.every(Number.isFinite)).toBe(true);
    expect(await trained("isolated", 1)).toEqual(one);
    expect(await trained("isolated", 2)).toEqual({ ...one, threads: 2 });
    expect(warnings).toEqual([]);
  });

  test("a page that is not isolated works on its own thread, and says once how to get more", async () => {
    expect(await isIsolated("plain")).toBe(false);
    const { numbers } = await trained("isolated", 2);
    expect(await trained("plain", 2)).toEqual({ threads: 1, numbers });
    expect(await trained("plain", 1)).toEqual({ threads: 1, numbers });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/one thread.*Cross-Origin-Opener-Policy: same-origin/);
  });

  test("a page whose policy allows no workers works on its own thread, and says so", async () => {
    const { numbers } = await trained("isolated", 2);
    expect(await trained("strict", 2)).toEqual({ threads: 1, numbers });
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toMatch(/one thread.*workers from 'blob:'/);
    // The browser reports what its policy stopped.
    expect(faults.splice(0).every((fault) => fault.includes("Content Security Policy"))).toBe(true);
  });

  test("the example 'hello' trains, samples and reaches its number", async () => {
    await open().evaluate(() => tests.hello());
    expect(logs.at(-1)).toMatch(
      /^after \d+ updates "h" is continued with "ello", at 0\.00\d+ nats per letter$/,
    );
  });

  test("an image is decoded as in Node, a transparent pixel as white", async () => {
    const sharp = (await import("sharp")).default;
    const pixels = ["ff0000ff", "00ff00ff", "0000ffff", "0a141e00", "5a5a5aff", "010203ff"];
    const raw = Buffer.from(pixels.join(""), "hex");
    const file = await sharp(raw, { raw: { width: 3, height: 2, channels: 4 } })
      .png()
      .toBuffer();
    files.set("/image.png", file);
    files.set("/broken.png", file.subarray(0, 40));
    const inNode = await readImage(new Uint8Array(file));
    const found = await open().evaluate(() => tests.image("/image.png"));
    expect(found).toMatchObject({ width: 3, height: 2, pixels: [...inNode.pixels] });
    expect(found.pixels.slice(9, 12)).toEqual([255, 255, 255]);
    const plain = namedPreprocessing("plain", { size: { width: 2, height: 2 } });
    expect(found.small).toEqual([...preprocess(inNode, plain)]);
    const broken = open().evaluate(() => tests.image("/broken.png"));
    await expect(broken).rejects.toThrow("the browser cannot decode it; convert it");
  });

  test("timers fire while fit() runs", async () => {
    const { steps, milliseconds, ticks, longest } = await open().evaluate(() => tests.timers());
    const all = `${steps} steps in ${milliseconds.toFixed(0)} ms`;
    console.log(`${all}, a timer fired ${ticks} times, at most ${longest.toFixed(0)} ms apart`);
    expect(steps).toBe(60);
    // A turn is due every 20 ms, and a step takes 10 to 30; a busy machine takes several times that.
    expect(ticks).toBeGreaterThan(milliseconds / 200);
    expect(longest).toBeLessThan(milliseconds / 2);
  });

  test("nothing was reported as an error", () => {
    expect(faults).toEqual([]);
  });
});
