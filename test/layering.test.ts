// The folders' dependencies point one way, no file is part of a circle of imports, and what a browser loads names
// nothing of Node. Reads source text; runs none of it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Each folder may import those above it. */
const layers = [
  "base",
  "language",
  "graph",
  "cells",
  "plan",
  "emit",
  "run",
  "model",
  "check",
  "text",
  "batch",
  "infer",
  "synthetic",
  "train",
  "measure",
  "formats",
  "charts",
  "tasks",
  "checkpoint",
  "index",
  "cells-entry",
  "plan-entry",
  "metrics",
  "node",
  "cli",
];

/** The folder of a path; entries stand for themselves. */
function folderOf(path: string): string {
  if (path.includes("/")) return path.slice(0, path.indexOf("/"));
  const name = path.replace(/\.ts$/u, "");
  return layers.includes(`${name}-entry`) ? `${name}-entry` : name;
}

/** The tasks are folders side by side: each knows `tasks/shared` and what stands in `tasks` itself, and no other. */
function taskOf(path: string): string | undefined {
  const task = /^tasks\/([\w-]+)\//u.exec(path)?.[1];
  return task === "shared" ? undefined : task;
}

/** The lists of tasks, which name them all. */
const lists = ["tasks/index.ts", "tasks/flags.ts"];

/** Files that a browser build leaves out say so by their names; flags are the command line's. */
const mayNameNode = (path: string): boolean =>
  /^(cli\/|node\.ts)/u.test(path) || /(^|[/-])(files?|flags|folder|node)\.ts$/u.test(path);

/** What needs a package, apart from those that may name Node. */
const mayNamePackages = (path: string): boolean =>
  mayNameNode(path) ||
  /^(formats|checkpoint|tasks)\/|^text\/(tokenizer|backtracking|positions)\.ts$|^infer\/pattern/u.test(path);

/**
 * Entry points that a page loads as they are, with the packages that come along. Whoever opens a model checks its file, and
 * zod/mini is what tasks and `checkpoint` check it with; every other package is imported where it is first needed.
 */
const entries: Readonly<Record<string, readonly string[]>> = {
  "index.ts": ["zod/mini"],
  "cells.ts": [],
  "plan.ts": [],
  "metrics.ts": [],
};

interface Source {
  readonly path: string;
  readonly text: string;
}

function sources(): Source[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return files
    .filter((f) => f.endsWith(".ts"))
    .map((path) => ({ path, text: readFileSync(join(root, "src", path), "utf8") }));
}

/** A text without its comments, whose examples import the package. */
const code = (text: string): string => text.replaceAll(/^ *(?:\/\*\*?|\*|\/\/).*$/gmu, "");

function importsOf({ path, text }: Source): string[] {
  return [...code(text).matchAll(/(?<!")(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, target]) =>
    (target as string).startsWith(".")
      ? relative(join(root, "src"), resolve(root, "src", dirname(path), target as string))
      : (target as string),
  );
}

function faultsIn(all: readonly Source[]): string[] {
  return all.flatMap((source) => {
    const folder = folderOf(source.path);
    const rank = layers.indexOf(folder);
    if (rank < 0) return [`${source.path}: '${folder}' is in no layer`];
    const imports = importsOf(source);
    const upward = imports.filter((target) => {
      if (target.startsWith("node:") || !target.endsWith(".ts")) return false;
      const other = layers.indexOf(folderOf(target));
      return folderOf(target) !== folder && (other >= rank || other < 0);
    });
    const task = taskOf(source.path);
    const neighbours = imports.filter((target) => {
      const other = target.endsWith(".ts") ? taskOf(target) : undefined;
      return folder === "tasks" && other !== undefined && other !== task && !lists.includes(source.path);
    });
    const isNode = (target: string): boolean => target.startsWith("node:");
    const outside = imports.filter(
      (target) =>
        !target.endsWith(".ts") &&
        !(isNode(target) ? mayNameNode(source.path) : mayNamePackages(source.path)),
    );
    const engine = folder !== "run" && /\bWebAssembly\.\w|navigator\.gpu/u.test(source.text);
    return [
      ...upward.map((t) => `${source.path} imports ${t}`),
      ...neighbours.map((t) => `${source.path} imports ${t}, which is another task's`),
      ...outside.map((t) => `${source.path} imports ${t}, which not every engine has`),
      ...(engine ? [`${source.path} names a device's API`] : []),
    ];
  });
}

/** Groups of files that import each other, found by Tarjan's algorithm; types count as well. */
function circlesIn(all: readonly Source[]): string[][] {
  const imports = new Map(all.map((s) => [s.path, importsOf(s).filter((t) => t.endsWith(".ts"))]));
  const [index, low] = [new Map<string, number>(), new Map<string, number>()];
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): void => {
    index.set(path, index.size);
    low.set(path, index.get(path)!);
    stack.push(path);
    for (const next of imports.get(path) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(path, Math.min(low.get(path)!, low.get(next)!));
    }
    if (low.get(path) !== index.get(path)) return;
    const group = stack.splice(stack.indexOf(path));
    if (group.length > 1) circles.push(group.sort());
  };
  for (const { path } of all) if (!index.has(path)) visit(path);
  return circles;
}

test("dependencies point one way", () => {
  const all = sources();
  expect(all.length).toBeGreaterThan(40);
  expect(faultsIn(all)).toEqual([]);
});

test("no files import each other in a circle", () => {
  expect(circlesIn(sources())).toEqual([]);
});

/** The imports of a file that are loaded with it: neither types nor what is imported later. */
function loadedWith({ path, text }: Source): string[] {
  const rest = code(text).replaceAll(/^(?:import|export) type [^;]*;|\bimport\([^)]*\)/gmu, "");
  return importsOf({ path, text: rest });
}

