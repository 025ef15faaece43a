// Attacks the readers of files with mutated inputs, each reader in a process of its own with a watchdog:
//   npm run attack -- [READER ...] [--inputs=20000] [--seed=1] [--from=0] [--processes=N] [--patience=60] [--dist=FOLDER]
//     [--json]
// An input may be read or refused with an error that names it. It must not take more than 2 s of processor time or 64 MB
// plus 20 times its size, hang, crash, or fail otherwise; exit code 1 where one does. A failure prints the command that
// repeats it. Needs `npm run build`.
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { planted } from "./planted.mjs";
import { readerNames } from "./readers.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const text = (preset) => ({ type: "string", default: preset });
const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    inputs: text("20000"),
    seed: text("1"),
    from: text("0"),
    processes: text(String(Math.max(1, availableParallelism() - 1))),
    patience: text("60"),
    dist: text(join(here, "..", "..", "dist")),
    json: { type: "boolean", default: false },
  },
});
const [inputs, seed, from] = [options.inputs, options.seed, options.from].map(Number);
const { dist, json: asJson } = options;

/** Seconds of processor time for one input. */
const mostSeconds = 2;
/** Memory for one input, beyond what the process had: so many megabytes, and so many times the input's size. */
const [mostMegabytes, mostTimesItsSize] = [64, 20];
/** Seconds without a word from a process until it is ended: other programs may keep the processor busy. */
const patience = Number(options.patience);

const unknown = words.find((word) => !readerNames.includes(word) && !(word in planted));
if (unknown !== undefined || !(inputs >= 1) || !Number.isSafeInteger(seed + inputs + from)) {
  console.error(
    unknown === undefined
      ? "attack: inputs, seed and from must be whole numbers"
      : `attack: there is no reader '${unknown}'; the readers are ${readerNames.join(", ")}`,
  );
  process.exit(2);
}

/** One process, from an input on. Resolves to why it ended: `done`, or what it died of. */
function run(reader, first, count, onResult) {
  return new Promise((resolve) => {
    const child = fork(join(here, "child.mjs"), [reader, String(seed), String(first), String(count), dist], {
      execArgv: ["--expose-gc", "--max-old-space-size=4096"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let [words, reason, skipped, isReady] = ["", undefined, undefined, false];
    const end = (why) => {
      reason ??= why;
      child.kill("SIGKILL");
    };
    let watchdog = setTimeout(end, patience * 1000, "it hangs");
    child.stderr.on("data", (data) => (words = (words + data).slice(-2000)));
    child.on("message", (message) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(end, patience * 1000, "it hangs");
      if (message.skipped) skipped = message.skipped;
      else if (message.ready) isReady = true;
      else if (message.done) reason = "done";
      else onResult(message);
    });
    child.on("exit", (code, signal) => {
      clearTimeout(watchdog);
      if (!isReady && !skipped) {
        console.error(`attack: the samples of '${reader}' cannot be read\n${words}`);
        process.exit(1);
      }
      const last = words.split("\n").find((line) => /Error|abort|FATAL/.test(line)) ?? "";
      resolve({ reason: reason ?? `it crashes (${signal ?? `exit code ${code}`}) ${last}`, skipped });
    });
  });
}

const exceeds = ({ seconds, megabytes, bytes }) =>
  seconds > mostSeconds
    ? `it takes ${seconds.toFixed(1)} s`
    : megabytes > mostMegabytes + (mostTimesItsSize * bytes) / 1e6
      ? `it takes ${megabytes.toFixed(0)} MB for ${bytes} bytes`
      : undefined;

async function attack(reader) {
  const result = { reader, inputs: 0, read: 0, refused: 0, seconds: 0, megabytes: 0, faults: [] };
  const fault = (index, what) => result.faults.push({ index, what });
  const suspects = [];
  for (let next = from; next < from + inputs;) {
    const { reason, skipped } = await run(reader, next, from + inputs - next, (message) => {
      next = message.index + 1;
      result.inputs += 1;
      if (message.fault !== undefined) return fault(message.index, message.fault);
      result[message.read ? "read" : "refused"] += 1;
      if (exceeds(message)) return suspects.push(message.index);
      result.seconds = Math.max(result.seconds, message.seconds);
      result.megabytes = Math.max(result.megabytes, message.megabytes);
    });
    if (skipped) return { ...result, skipped };
    if (reason === "done") break;
    result.inputs += 1;
    fault(next, reason);
    next += 1;
  }
  // Alone in a fresh process, where no garbage of other inputs counts, and no other work.
  for (const index of suspects) {
    let alone;
    const { reason } = await run(reader, index, 1, (message) => (alone = message));
    const what = alone ? exceeds(alone) : reason;
    if (what) fault(index, what);
    if (!alone) continue;
    result.seconds = Math.max(result.seconds, alone.seconds);
    result.megabytes = Math.max(result.megabytes, alone.megabytes);
  }
  return result;
}

function report(result) {
  const { reader, skipped, faults } = result;
  if (asJson) console.log(JSON.stringify(result));
  else if (skipped) console.log(`${reader.padEnd(12)} left out: ${skipped}`);
  else {
    const numbers = [result.inputs, result.read, result.refused, faults.length].map((n) =>
      String(n).padStart(8),
    );
    const most = `${result.seconds.toFixed(2).padStart(7)} s ${result.megabytes.toFixed(0).padStart(6)} MB`;
    console.log(`${reader.padEnd(12)}${numbers.join("")} ${most}`);
  }
  for (const { index, what } of faults.slice(0, asJson ? 0 : 5)) {
    console.log(
      `  input ${index}: ${what}\n    npm run attack -- ${reader} --seed=${seed} --from=${index} --inputs=1`,
    );
  }
}

if (!asJson) {
  console.log(`seed ${seed}, ${inputs} inputs each; the most that one took`);
  console.log(`${"reader".padEnd(12)}  inputs    read refused  faults     time   memory`);
}
const waiting = [...(words.length > 0 ? words : readerNames)];
let faulty = false;
async function work() {
  for (let reader = waiting.shift(); reader !== undefined; reader = waiting.shift()) {
    const result = await attack(reader);
    report(result);
    faulty ||= result.faults.length > 0;
  }
}
await Promise.all(Array.from({ length: Number(options.processes) }, work));
process.exit(faulty ? 1 : 0);
