// The API reference, `npm run docs`: a page per entry of the package, with the names under the headings that the entry's
// source has and in its order. Fails for a public name without a docstring, a dead link, and every other warning.
import { readFileSync } from "node:fs";
import { CommentTag, Converter, ReflectionKind } from "typedoc";

const entries = ["index", "cells", "plan", "metrics", "node"].map((name) => `src/${name}.ts`);

/** The names that an entry exports, in order, each with the heading above it. */
function headingsOf(path) {
  const headings = new Map();
  const source = readFileSync(path, "utf8").replace(/^\/\*\*.*?\*\//su, "");
  let current = "";
  for (const [, heading, names] of source.matchAll(/^\/\/ (.+)$|^export (?:type )?\{([^}]*)\}/gmu)) {
    if (heading !== undefined) current = heading;
    const list = names?.split(",").map((name) => name.replace(/^\s*type\s/u, "").trim()) ?? [];
    for (const name of list) if (name !== "") headings.set(name, current);
  }
  return headings;
}

const headings = new Map(entries.map((path) => [path, headingsOf(path)]));

/** Orders the names of a module as its source does, with the heading above each as its category. */
function categorise(module, project) {
  const file = project.getSymbolIdFromReflection(module)?.fileName;
  const path = entries.find((entry) => file?.endsWith(entry));
  const names = headings.get(path);
  const order = [...names.keys()];
  for (const child of module.children) {
    if (!names.has(child.name)) throw new Error(`${path}: ${child.name} is under no heading`);
    const tag = new CommentTag("@category", [{ kind: "text", text: names.get(child.name) }]);
    // One without a docstring gets no comment, which would hide that it has none.
    for (const { comment } of [child, ...(child.signatures ?? [])]) comment?.blockTags.push(tag);
  }
  module.children.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/** Takes the title out of a page's text, which has one of its own. */
function takeTitle([first]) {
  const title = /^# (.+)\n/u.exec(first?.text ?? "")?.[1];
  if (title !== undefined) first.text = first.text.slice(`# ${title}\n`.length);
  return title;
}

function arrange(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) categorise(module, project);
    for (const page of project.documents ?? []) page.name = takeTitle(page.content) ?? page.name;
    takeTitle(project.readme ?? []);
  });
}

/** Folders of the repository, which typedoc takes for media without an extension, are shown as text and not as links. */
function unlinkFolders(markdown) {
  const isFolder = (link) => /^(?:\.\.\/)?media\/[^.]+$/u.test(link?.attrGet("href") ?? "");
  const { link_open: open, link_close: close } = markdown.renderer.rules;
  const plain = (tokens, i, options, _env, renderer) => renderer.renderToken(tokens, i, options);
  markdown.renderer.rules.link_open = (tokens, i, ...rest) =>
    isFolder(tokens[i]) ? "" : (open ?? plain)(tokens, i, ...rest);
  markdown.renderer.rules.link_close = (tokens, i, ...rest) => {
    const opening = tokens.slice(0, i).findLast(({ type }) => type === "link_open");
    return isFolder(opening) ? "" : (close ?? plain)(tokens, i, ...rest);
  };
}

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "unrolled",
  entryPoints: entries,
  tsconfig: "tsconfig.build.json",
  skipErrorChecking: true, // `npm run types` does that
  out: "docs-api",
  readme: "README.md",
  projectDocuments: ["docs/*.md"],
  highlightLanguages: ["typescript", "javascript", "shell", "json", "python", "cpp", "html"],
  plugin: [arrange],
  markdownItLoader: unlinkFolders,
  sortEntryPoints: false,
  sort: ["documents-last"],
  excludeReferences: true,
  excludeInternal: true,
  disableSources: true,
  hideGenerator: true,
  categoryOrder: [...new Set([...headings.values()].flatMap((names) => [...names.values()]))],
  categorizeByGroup: false,
  navigation: { includeCategories: true, includeGroups: false, includeFolders: false },
  // Paths in README and docs are checked by the tests.
  validation: {
    notExported: true,
    invalidLink: true,
    notDocumented: true,
    rewrittenLink: true,
    invalidPath: false,
  },
  requiredToBeDocumented: ["Function", "Class", "Interface", "TypeAlias", "Variable"],
  treatWarningsAsErrors: true,
};
