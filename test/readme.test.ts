// The documents, held against the program: commands and code of the README run as they stand, what the documents
// show is what is printed, and links lead somewhere.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellNamed } from "../src/cells/index.ts";
import { entitySentence } from "../src/tasks/tag/entities.ts";
import { datePair } from "../src/tasks/translate/dates.ts";
import { explain } from "../src/model/explain.ts";
import { install, repository, type Installed } from "./installed.ts";

const read = (path: string): string => readFileSync(join(repository, path), "utf8");
const readme = read("README.md");

/** The fenced blocks of a language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gmu)].flatMap(([, name, content]) =>
    name === language ? [content as string] : [],
  );
}

const commands = blocks(readme, "sh").flatMap((block) => block.trim().split("\n"));
const own = commands.filter((line) => line.startsWith("npx unrolled "));

describe("the README, in a folder where the package is installed", () => {
  let installed: Installed | undefined;
  const user = (): Installed => installed as Installed;

  beforeAll(() => {
    installed = install();
    const lines = Array.from({ length: 1500 }, (_, i) => `${i} times ${i} is ${i * i}.\n`);
    const write = (name: string, text: string): void => writeFileSync(join(user().folder, name), text);
    write("book.txt", lines.join(""));
    const reviews = Array.from(
      { length: 90 },
      (_, i) => `"${i % 3 ? "good, and" : "bad, but"} ${i} times",${1 + (i % 3)}\n`,
    );
    write("reviews.csv", `review,stars\n${reviews.join("")}`);
    const names = Array.from({ length: 120 }, (_, i) => entitySentence(1, i)).map(({ tokens, tags }) =>
      tokens.map((token, t) => `${token}\t${tags[t]}\n`).join(""),
    );
    write("names.conll", names.join("\n"));
    write("letter.txt", "Yesterday Paris hired forty people.\n");
    const dates = Array.from({ length: 90 }, (_, i) => datePair(1, i)).map(
      (p) => `"${p.source}",${p.target}\n`,
    );
    write("dates.csv", `written,iso\n${dates.join("")}`);
    const sales = Array.from({ length: 120 }, (_, i) => {
      const month = `${1990 + Math.floor(i / 12)}-${String(1 + (i % 12)).padStart(2, "0")}`;
      return `${month},${100 + i + 20 * (i % 12)}\n`;
    });
    write("sales.csv", `month,sold\n${sales.join("")}`);
    const piece = Array.from({ length: 16 }, (_, t) => [60 + (t % 5), 67]);
    write("pieces.json", JSON.stringify({ train: [piece, piece], valid: [piece] }));
  });
  afterAll(() => installed?.dispose());

  test.each(own)("%s", (command) => {
    expect(user().run(command).trim()).not.toBe("");
  });

  test("the code runs and learns", () => {
    const [code = "", ...others] = blocks(readme, "js");
    expect(others).toEqual([]);
    writeFileSync(join(user().folder, "readme.js"), code);
    const lines = user().run("node readme.js").split("\n");
    const losses = lines.flatMap((line) => /^\d+ ([\d.]+)$/u.exec(line)?.[1] ?? []).map(Number);
    expect(losses).toHaveLength(150);
    expect(losses.at(-1)).toBeLessThan(0.5);
    expect(lines.at(-1)).toHaveLength(60);
  });

  test("the table has every command", () => {
    const listed = [...readme.matchAll(/^\| `([\w-]+)/gmu)].map(([, name]) => name);
    const help = user().run("npx unrolled --help");
    const known = [...(help.split("Commands:")[1] ?? "").matchAll(/^ {2}([\w-]+)/gmu)].map(
      ([, name]) => name,
    );
    expect(listed.sort()).toEqual(known.filter((name) => name !== "help").sort());
  });
});

test("commands that take long are those that CI runs, or scripts of the package", () => {
  const script = read(".ci/run");
  const { scripts } = JSON.parse(read("package.json")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const others = commands.filter((line) => !own.includes(line));
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
  expect(blocks(readme, "text")[0]?.trim()).toBe(equations.join("\n"));
});

test("how-it-works.md shows an LSTM as it is printed (-u writes it anew)", async () => {
  const path = join(repository, "docs/how-it-works.md");
  const text = readFileSync(path, "utf8");
  const shown = `$1${explain(cellNamed("lstm")).replaceAll("$", "$$$$")}\n$2`;
  const fresh = text.replace(/(<!-- npx unrolled cells lstm -->\n+```text\n)[^]*?(```\n)/u, shown);
  expect(fresh).toContain("backward, at each step");
  await expect(fresh).toMatchFileSnapshot(path);
});

const documents = ["README.md", ...["docs", "docs/decisions"].flatMap(markdownIn)];

function markdownIn(folder: string): string[] {
  return readdirSync(join(repository, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);
}

test.each(documents)("what %s links to and names is there", (path) => {
  const text = read(path);
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/gu)].map(([, link]) =>
    join(dirname(path), link as string),
  );
  const files = [...text.matchAll(/`((?:src|test|docs|examples|bench)\/[\w./-]+)`/gu)].map(
    ([, file]) => file,
  );
  // The page on cells makes one.
  const expected = [...links, ...files].filter((f) => f !== "src/cells/mgu.ts");
  expect(expected.filter((file) => !existsSync(join(repository, file as string)))).toEqual([]);
});
