// Plain English in everything that people read: sources with their comments and messages, documents, examples, the native
// device, and the titles of tests.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { phrasesIn } from "./words.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

function filesIn(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name) && !name.includes("node_modules"))
    .map((name) => `${folder}/${name}`);
}

/** Names of earlier versions, and the old words that a message answers. */
const old = ["docs/moving-from-0.1.md", "src/cli/renamed.ts", "src/checkpoint/version-2.ts"];

const texts = [
  "README.md",
  ...filesIn("docs", /\.md$/u),
  ...filesIn("src", /\.ts$/u),
  ...filesIn("examples", /\.(?:ts|mjs)$/u),
  ...filesIn("bench", /\.(?:ts|mjs)$/u),
  ...filesIn("native", /\.(?:cpp|h|mjs)$/u),
].filter((path) => !old.includes(path));

/** The titles of a file of tests. */
function titlesIn(text: string): string {
  const calls = text.matchAll(/\b(?:describe|it|test)(?:\.\w+(?:\([^)]*\))?)?\(\s*(["`])(.*?)\1/gu);
  return [...calls].map(([, , title]) => title).join("\n");
}

test("texts have none of the phrases to avoid", () => {
  expect(texts.length).toBeGreaterThan(400);
  expect(texts.flatMap((path) => phrasesIn(path, read(path)))).toEqual([]);
});

test("titles of tests have none either", () => {
  const tests = filesIn("test", /\.test\.ts$/u).filter((path) => path !== "test/words.test.ts");
  expect(tests.flatMap((path) => phrasesIn(path, titlesIn(read(path))))).toEqual([]);
});

test("planted phrases are found", () => {
  const planted =
    "// Knows no model.\nthrow new Error(`4 are 24 values, and ${n} is what came`);\n// nats a frame\n";
  expect(phrasesIn("a.ts", planted).sort()).toEqual([
    "a.ts:1: 'Knows no'; write: say what it is for",
    "a.ts:2: 'what came'; write: the actual values; got …",
    "a.ts:3: 'nats a frame'; write: nats per …",
  ]);
  expect(phrasesIn("a.test.ts", titlesIn('test.each(all)("a rival", () => {});'))).toHaveLength(1);
});