/** The files that an entry loads, and what it imports from outside, by file. */
function loadedBy(entry: string, all: ReadonlyMap<string, Source>): [files: number, outside: string[]] {
  const loaded = new Set<string>();
  const outside: string[] = [];
  const visit = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const target of loadedWith(all.get(path) as Source)) {
      if (target.endsWith(".ts")) visit(target);
      else outside.push(`${path} imports ${target}`);
    }
  };
  visit(entry);
  return [loaded.size, outside];
}

test("an entry loads no package but zod/mini, and that only to check model files", () => {
  const all = new Map(sources().map((s) => [s.path, s]));
  for (const [entry, packages] of Object.entries(entries)) {
    const [files, outside] = loadedBy(entry, all);
    expect(files, entry).toBeGreaterThan(20);
    const unexpected = outside.filter(
      (found) => !packages.some((name) => found.endsWith(` imports ${name}`) && mayCheckFiles(found)),
    );
    expect(unexpected, entry).toEqual([]);
  }
});

/** Of an import in words. */
const mayCheckFiles = (found: string): boolean => /^(tasks|checkpoint)\//u.test(found);

test("a later folder, another task, Node, an engine or a circle is noticed", () => {
  const plant = (path: string, text: string): Source => ({ path, text });
  expect(faultsIn([plant("language/a.ts", 'import { x } from "../plan/plan.ts";')])).toEqual([
    "language/a.ts imports plan/plan.ts",
  ]);
  expect(faultsIn([plant("text/a.ts", 'import { x } from "../infer/choose.ts";')])).toHaveLength(1);
  expect(faultsIn([plant("train/a.ts", 'import { x } from "node:fs";')])).toHaveLength(1);
  expect(faultsIn([plant("tasks/tag/a.ts", 'import { x } from "../music/b.ts";')])).toHaveLength(1);
  expect(faultsIn([plant("tasks/tag/a.ts", 'import { x } from "../shared/b.ts";')])).toEqual([]);
  expect(faultsIn([plant("model/a.ts", "const m = new WebAssembly.Module(bytes);")])).toHaveLength(1);
  expect(faultsIn([plant("model/a.ts", "// native where it was built, else WebAssembly.")])).toEqual([]);
  const loading = new Map(
    [
      plant("index.ts", 'export { x } from "./text/a.ts";\nexport type { Y } from "./text/b.ts";'),
      plant("text/a.ts", 'import { z } from "zod/mini";\nconst later = () => import("refa");'),
      plant("text/b.ts", 'import { y } from "yaml";'),
    ].map((source) => [source.path, source]),
  );
  expect(loadedBy("index.ts", loading)).toEqual([2, ["text/a.ts imports zod/mini"]]);
  expect(
    circlesIn([
      plant("plan/a.ts", 'import type { B } from "./b.ts";'),
      plant("plan/b.ts", 'import { a } from "./a.ts";'),
    ]),
  ).toEqual([["plan/a.ts", "plan/b.ts"]]);
});

test("the command line stays below 3,000 lines", () => {
  const files = sources().filter(({ path }) => path.startsWith("cli/"));
  expect(files.reduce((sum, { text }) => sum + text.split("\n").length - 1, 0)).toBeLessThan(3000);
});

test("no file is longer than 400 lines", () => {
  const long = sources().filter(({ text }) => text.split("\n").length > 401);
  expect(long.map((s) => s.path)).toEqual([]);
});

/** Files that may name a task: the lists, the entries, and the two commands that train a network of their own. */
const mayNameTasks = (path: string): boolean =>
  lists.includes(path) || !path.includes("/") || /^cli\/commands\/(?:start|hello)\.ts$/u.test(path);

/** The tasks that a file outside of their folders imports from, or names as a string. */
function tasksNamedIn(source: Source): string[] {
  const { path, text } = source;
  if (taskOf(path) !== undefined || mayNameTasks(path)) return [];
  const imported = importsOf(source).filter((target) => taskOf(target) !== undefined);
  const kinds = /"(?:classify|tag|translate|forecast|regress|music|caption|language)"/gu;
  const named = [...code(text).matchAll(kinds)].map(([kind]) => kind);
  return [...imported, ...named].map((name) => `${path} names ${name}`);
}

test("no task is named outside its folder, the lists and the entries", () => {
  expect(sources().flatMap(tasksNamedIn)).toEqual([]);
  expect(tasksNamedIn({ path: "cli/a.ts", text: 'if (kind === "caption") x();' })).toHaveLength(1);
  expect(tasksNamedIn({ path: "cli/a.ts", text: 'import { x } from "../tasks/tag/tag.ts";' })).toHaveLength(
    1,
  );
});

/** Functions of more than 90 lines, those inside others counted as well. */
function longFunctions({ path, text }: Source): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line;
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && lineOf(node.end) - lineOf(node.getStart()) + 1 > 90)
      found.push(`${path}: ${node.name?.getText() ?? "a function"}, line ${lineOf(node.getStart()) + 1}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

test("no function is longer than 90 lines", () => {
  expect(sources().flatMap(longFunctions)).toEqual([]);
  const lines = "  x();\n".repeat(90);
  expect(longFunctions({ path: "a.ts", text: `function long() {\n${lines}}` })).toEqual([
    "a.ts: long, line 1",
  ]);
});
