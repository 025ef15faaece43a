// The documents, compared with the program: commands and code of the README run as they stand, and what the documents show
// is what is printed. Paths, links, names and options are checked in `docs.test.ts`.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellNamed } from "../src/cells/index.ts";
import { explain } from "../src/model/explain.ts";
import { blocks } from "./docs/blocks.ts";
import { install, repository, type Installed } from "./installed.ts";

const read = (path: string): string => readFileSync(join(repository, path), "utf8");
const readme = read("README.md");

const commands = blocks(readme, "sh").flatMap((block) => block.trim().split("\n"));
const unrolledCommands = commands.filter((line) => line.startsWith("npx unrolled "));

describe("the README, in a folder where the package is installed", () => {
  let installed: Installed | undefined;
  const user = (): Installed => installed as Installed;

  beforeAll(() => {
    installed = install();
    cpSync(join(repository, "examples"), join(user().package, "examples"), { recursive: true });
  });
  afterAll(() => installed?.dispose());

  test.each(unrolledCommands)("%s", (command) => {
    const printed = user().run(command).trim();
    const [, file] = / > (\S+)$/u.exec(command) ?? [];
    expect(file === undefined ? printed : readFileSync(join(user().folder, file), "utf8")).not.toBe("");
  });

  const [classification = "", resuming = "", ownCell = "", ...others] = blocks(readme, "js");
  const run = (code: string): string => {
    writeFileSync(join(user().folder, "readme.js"), code);
    return user().run("node readme.js");
  };

  test("the first program prints what is shown, as far as devices agree", () => {
    const [shown = ""] = blocks(readme, "text");
    const rounded = (text: string): string => text.replaceAll(/\d+\.\d+/gu, (n) => Number(n).toFixed(1));
    expect(rounded(run(classification)).trim()).toBe(rounded(shown).trim());
  });

  test("a run is saved and resumed", () => {
    const written = run(resuming);
    expect(written).toMatch(/^A cell [^]{200}\nlanguage\n$/u);
  });

  test("a cell of one's own passes its check and trains", () => {
    expect(run(ownCell)).toContain("pass: true");
    expect(others).toEqual([]);
  });

  test("the table has every command", () => {
    const listed = [...readme.matchAll(/^\| `([\w-]+)[^`]*` +\|/gmu)].map(([, name]) => name);
    const help = user().run("npx unrolled --help");
    const commands = help.slice(help.indexOf("\nTasks"));
    const known = [...commands.matchAll(/^ {2}([\w-]+)/gmu)].map(([, name]) => name as string);
    const missing = known.filter((name) => name !== "help" && !listed.includes(name));
    expect(known.length).toBeGreaterThan(15);
    expect(missing).toEqual([]);
  });
});

test("commands that take long are those that CI runs, or scripts of the package", () => {
  const script = read(".ci/run");
  const { scripts } = JSON.parse(read("package.json")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const others = commands.filter((line) => !unrolledCommands.includes(line));
  expect(others).toContain("npm ci && npm start");
  expect(others).toContain("npm ci && npm test");
  for (const command of others) {
    const name = /^npm run (\S+)/u.exec(command)?.[1];
    if (name) expect(scripts).toHaveProperty([name]);
    else for (const part of command.split(" && ")) expect(script).toContain(part);
  }
});

test("the README's cell is the built-in one", () => {
  const lines = cellNamed("gru-reset-before").text.split("\n");
  const equations = lines.filter((line) => !line.startsWith("#"));
  expect(blocks(readme, "text").map((block) => block.trim())).toContain(equations.join("\n"));
});

test("how-it-works.md shows an LSTM as it is printed (-u writes it anew)", async () => {
  const path = join(repository, "docs/how-it-works.md");
  const text = readFileSync(path, "utf8");
  const shown = `$1${explain(cellNamed("lstm")).replaceAll("$", "$$$$")}\n$2`;
  const fresh = text.replace(/(<!-- npx unrolled cells lstm -->\n+```text\n)[^]*?(```\n)/u, shown);
  expect(fresh).toContain("backward, at each step");
  await expect(fresh).toMatchFileSnapshot(path);
});
