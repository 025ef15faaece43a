// The public entries: how many names they have, that every type in a signature can be imported, and that a name means the
// same in all of them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ambiguousNames, missingTypes, surfaces, type Surface } from "./api/surface.ts";

const pathOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The source of each entry, by the name under which users import it. */
const sources: Readonly<Record<string, string>> = {
  unrolled: pathOf("src/index.ts"),
  "unrolled/cells": pathOf("src/cells.ts"),
  "unrolled/plan": pathOf("src/plan.ts"),
  "unrolled/metrics": pathOf("src/metrics.ts"),
  "unrolled/node": pathOf("src/node.ts"),
};

const bySource = surfaces(Object.values(sources));
const entry = (name: string): Surface => bySource.get(sources[name] as string) as Surface;

test("the main entry has at most 100 names at run time, and 180 with types", () => {
  const { values, meanings } = entry("unrolled");
  expect(values.length).toBeGreaterThan(20);
  expect(values.length).toBeLessThanOrEqual(100);
  expect(meanings.size).toBeLessThanOrEqual(180);
});

test("every type in a public signature can be imported", () => {
  expect(missingTypes(bySource.values())).toEqual([]);
  // A walk that found nothing would pass as well.
  const names = [...entry("unrolled").reached.keys()].map((type) => type.name);
  expect(names).toEqual(expect.arrayContaining(["Model", "Network", "Plan", "Equation"]));
});

test("a name means the same in every entry", () => {
  expect(ambiguousNames(bySource.values())).toEqual([]);
});

test("unrolled/node has all of unrolled", () => {
  const all = entry("unrolled/node").meanings;
  expect([...entry("unrolled").meanings.keys()].filter((name) => !all.has(name))).toEqual([]);
});

test("the package exports each entry, and its head says what it is for", () => {
  const { exports } = JSON.parse(readFileSync(pathOf("package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, unknown>>;
  };
  const names = Object.keys(exports).filter((name) => name !== "./package.json");
  expect(names.map((name) => name.replace(/^\./u, "unrolled")).sort()).toEqual(Object.keys(sources).sort());
  for (const [name, path] of Object.entries(sources)) {
    const head = /^\/\*\*\n \* (.{20,}?)\n \* @module (\S+)\n \*\//su.exec(readFileSync(path, "utf8"));
    expect(head?.[2], path).toBe(name);
  }
});

test("hidden types and names with two meanings are found", () => {
  const program = new Map([
    ["/planted/a.ts", 'export { run, type Box } from "./b.ts"; export type { Kind } from "./c.ts";'],
    ["/planted/other.ts", 'export type { Other as Box } from "./c.ts"; export type { Inner } from "./c.ts";'],
    [
      "/planted/b.ts",
      `import type { Inner } from "./c.ts";
      interface Hidden { readonly inner: Inner; readonly none: Array<Never> }
      type Never = never;
      const list: readonly string[] = [];
      export interface Box extends Partial<Hidden> { readonly names: typeof list; close<T extends string>(how: T): void }
      export function run(each: (box: Box) => Promise<Deep[]>): void { each({ names: list, close() {} }); }
      interface Deep {
        /** @internal */
        readonly secret: Secret;
      }
      interface Secret { readonly a: 1 }`,
    ],
    [
      "/planted/c.ts",
      "export interface Inner { readonly a: 1 } export interface Other { readonly a: 1 } export type Kind = 1;",
    ],
  ]);
  const planted = surfaces(["/planted/a.ts", "/planted/other.ts"], program);
  expect(missingTypes(planted.values())).toEqual([
    "Deep, in run",
    "Hidden, in Box",
    "Never, in Hidden",
    "list, in Box",
  ]);
  expect(ambiguousNames(planted.values())).toEqual(["Box"]);
  expect(planted.get("/planted/a.ts")?.values).toEqual(["run"]);
});
