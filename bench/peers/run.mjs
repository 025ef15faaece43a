// Measures unrolled and other libraries at the same work, in turns, so that other load affects all of them.
// `node run.mjs --help` lists the options.
import { existsSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { openChild } from "./child.mjs";
import { buildPreload, contendersFor, peers } from "./contenders.mjs";
import { isBusy, waitForIdle } from "./idle.mjs";
import { markdown, withRatios } from "./report.mjs";

const cellNames = ["lstm", "gru", "elman", "peephole"];
const options = {
  configs: {
    type: "string",
    default: "online,small,charrnn,medium",
    help: "configurations of `unrolled bench`",
  },
  cells: { type: "string", default: "lstm", help: cellNames.join(", ") },
  threads: { type: "string", default: "1,2", help: "numbers of threads" },
  peers: { type: "string", default: "all", help: peers.map(({ id }) => id).join(", ") },
  rounds: { type: "string", default: "5", help: "turns per contender" },
  seconds: { type: "string", default: "0.5", help: "seconds per turn" },
  budget: {
    type: "string",
    default: "60",
    help: "seconds of work after which a contender has no more turns",
  },
  patience: { type: "string", default: "20", help: "seconds to wait for an idle machine before a turn" },
  limit: { type: "string", default: "120", help: "seconds that a contender may take to get ready" },
  python: { type: "string", default: "python3", help: "a Python that imports PyTorch and JAX" },
  out: { type: "string", default: "results", help: "writes OUT.md and OUT.json" },
  help: { type: "boolean", default: false, help: "print this help" },
};

const { values } = parseArgs({ options });
if (values.help) {
  for (const [name, { default: byDefault, help }] of Object.entries(options))
    console.log(`--${name.padEnd(9)} ${help} (default: ${byDefault})`);
  process.exit(0);
}
if (!existsSync(new URL("../../dist/measure/configurations.js", import.meta.url))) {
  fail("the library is not built; run `npm ci && npm run build` in the root of the repository first");
}
const { configurationsNamed, vocabulary } = await import("../../dist/measure/configurations.js");

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(2);
}

function listOf(name, known) {
  const words = values[name].split(",");
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined) fail(`--${name}: there is no '${unknown}' (there are ${known.join(", ")})`);
  return words;
}

function numberOf(name, text = values[name]) {
  const number = Number(text);
  if (!(number > 0)) fail(`--${name} must be a number above 0, not '${text}'`);
  return number;
}

const ids = peers.map(({ id }) => id);
const chosen = values.peers === "all" ? ids : listOf("peers", ids);
const cells = listOf("cells", cellNames);
const threads = values.threads.split(",").map((text) => numberOf("threads", text));
const [rounds, seconds, budget, patience, limit] = ["rounds", "seconds", "budget", "patience", "limit"].map(
  (name) => numberOf(name),
);
let configurations = [];
try {
  configurations = configurationsNamed(values.configs);
} catch (error) {
  fail(error.message);
}

const preload = buildPreload();
const tools = { python: values.python, preload: preload.path };
const tables = [];
const versions = {};
try {
  for (const configuration of configurations) {
    for (const cell of cells) tables.push(await measure(configuration, cell));
  }
} finally {
  preload.remove();
}

async function measure(configuration, cell) {
  const contenders = contendersFor({ configuration, cell, vocabulary, threads, chosen, tools });
  const rows = contenders.map(({ id, name, threads: count }) => ({ id, name, threads: count, samples: [] }));
  const children = [];
  let [turns, busyTurns] = [0, 0];
  const turn = async (index, work) => {
    const spent = rows[index].samples.reduce((sum, time) => sum + time, 0);
    if (rows[index].error !== undefined || spent > 1000 * budget) return;
    console.error(`${configuration.name}, ${cell}: ${rows[index].name}, ${rows[index].threads} …`);
    try {
      await work();
    } catch (error) {
      rows[index].error = error.message;
    }
  };
  for (const index of contenders.keys()) {
    await turn(index, async () => {
      await waitForIdle(patience);
      children[index] = await openChild(contenders[index], limit);
      Object.assign(versions, children[index].versions);
      if (children[index].note) rows[index].note = children[index].note;
      await children[index].work(seconds);
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const index of contenders.keys()) {
      await turn(index, async () => {
        const others = await waitForIdle(patience);
        turns += 1;
        if (isBusy(others)) busyTurns += 1;
        rows[index].samples.push(...(await children[index].work(seconds)));
      });
    }
  }
  for (const child of children) child?.close();
  return { configuration, cell, rows: withRatios(rows.map(summary)), turns, busyTurns };
}

function summary({ samples, ...row }) {
  if (row.error !== undefined || samples.length === 0) return row;
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
  return {
    ...row,
    median: (at(0.5) + sorted[Math.ceil(0.5 * (sorted.length - 1))]) / 2,
    min: at(0),
    samples: sorted.length,
  };
}

const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  node: process.versions.node,
  system: `${process.platform} ${process.arch}`,
  versions,
};
const report = { machine, settings: { rounds, seconds }, tables };
writeFileSync(`${values.out}.json`, `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(`${values.out}.md`, markdown(report));
console.log(markdown(report));
