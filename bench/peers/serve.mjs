// A contender's side of the protocol: it sets up its work, then works for as many seconds as each message says and answers
// with its times. One JSON object per line, with a prefix, since libraries print messages of their own.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const prefix = "@peer ";
/** A sample lasts at least this long, in milliseconds; shorter calls are timed several at a time. */
const sampleTime = 0.5;

/** `setUp(task)` returns `versions` and `call`, which does the work once and resolves when it is done. */
export async function serve(setUp) {
  const answer = (value) => process.stdout.write(`${prefix}${JSON.stringify(value)}\n`);
  try {
    const { call, versions } = await setUp(JSON.parse(process.argv[2]));
    answer({ ready: true, versions });
    for await (const line of createInterface({ input: process.stdin })) {
      answer({ milliseconds: await timeCalls(call, JSON.parse(line).seconds) });
    }
    process.exit(0);
  } catch (error) {
    answer({ error: String(error?.message ?? error) });
    process.exit(1);
  }
}

let latest = 1;

async function timeCalls(call, seconds) {
  const samples = [];
  const begin = performance.now();
  do {
    const count = Math.max(1, Math.ceil(sampleTime / latest));
    const start = performance.now();
    for (let n = 0; n < count; n++) await call();
    latest = (performance.now() - start) / count;
    samples.push(latest);
  } while (performance.now() - begin < 1000 * seconds);
  return samples;
}

/** Integers below `limit`, the same in every run. */
export function randomIntegers(count, limit) {
  let state = 1;
  return Int32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 0) / 2 ** 32) * limit);
  });
}

/** The version of a package that is installed beside this file. */
export function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8"))
    .version;
}

/** The answer in a line of output; undefined for others. */
export const parseAnswer = (line) =>
  line.startsWith(prefix) ? JSON.parse(line.slice(prefix.length)) : undefined;
