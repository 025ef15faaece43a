// The folders' dependencies point one way, and what a browser loads names nothing of Node. Reads source text;
// runs none of it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Folders side by side do not import each other; each may import all before it. */
const layers = [
  ["ir"],
  ["cells"],
  ["plan"],
  ["emit"],
  ["run"],
  ["model"],
  ["data", "generate", "measure", "baselines"],
  ["train"],
  ["tasks"],
  ["io"],
  ["study"],
  ["index", "checkpoint"],
  ["node"],
  ["cli"],
];
const rank = (folder: string): number => layers.findIndex((names) => names.includes(folder));
const mayNameNode = ["cli", "io", "node"];
/** Entry points that a page loads as they are. */
const entries = ["index.ts"];

interface Source {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
}

function sources(): Source[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return files
    .filter((f) => f.endsWith(".ts"))
    .map((f) => ({
      path: f,
      folder: f.includes("/") ? (f.split("/")[0] as string) : f.replace(/\.ts$/, ""),
      text: readFileSync(join(root, "src", f), "utf8"),
    }));
}

function importsOf({ path, text }: Source): string[] {
  return [...text.matchAll(/(?<!")(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, target]) =>
    (target as string).startsWith(".")
      ? relative(join(root, "src"), resolve(root, "src", dirname(path), target as string))
      : (target as string),
  );
}

function faultsIn(all: readonly Source[]): string[] {
  return all.flatMap((source) => {
    const own = rank(source.folder);
    if (own < 0) return [`${source.path}: '${source.folder}' is in no layer`];
    const imports = importsOf(source);
    const upward = imports.filter((target) => {
      if (target.startsWith("node:") || !target.endsWith(".ts")) return false;
      const folder = target.includes("/") ? (target.split("/")[0] as string) : target.replace(/\.ts$/, "");
      return folder !== source.folder && (rank(folder) >= own || rank(folder) < 0);
    });
    const outside = imports.filter((t) => !t.endsWith(".ts") && !mayNameNode.includes(source.folder));
    const engine = source.folder !== "run" && /\bWebAssembly\.|navigator\.gpu/.test(source.text);
    return [
      ...upward.map((t) => `${source.path} imports ${t}`),
      ...outside.map((t) => `${source.path} imports ${t}, which not every engine has`),
      ...(engine ? [`${source.path} names a device's API`] : []),
    ];
  });
}

test("dependencies point one way", () => {
  const all = sources();
  expect(all.length).toBeGreaterThan(40);
  expect(faultsIn(all)).toEqual([]);
});

test("the library loads without any package", () => {
  const all = new Map(sources().map((s) => [s.path, s]));
  const loaded = new Set<string>();
  const outside: string[] = [];
  const visit = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const target of importsOf(all.get(path) as Source)) {
      if (target.endsWith(".ts")) visit(target);
      else outside.push(`${path} imports ${target}`);
    }
  };
  entries.forEach(visit);
  expect(loaded.size).toBeGreaterThan(40);
  expect(outside).toEqual([]);
});

test("a folder that imports a later one, Node or an engine is noticed", () => {
  const plant = (path: string, text: string): Source => ({
    path,
    folder: path.split("/")[0] as string,
    text,
  });
  expect(faultsIn([plant("ir/a.ts", 'import { x } from "../plan/plan.ts";')])).toEqual([
    "ir/a.ts imports plan/plan.ts",
  ]);
  expect(faultsIn([plant("data/a.ts", 'import { x } from "../generate/choose.ts";')])).toHaveLength(1);
  expect(faultsIn([plant("train/a.ts", 'import { x } from "node:fs";')])).toHaveLength(1);
  expect(faultsIn([plant("model/a.ts", "const m = new WebAssembly.Module(bytes);")])).toHaveLength(1);
});

test("no file is longer than 400 lines", () => {
  const long = sources().filter(({ text }) => text.split("\n").length > 401);
  expect(long.map((s) => s.path)).toEqual([]);
});
