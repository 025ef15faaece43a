// Documents name only what exists: files, links, commands and their options, scripts, exports and identifiers; and the code
// in them fits the types. Their commands run in `readme.test.ts`.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { createProgram } from "../src/cli/program.ts";
import { blocks } from "./docs/blocks.ts";
import { faultsIn, type Known } from "./docs/faults.ts";
import { repository } from "./installed.ts";

const read = (path: string): string => readFileSync(join(repository, path), "utf8");

const documents = ["README.md", ...["docs", "docs/decisions"].flatMap(markdownIn)];

function markdownIn(folder: string): string[] {
  return readdirSync(join(repository, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);
}

/** The page on old names; the other pages that walk through an addition make these up. */
const old = "docs/moving-from-0.1.md";
const walked = new Set(["roundedDevice", "deviceConformance"]);

const sources = ["src", "native", "test", "bench", "examples"].flatMap((folder) =>
  readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => !name.includes("node_modules"))
    .map((name) => `${folder}/${name}`),
);

async function everythingKnown(): Promise<Known> {
  const { exports, scripts } = JSON.parse(read("package.json")) as {
    readonly exports: Readonly<Record<string, { readonly types?: string }>>;
    readonly scripts: Readonly<Record<string, string>>;
  };
  const entries = Object.entries(exports).flatMap(([name, { types }]) =>
    types === undefined
      ? []
      : [[join("unrolled", name), types.replace(/^\.\/dist\/(.*)\.d\.ts$/u, "src/$1.ts")]],
  );
  const isSource = (path: string): boolean =>
    /\.(?:ts|mjs|cpp|h)$/u.test(path) && path !== "test/docs.test.ts";
  const texts = sources.filter(isSource).map(read);
  const peers = JSON.parse(read("bench/peers/package.json")) as { readonly scripts: object };
  return {
    isFile: (path) => existsSync(join(repository, path)),
    fileNames: new Set([...sources, ...documents].map((path) => basename(path))),
    program: createProgram({ terminal: {} as never, exitWith: () => {} }, () => {}),
    scripts: new Set(Object.keys({ ...scripts, ...peers.scripts })),
    words: new Set([...texts.join("\n").matchAll(/[\w$]+/gu)].map(([word]) => word).concat([...walked])),
    exports: new Map(
      await Promise.all(
        entries.map(async ([name, path]) => [name as string, await exportsOf(path as string)] as const),
      ),
    ),
  };
}

/** The exported names of an entry, from its text: types as well. */
async function exportsOf(path: string): Promise<ReadonlySet<string>> {
  const text = read(path);
  const named = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gmu)].flatMap(([, names]) =>
    (names as string).split(",").map((name) => name.trim().replace(/^type /u, "")),
  );
  const all = [...text.matchAll(/^export \* from "\.\/([^"]+)"/gmu)].map(([, target]) => `src/${target}`);
  const others = await Promise.all(all.map(exportsOf));
  return new Set([...named, ...others.flatMap((names) => [...names])]);
}

const known = everythingKnown();

test.each(documents)("what %s names exists", async (path) => {
  const text = read(path);
  const checked = path === old ? text.replaceAll(/^\|[^|]*\|/gmu, "|") : text;
  expect(faultsIn(path, checked, await known)).toEqual([]);
});

test("names that do not exist are found", async () => {
  const planted = `
[gone](gone.md), \`src/gone.ts\`, \`gone.ts\`, \`goneAway\`, \`npm run gone\`, \`npx unrolled gone\`
\`npx unrolled forecast train sales.csv --lag 12\`, \`npx unrolled eval m.safetensors --picture a.svg\`

\`\`\`ts
import { gone, train } from "unrolled";
import { train as it } from "unrolled/tasks";
\`\`\`
`;
  expect((await faultsIn("docs/a.md", planted, await known)).sort()).toEqual(
    [
      "docs/gone.md",
      "src/gone.ts",
      "gone.ts",
      "npm run gone",
      "unrolled gone",
      "--lag",
      "--picture",
      "goneAway",
      "gone",
      "unrolled/tasks",
    ].sort(),
  );
});

test("how-it-works.md lists the folders of src", () => {
  const listed = [...read("docs/how-it-works.md").matchAll(/^\| `([\w-]+)\/`/gmu)].map(([, name]) => name);
  const entries = readdirSync(join(repository, "src"), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  expect(listed.sort()).toEqual(folders.sort());
});

test("programs in the documents fit the types", () => {
  const programs = documents.flatMap((path) =>
    blocks(read(path), "ts").filter((block) => block.includes('from "unrolled')),
  );
  expect(programs.length).toBeGreaterThan(6);
  const planted = 'import { train } from "unrolled";\ntrain(1, []);\n';
  const { config } = ts.readConfigFile(join(repository, "tsconfig.json"), ts.sys.readFile) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
  const host = ts.createCompilerHost({ ...options, noUnusedLocals: false });
  const sourceOf = host.getSourceFile;
  const texts = [...programs, planted];
  const names = texts.map((_, i) => join(repository, `program${i}.ts`));
  host.getSourceFile = (name, version) => {
    const code = texts[names.indexOf(name)];
    return code === undefined ? sourceOf(name, version) : ts.createSourceFile(name, code, version);
  };
  const program = ts.createProgram(names, { ...options, noUnusedLocals: false }, host);
  const messagesIn = (name: string): string[] =>
    program
      .getSemanticDiagnostics(program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
  expect(names.slice(0, -1).flatMap(messagesIn)).toEqual([]);
  expect(messagesIn(names.at(-1) as string)).toHaveLength(1);
});

test("the data of examples/data are what make.mjs makes", async () => {
  const script = pathToFileURL(join(repository, "examples/data/make.mjs")).href;
  const { files } = (await import(script)) as { readonly files: Readonly<Record<string, string>> };
  for (const [name, content] of Object.entries(files)) expect(read(`examples/data/${name}`)).toBe(content);
});
