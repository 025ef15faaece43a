// Whether a change of structure changed a number: trains small models of every task with the command line, on data made
// here, and prints a digest of the weights of each and the numbers of each `--json` output.
//
//   node bench/digests/digests.mjs dist/cli/main.js > after.json
//   node bench/digests/digests.mjs --compare before.json after.json
//
// `ONLY=tag` in the environment leaves out jobs whose names do not have that word.
// `--old` gives a command line of version 0.1.0 its own words; the table of both is `words.json` beside this file.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { jobs } from "./jobs.mjs";
import { writeData } from "./data.mjs";

const unsteady = new Set(["seconds", "tokensPerSecond", "threads"]);
const here = dirname(fileURLToPath(import.meta.url));
const words = JSON.parse(readFileSync(join(here, "words.json"), "utf8"));
const [first, ...rest] = process.argv.slice(2);

if (first === "--compare") compare(...rest.map((path) => JSON.parse(readFileSync(path, "utf8"))));
else {
  const isOld = first === "--old";
  const main = resolve(isOld ? rest[0] : first);
  console.log(JSON.stringify(record(main, isOld ? (line) => line : translated), null, 1));
}

/** The command line of today for one of version 0.1.0. */
function translated(line) {
  return words.reduce((text, { from, to }) => text.replace(new RegExp(from, "gu"), to), line);
}

function record(main, wordsOf) {
  const folder = mkdtempSync(join(tmpdir(), "digests-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  writeData(folder, join(here, "../../test/goldens/tokenizer/tokenizer.json"));
  mkdirSync(join(folder, "out"));
  const found = {};
  for (const { name, device, commands } of jobs.filter((job) => job.name.includes(process.env.ONLY ?? ""))) {
    const results = {};
    for (const command of commands) {
      const line = wordsOf(command.replaceAll("DEVICE", `--device ${device}`));
      const out = run(main, folder, line);
      results[command] = numbersOf(out);
      const model = /--out (\S+\.safetensors)/u.exec(command)?.[1];
      if (model) results[`weights of ${model} after ${command}`] = digestOf(join(folder, model));
    }
    found[`${name} (${device})`] = results;
    process.stderr.write(`${name} (${device})\n`);
  }
  return found;
}

function run(main, folder, line) {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/gu)].map(([, quoted, plain]) => quoted ?? plain);
  const flags = process.versions.node.startsWith("20.") ? ["--experimental-wasm-relaxed-simd"] : [];
  return execFileSync(process.execPath, [...flags, main, ...words, "--json"], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Every number and text that a model said, in ascending order; times left out. */
function numbersOf(out) {
  const numbers = [];
  const gather = (value, key) => {
    if (unsteady.has(key)) return;
    if (typeof value === "number") numbers.push(value);
    else if (typeof value === "object" && value !== null)
      for (const [name, own] of Object.entries(value)) gather(own, name);
    else if (key === "text" || key === "label" || key === "caption") numbers.push(String(value));
  };
  for (const line of out.split("\n")) if (line.trim() !== "") gather(JSON.parse(line), "");
  return numbers.sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

/** SHA-256 of the tensors of a safetensors file, in the order of their names: no prose, no settings. */
function digestOf(path) {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString("utf8"));
  const hash = createHash("sha256");
  for (const name of Object.keys(header).sort()) {
    if (name === "__metadata__") continue;
    const [from, to] = header[name].data_offsets;
    hash
      .update(`${name} ${header[name].shape.join("x")}\n`)
      .update(bytes.subarray(8 + length + from, 8 + length + to));
  }
  return hash.digest("hex");
}

/** Numbers of before that are missing after are a difference; further ones are told. */
function compare(before, after) {
  let differences = 0;
  for (const [job, results] of Object.entries(before)) {
    for (const [command, value] of Object.entries(results)) {
      const now = after[job]?.[command];
      const verdict = verdictOf(value, now);
      if (verdict.startsWith("DIFFERS")) differences += 1;
      console.log(`${verdict.padEnd(24)} ${job}: ${command}`);
    }
  }
  console.log(`${differences} differences`);
  process.exitCode = differences === 0 ? 0 : 1;
}

function verdictOf(value, now) {
  if (now === undefined) return "DIFFERS: missing";
  if (!Array.isArray(value)) return value === now ? "same" : "DIFFERS";
  const left = [...now];
  let missing = 0;
  for (const number of value) {
    const at = left.indexOf(number);
    if (at < 0) missing += 1;
    else left.splice(at, 1);
  }
  if (missing > 0) return `DIFFERS: ${missing} of ${value.length}`;
  return left.length === 0 ? "same" : `same, and ${left.length} more`;
}
