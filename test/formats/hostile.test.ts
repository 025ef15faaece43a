// Readers of tables and of tokens take time and memory in proportion to their input, whatever is in it: each is run on inputs
// of 128 kB, in a process that may use 64 MB and 20 times the input, and no input takes more than two seconds of CPU.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, expect, test } from "vitest";

const source = fileURLToPath(new URL("../../src", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "unrolled-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

const program = `
import { decodeCsv } from "${source}/formats/csv.ts";
import { numberColumn } from "${source}/formats/number-column.ts";
import { decodeJsonLines, decodeJsonTable } from "${source}/formats/json-table.ts";
import { parseHeader } from "${source}/formats/safetensors-header.ts";
import { sequencesOf } from "${source}/tasks/shared/sequence-files.ts";
import { tokenRows } from "${source}/tasks/tag/tagged-tables.ts";
import { haveTags, tokenSentences } from "${source}/tasks/tag/token-lines.ts";

const size = 1 << 17;
const fill = (text) => text.repeat(Math.ceil(size / text.length)).slice(0, size);
const numbered = (line) => {
  const lines = [];
  for (let i = 0, length = 0; length < size; i++) length += lines[lines.push(line(i)) - 1].length;
  return lines.join("");
};

const inputs = {
  newlines: () => fill("\\n"),
  spaces: () => fill(" "),
  "spaces after a quote": () => '"' + fill(" "),
  commas: () => fill(","),
  tabs: () => fill("\\t"),
  quotes: () => fill('"'),
  "quotes apart": () => fill('" '),
  "open quotes": () => fill('",'),
  "quoted cells": () => 'a,b\\n' + fill('"x","y"\\n'),
  "quotes in cells, then pairs": () => 'a",b\\n' + fill("1,2\\n"),
  "quotes in cells, then delimiters": () => 'a"' + fill(",").slice(0, 99_000) + "\\n",
  "quotes in cells, then newlines": () => 'a"\\n' + fill("\\n"),
  "quotes in cells, then quotes": () => 'a"\\n' + fill('"'),
  "quotes in cells, then spaces": () => 'a"\\n' + fill(" ") + '"',
  "quotes in cells, then open quotes": () => 'a"\\n' + fill(' "x\\n'),
  digits: () => "a,b\\n1," + fill("1") + "x",
  "a number of dots": () => "a;b\\n1;" + fill("1.000") + "x",
  pairs: () => "a,b\\n" + fill("1,2\\n"),
  "tokens and tags": () => fill("a B\\n"),
  sentences: () => fill("a B\\n\\n"),
  comments: () => fill("# a\\n"),
  "comments in a sentence": () => "a B\\n" + fill("#\\n"),
  "distinct words": () => numbered((i) => "w" + i + " t" + i + "\\n"),
  "counted tokens": () => numbered((i) => i + " w B\\n"),
  "many columns": () => fill("a "),
  "one column": () => fill("a\\n"),
  "sep lines": () => fill("sep=;\\n"),
  "open lists": () => fill("["),
  "open objects": () => fill('{"a":'),
  "closed lists": () => fill("[").slice(0, size / 2) + fill("]").slice(0, size / 2),
  "an open string": () => '["' + fill("\\\\"),
  "escaped quotes": () => '["' + fill('\\\\"'),
  "empty objects": () => "[" + fill("{},").slice(0, -1) + "{}]",
  "empty lists": () => "[" + fill("[],").slice(0, -2) + "[]]",
  "rows of one key": () => fill('{"a":1}\\n'),
  "rows of a new key": () => numbered((i) => '{"k' + i + '":1}\\n'),
  "one row of many keys": () => "{" + numbered((i) => '"k' + i + '":1,') + '"k":1}',
  "many keys after many rows": () => numbered(() => '{"a":1}\\n').slice(0, size / 2) .replace(/\\n[^\\n]*$/, "\\n") + "{" + numbered((i) => '"k' + i + '":1,').slice(0, size / 2).replace(/,[^,]*$/, "") + "}",
  "python lists": () => 'tokens,tags\\n"[' + fill("'a', ") + "'b']\\",x\\n",
  "nested cells": () => 'tokens,tags\\n"' + fill("[") + '",x\\n',
  "a tensor's header": () => '{"a":' + fill("["),
};

const column = (table, name) => table.columns.find((one) => one.name === name) ?? table.columns.at(-1);
const readers = {
  csv: (text, bytes) => {
    const table = decodeCsv("a.csv", bytes);
    for (const one of table.columns.slice(0, 10)) numberColumn(table, one);
    return table;
  },
  "csv tokens": (text, bytes) => {
    const table = decodeCsv("a.csv", bytes);
    return tokenRows(table, { tokens: column(table, "tokens").name });
  },
  "csv series": (text, bytes) => {
    const table = decodeCsv("a.csv", bytes);
    return sequencesOf(table, { series: column(table).name });
  },
  json: (text, bytes) => decodeJsonTable("a.json", bytes),
  "json lines": (text, bytes) => decodeJsonLines("a.jsonl", bytes),
  conll: (text) => tokenSentences("a.conll", text),
  "tagged text": (text) => haveTags(text, ["B"]),
  header: (text) => parseHeader(text, "a.safetensors"),
};

const results = [];
for (const [kind, make] of Object.entries(inputs)) {
  const text = make();
  const bytes = new TextEncoder().encode(text);
  for (const [reader, read] of Object.entries(readers)) {
    process.stderr.write(reader + " of " + kind + "\\n");
    const before = process.cpuUsage();
    let outcome = "read";
    try { read(text, bytes); } catch (error) { outcome = String(error.message).slice(0, 200); }
    const { user, system } = process.cpuUsage(before);
    results.push([reader + " of " + kind, (user + system) / 1e6, outcome]);
  }
}
process.stdout.write(JSON.stringify(results));
`;

test("128 kB of anything is read or refused in proportion", { timeout: 120_000 }, async () => {
  const [input, output] = [join(folder, "readers.js"), join(folder, "bundle.mjs")];
  writeFileSync(input, program);
  const build = await rolldown({ input, platform: "node", logLevel: "silent" });
  await build.write({ file: output, format: "es" });
  await build.close();
  const limit = `--max-old-space-size=${64 + 3}`;
  const results = JSON.parse(
    execFileSync(process.execPath, [limit, output], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    }),
  ) as readonly (readonly [name: string, seconds: number, outcome: string])[];
  expect(results.length).toBeGreaterThan(200);
  expect(results.filter(([, seconds]) => seconds > 2)).toEqual([]);
  // No reader ends in another error than one of its own.
  expect(results.filter(([, , outcome]) => !/^read$|^a\.\w+[:,]|/u.test(outcome))).toEqual([]);
});
