// Feeds one reader of files with mutated inputs, one after the other, and says of each how it ended and what it took:
//   child.mjs READER SEED FIRST COUNT DIST
// An input depends on the seed and its number alone.
import { openReader } from "./readers.mjs";
import { mutate, randomOf } from "./mutate.mjs";

const [name, seedText, firstText, countText, dist] = process.argv.slice(2);
const [seed, first, count] = [seedText, firstText, countText].map(Number);
const send = (message) => new Promise((resolve) => process.send(message, resolve));

const reader = await openReader(name, dist);
if (typeof reader === "string") {
  await send({ skipped: reader });
  process.exit(0);
}

/** Faults of the program, where an error of the input was to be expected. */
const faults = [TypeError, RangeError, ReferenceError, SyntaxError, EvalError, URIError];

/** What is wrong with an error as the answer to an input; undefined if nothing is. */
function faultOf(error) {
  if (!(error instanceof Error)) return `it throws ${String(error).slice(0, 100)}`;
  const shown = `${error.name}: ${error.message}`.replaceAll(/\s+/g, " ").slice(0, 200);
  if (faults.some((kind) => error instanceof kind))
    return `a fault of the program, ${shown} ${placeOf(error)}`;
  if (!error.message.includes(reader.named)) return `the error does not name the input, ${shown}`;
  return undefined;
}

const placeOf = (error) => (error.stack ?? "").split("\n")[1]?.trim() ?? "";

/** In megabytes: the process's memory now, and the most it ever was. */
const memoryNow = () => process.memoryUsage.rss() / 1e6;
const memoryPeak = () => process.resourceUsage().maxRSS / 1e3;

// What is loaded and compiled at the first use is no input's.
for (const sample of reader.samples) await reader.read(sample);
await send({ ready: true });

for (let index = first; index < first + count; index++) {
  const random = randomOf(seed, index);
  const input = reader.make ? reader.make(random) : mutate(random, reader.samples, reader);
  const sealed = reader.seal ? reader.seal(input, random) : input;
  if (index % 100 === 0 || count === 1) globalThis.gc();
  const [memory, peak, cpu] = [memoryNow(), memoryPeak(), process.cpuUsage()];
  let outcome = { read: true };
  try {
    await reader.read(sealed);
  } catch (error) {
    const fault = faultOf(error);
    outcome = fault === undefined ? { read: false } : { fault };
  }
  const { user, system } = process.cpuUsage(cpu);
  const after = memoryPeak();
  await send({
    index,
    ...outcome,
    seconds: (user + system) / 1e6,
    // Without a new peak it took no more than others before.
    megabytes: after > peak ? after - memory : 0,
    bytes: sealed.length,
  });
}
await send({ done: true });
process.exit(0);
