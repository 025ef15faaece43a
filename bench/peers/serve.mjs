// A contender's side of the conversation: makes itself ready, then works for as long as it is told and answers with
// its times. One JSON object a line, marked, because libraries print things of their own. Knows no library.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const mark = "@peer ";
/** A sample lasts this long at least, in milliseconds; shorter calls are timed several at a time. */
const sampleTime = 0.5;

/** `setUp(task)` gives `call`, which does the work once, resolving when it is done, and `versions`. */
export async function serve(setUp) {
  const answer = (value) => process.stdout.write(`${mark}${JSON.stringify(value)}\n`);
  try {
    const { call, versions } = await setUp(JSON.parse(process.argv[2]));
    answer({ ready: true, versions });
    for await (const line of createInterface({ input: process.stdin })) {
      answer({ milliseconds: await timed(call, JSON.parse(line).seconds) });
    }
    process.exit(0);
  } catch (error) {
    answer({ error: String(error?.message ?? error) });
    process.exit(1);
  }
}

let latest = 1;

async function timed(call, seconds) {
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

/** Whole numbers below `limit`, the same in every run. */
export function randomWholes(count, limit) {
  let state = 1;
  return Int32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 0) / 2 ** 32) * limit);
  });
}

/** Of a package that is installed beside this file. */
export function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8"))
    .version;
}

export const marked = (line) => (line.startsWith(mark) ? JSON.parse(line.slice(mark.length)) : undefined);
