// The programs by which the API is judged, as a user writes them: in Node against the sources; installed from the tarball,
// type-checked strictly and run; and, those that read no files, bundled by Vite and run in Chromium.
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify, format } from "node:util";
import type { CaptionScore, ClassifyScore, ErrorRow, MusicScore, TagScore, TranslateScore } from "unrolled";
import { classify, decodeModel, language, loadModel, readText, wasmDevice } from "unrolled/node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { installTarball, type Installed } from "../installed.ts";
import { writeData } from "./data.ts";
import { skip } from "../chromium.ts";
import { bundle, openSite, type BundleSize, type Site } from "./site.ts";

const withFiles = ["reviews", "book", "sales"] as const;
const withoutFiles = ["names", "dates", "rounds", "shapes"] as const;
const programs = [...withFiles, ...withoutFiles];
/** What becomes a page: those that read no files, and one that opens a saved model. */
const pages = [...withoutFiles, "page"];
type Program = (typeof programs)[number];

const sourceOf = (name: string): string => fileURLToPath(new URL(`${name}.ts`, import.meta.url));
const linesOf = (name: string): number => readFileSync(sourceOf(name), "utf8").trim().split("\n").length;

/** What a program printed: the arguments of each call, and what it wrote without a line's end. */
interface Output {
  readonly calls: readonly (readonly unknown[])[];
  readonly written: string;
}

const outputs = new Map<Program, Output>();
const outputOf = (name: Program): Output => outputs.get(name) as Output;

async function runHere(name: Program): Promise<Output> {
  const calls: unknown[][] = [];
  let written = "";
  const keep = (...call: unknown[]): void => void calls.push(call);
  const spies = [
    vi.spyOn(console, "log").mockImplementation(keep),
    vi.spyOn(console, "table").mockImplementation(keep),
    vi.spyOn(process.stdout, "write").mockImplementation((piece) => Boolean((written += String(piece)))),
  ];
  await import(sourceOf(name)).finally(() => spies.forEach((spy) => spy.mockRestore()));
  return { calls, written };
}

/** The numbers that a program printed alone on a line: the losses of its validations. */
function lossesOf({ calls }: Output): number[] {
  return calls.flatMap((call) => (call.length === 1 && typeof call[0] === "number" ? [call[0]] : []));
}

function expectFalling(losses: readonly number[]): void {
  expect(losses.length).toBeGreaterThan(3);
  expect(Math.min(...losses)).toBeLessThan(0.75 * (losses[0] as number));
}

/** Without the last digits: engines of different years differ in the last bit of exp(), by which scores are told. */
const rounded = (text: string): string =>
  text.replace(/\d+\.\d{13,}/gu, (number) => Number(number).toPrecision(13));

/** The score that a program printed before its last line. */
const scoreOf = <S>(name: Program): S => outputOf(name).calls.at(-2)?.[0] as S;

