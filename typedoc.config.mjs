// The API reference, `npm run docs`: a page per entry of the package, with the names under the headings that the entry's
// source has. Fails for a public name without a docstring, a link that leads nowhere, and whatever else typedoc warns of.
import { readFileSync } from "node:fs";
import { CommentTag, Converter, ReflectionKind } from "typedoc";

const entries = ["index", "cells", "plan", "metrics", "node"].map((name) => `src/${name}.ts`);

/** The headings of an entry's source, in order, each with the names exported below it. */
function headingsOf(path) {
  const headings = [];
  const source = readFileSync(path, "utf8").replace(/^\/\*\*.*?\*\//su, "");
  for (const [, heading, names] of source.matchAll(/^\/\/ (.+)$|^export (?:type )?\{([^}]*)\}/gmu)) {
    if (heading !== undefined) headings.push({ heading, names: new Set() });
    const list = names?.split(",").map((name) => name.replace(/^\s*type\s/u, "").trim()) ?? [];
    for (const name of list) if (name !== "") headings.at(-1)?.names.add(name);
  }
  return headings;
}

const headings = new Map(entries.map((path) => [path, headingsOf(path)]));

/** Gives every name of a module the heading above it as its category. */
function categorise(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      const file = project.getSymbolIdFromReflection(module)?.fileName;
      const path = entries.find((entry) => file?.endsWith(entry));
      for (const child of module.children ?? []) {
        const found = headings.get(path)?.find(({ names }) => names.has(child.name));
        if (!found) throw new Error(`${path}: ${child.name} stands under no heading`);
        const tag = new CommentTag("@category", [{ kind: "text", text: found.heading }]);
        // One without a docstring gets no comment, which would hide that it has none.
        for (const { comment } of child.signatures ?? [child]) comment?.blockTags.push(tag);
      }
    }
  });
}

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "unrolled",
  entryPoints: entries,
  tsconfig: "tsconfig.build.json",
  out: "docs-api",
  readme: "README.md",
  plugin: [categorise],
  sortEntryPoints: false,
  excludeReferences: true,
  excludeInternal: true,
  disableSources: true,
  categoryOrder: [...new Set([...headings.values()].flat().map(({ heading }) => heading))],
  categorizeByGroup: false,
  navigation: { includeCategories: true, includeGroups: false },
  sort: ["source-order"],
  validation: { notExported: true, invalidLink: true, notDocumented: true, rewrittenLink: true },
  requiredToBeDocumented: ["Function", "Class", "Interface", "TypeAlias", "Variable"],
  treatWarningsAsErrors: true,
  skipErrorChecking: true, // `npm run types` does that
};