describe("in Node, against the sources", () => {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-programs-"));
  const before = process.cwd();

  beforeAll(() => {
    writeData(folder);
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  const runs = async (name: Program): Promise<Output> => {
    const output = await runHere(name);
    outputs.set(name, output);
    return output;
  };

  test("reviews: better than naive Bayes; the saved model gives the same answer", async () => {
    const output = await runs("reviews");
    expectFalling(lossesOf(output));
    const { accuracy, baselines = [] } = scoreOf<ClassifyScore>("reviews");
    expect(accuracy).toBeGreaterThan(0.95);
    const bayes = baselines.find(({ name }) => name.startsWith("naive Bayes"));
    expect(bayes?.accuracy).toBeLessThan(0.8);
    const [label, probability] = output.calls.at(-1) as [string, number];
    expect(label).toBe("5");
    const model = await loadModel("reviews.safetensors", classify);
    expect(await model.predict(["a good film"])).toMatchObject([{ label, probability }]);
    model.dispose();
  });

  test("book: better than n-grams; the saved model writes the same", async () => {
    const { calls, written } = await runs("book");
    expectFalling(calls.map(([, loss]) => loss as number));
    expect(calls).toHaveLength(10);
    const model = await loadModel("book.safetensors", language);
    const { validation, train } = await model.parts(await readText("book.txt"));
    const { nats, baseline } = await model.score(validation ?? "", { baseline: train });
    expect(nats).toBeLessThan((baseline?.nats ?? 0) - 0.05);
    const pieces: string[] = [];
    for await (const piece of model.write("Once ", { length: 200, temperature: 0.7 })) pieces.push(piece);
    expect(pieces.join("")).toBe(written);
    expect(written).toHaveLength(200);
    model.dispose();
  });

  test("sales: better than the season before; a row a month", async () => {
    type Row = [time: Date, median: number, interval: readonly [number, number]];
    const [[table], ...rows] = (await runs("sales")).calls as [[Record<string, ErrorRow>], ...Row[]];
    const { "this model": own, "seasonal naive": seasonal } = table;
    expect(own?.mase).toBeLessThan(seasonal?.mase ?? 0);
    expect(rows).toHaveLength(12);
    rows.forEach(([time, median, [low, high]], i) => {
      expect(time).toEqual(new Date(Date.UTC(2020, i, 1)));
      expect(low).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(high);
    });
  });

  test("names: better than each word's most frequent tag", async () => {
    const output = await runs("names");
    expectFalling(lossesOf(output));
    const { spans, baseline } = scoreOf<TagScore>("names");
    expect(spans?.f1).toBeGreaterThan((baseline?.spans?.f1 ?? 1) + 0.5);
    expect(output.calls.at(-1)?.[0]).toMatch(/^Yesterday\/\S+ Paris\/B-\w+ hired\/O .* \.\/O$/u);
  });

  test("dates: better than a translation memory", async () => {
    const output = await runs("dates");
    expectFalling(lossesOf(output));
    const { exact, baseline } = scoreOf<TranslateScore>("dates");
    expect(exact).toBeGreaterThan((baseline?.exact ?? 1) + 0.5);
    expect(output.calls.at(-1)).toEqual(["1987-05-03"]);
  });

  test("rounds: better than chances of single keys", async () => {
    const output = await runs("rounds");
    expectFalling(lossesOf(output));
    const { nats, baselines = [] } = scoreOf<MusicScore>("rounds");
    expect(baselines).toHaveLength(2);
    expect(nats).toBeLessThan(Math.min(...baselines.map((baseline) => baseline.nats)) - 2);
    const [piece, bytes] = output.calls.at(-1) as [string, number];
    expect(piece.split(" | ")).toHaveLength(16);
    expect(bytes).toBeGreaterThan(60);
  });

  test("shapes: better than the same model blind", async () => {
    const output = await runs("shapes");
    expectFalling(lossesOf(output));
    const { bleu4, baseline } = scoreOf<CaptionScore>("shapes");
    expect(bleu4).toBeGreaterThan((baseline?.bleu4 ?? 1) + 0.1);
    expect(output.calls.at(-1)?.[0]).toMatch(/^"a \w+ .*" of "a \w+ .*"$/u);
  });
});

describe("installed from the tarball", () => {
  let user: Installed & { readonly tarballBytes: number };
  const path = (name: string): string => join(user.folder, name);
  const sizes = new Map<string, Partial<BundleSize>>();
  const stdouts = new Map<Program, string>();
  const runFile = promisify(execFile);

  beforeAll(() => {
    user = installTarball();
    console.log(`the tarball has ${user.tarballBytes} bytes`);
    for (const name of [...withFiles, ...pages]) copyFileSync(sourceOf(name), path(`${name}.ts`));
    writeData(user.folder);
  });
  afterAll(() => user.dispose());

  const check = async (names: readonly string[], ...options: string[]): Promise<void> => {
    const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
    // All declarations are checked, but for the compiler's own.
    const all = [
      "--strict",
      "--skipDefaultLibCheck",
      "--target",
      "es2022",
      ...options,
      ...names.map((name) => `${name}.ts`),
    ];
    const { stdout } = await runFile(process.execPath, [compiler, ...all], { cwd: user.folder }).catch(
      (error: { readonly stdout: string }) => error,
    );
    expect(stdout).toBe("");
  };

  test("tsc --strict finds no error, as nodenext and as bundler", async () => {
    const bundler = ["--module", "esnext", "--moduleResolution", "bundler", "--noEmit"];
    await Promise.all([
      check([...withFiles, ...pages], "--module", "nodenext", "--types", "node", "--outDir", "built"),
      check([...withFiles, ...pages], ...bundler, "--types", "node"),
    ]);
    // What a page imports needs no types of Node.
    await check(pages, ...bundler);
  });

  test("Node runs all of them", async () => {
    const one = async (name: Program): Promise<void> => {
      const { stdout, stderr } = await runFile(process.execPath, [...process.execArgv, `built/${name}.js`], {
        cwd: user.folder,
      });
      expect(stderr).toBe("");
      stdouts.set(name, stdout);
    };
    const queue = [...programs];
    const work = async (): Promise<void> => {
      for (let name = queue.shift(); name; name = queue.shift()) await one(name);
    };
    await Promise.all([work(), work()]);
    expect(stdouts.get("names")).toMatch(/baseline: [^]*\nYesterday\/O Paris\/B-\w+ .*\n$/u);
    expect(stdouts.get("dates")).toMatch(/baseline: [^]*\n1987-05-03\n$/u);
    expect(stdouts.get("rounds")).toMatch(/baselines: [^]*\n[\d |]+\n$/u);
    expect(stdouts.get("shapes")).toMatch(/baseline: [^]*\n"a .*" of "a .*"\n$/u);
    expect(stdouts.get("reviews")).toMatch(/accuracy: (?:1|0\.9)[^]*\n5 0\.9\d*\n$/u);
    expect(stdouts.get("book")).toMatch(/^9 [^]*\n90 0\.\d+\n[^]{200}$/u);
    expect(stdouts.get("sales")?.match(/^2020-\d\d-01.*\]$/gmu)).toHaveLength(12);
  });

  describe.skipIf(skip)(`in Chromium, through Vite${skip ? ` (skipped: ${skip})` : ""}`, () => {
    let site: Site | undefined;

    beforeAll(async () => {
      for (const name of pages) sizes.set(name, await bundle(user.folder, name));
      copyFileSync(path("book.safetensors"), path("site/book.safetensors"));
      site = await openSite(user.folder);
    });
    afterAll(() => site?.close());

    test.each(withoutFiles)("%s prints the same as in Node, on the same device", async (name) => {
      const { calls } = await (site as Site).visit(name);
      const printed = calls.map((call) => `${format(...call)}\n`).join("");
      expect(rounded(printed)).toBe(rounded(stdouts.get(name) as string));
    });

    test("a page opens the saved model and writes the same as Node on the same device", async () => {
      const bytes = readFileSync(path("book.safetensors"));
      const device = wasmDevice();
      const model = await decodeModel(bytes, language, { device });
      let text = "";
      for await (const piece of model.write("Once ", { length: 200, temperature: 0.7 })) text += piece;
      device.dispose();
      const words = (of: string): string[] => of.trim().split(/\s+/u);
      expect(words((await (site as Site).visit("page")).text)).toEqual(words(text));
    });
  });

  test("the programs are short, and their pages small", () => {
    const rows = [...programs, "page"].map((name) => {
      const { minified, gzip, brotli } = sizes.get(name) ?? {};
      return [name, { lines: linesOf(name), minified, gzip, brotli }] as const;
    });
    console.table(Object.fromEntries(rows));
    for (const [, { lines, brotli = 0 }] of rows) {
      expect(lines).toBeLessThanOrEqual(16);
      expect(brotli).toBeLessThan(90_000);
    }
  });
});
