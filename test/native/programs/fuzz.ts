// Fuzzes the addon: words of real plans are changed at random, compiled and run with valid, ragged and random tables.
// Every call must return or throw an Error that names the device; a crash or hang ends this process. Arguments: cases,
// seed. Prints counts as JSON.
import { randomStream, type RandomStream } from "../../../src/base/random.ts";
import { loadNative } from "../../../src/run/native/addon.ts";
import { encodedPlans } from "../plans.ts";

const [cases, seed] = [Number(process.argv[2] ?? 2000), Number(process.argv[3] ?? 1)];
const addon = loadNative();
const teams = [1, 2, 3].map((threads) => addon.team(threads));
const plans = encodedPlans();
const collect = (globalThis as { gc?: () => void }).gc;
const counts = { cases: 0, compiled: 0, refused: 0, runs: 0, refusedRuns: 0, megabytes: 0 };

const phases = 5;
const [rowsAt, stepsAt, arenaAt, parametersAt] = [2, 3, 4, 5];

function below(stream: RandomStream, count: number): number {
  return Math.floor(stream.uniform() * count);
}

function anyOf<T>(stream: RandomStream, values: readonly T[]): T {
  return values[below(stream, values.length)] as T;
}

const extremes = [
  0,
  1,
  -1,
  2,
  15,
  16,
  17,
  255,
  4096,
  65_536,
  2 ** 24,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 30,
  0x7fc00000,
];

/** Changes a word, or the number of words. */
function mutated(words: Int32Array, stream: RandomStream): Int32Array {
  const at = below(stream, words.length);
  const changed = words.slice();
  const word = (index: number): number => words[index] ?? 0;
  // Insertions and deletions are nearly always refused; small changes of a word are not.
  switch (anyOf(stream, [0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 8, 8, 8])) {
    case 0:
      changed[at] = word(at) ^ (1 << below(stream, 32));
      return changed;
    case 1:
      changed[at] = anyOf(stream, extremes);
      return changed;
    case 2: {
      const other = below(stream, words.length);
      [changed[at], changed[other]] = [word(other), word(at)];
      return changed;
    }
    case 3:
      return words.slice(0, at);
    case 4: {
      const count = 1 + below(stream, 4);
      const added = Array.from({ length: count }, () => anyOf(stream, extremes));
      return Int32Array.from([...words.subarray(0, at), ...added, ...words.subarray(at)]);
    }
    case 5: {
      const part = words.subarray(at, at + 1 + below(stream, 12));
      return Int32Array.from([...words.subarray(0, at), ...part, ...words.subarray(at)]);
    }
    case 6:
      return Int32Array.from([...words.subarray(0, at), ...words.subarray(at + 1 + below(stream, 6))]);
    case 7:
      changed[at] = word(below(stream, words.length));
      return changed;
    default:
      changed[at] = word(at) + anyOf(stream, [-16, -2, -1, 1, 2, 16]);
      return changed;
  }
}

/** Runs `work`; true if it returned. Any error must be one of the device. */
function returns(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("native: ") && error.message.length > 12)
      return false;
    throw error;
  }
}

interface Tables {
  readonly rows: number;
  readonly steps: number;
  readonly carry: number;
  readonly alive: Int32Array;
  readonly offsets: Int32Array;
}

/** Tables as a device makes them, with rows that end at random. */
function validTables(stream: RandomStream, capacity: number, maximumSteps: number): Tables {
  const [rows, steps] = [1 + below(stream, capacity), 1 + below(stream, maximumSteps)];
  const alive = new Int32Array(steps);
  const offsets = new Int32Array(steps + 1);
  const isRagged = stream.uniform() < 0.5;
  for (let t = 0, now = rows; t < steps; t++) {
    if (isRagged && t > 0 && stream.uniform() < 0.5) now = below(stream, now + 1);
    alive[t] = now;
    offsets[t + 1] = (offsets[t] as number) + now;
  }
  return { rows, steps, carry: 1 + below(stream, steps), alive, offsets };
}

/** Replaces one number. */
function randomTables(stream: RandomStream, tables: Tables): Tables {
  const alive = tables.alive.slice();
  const offsets = tables.offsets.slice();
  const any = (): number => anyOf(stream, [...extremes, below(stream, 9), 0.5, NaN, 2 ** 40]);
  switch (below(stream, 6)) {
    case 0:
      return { ...tables, rows: any() };
    case 1:
      return { ...tables, steps: any() };
    case 2:
      return { ...tables, carry: any() };
    case 3:
      alive[below(stream, alive.length)] = any();
      return { ...tables, alive };
    case 4:
      offsets[below(stream, offsets.length)] = any();
      return { ...tables, offsets };
    default:
      return { ...tables, alive: alive.subarray(1) };
  }
}

function fill(memory: object, count: number, stream: RandomStream): void {
  const values = new Float32Array(count);
  const words = new Int32Array(values.buffer);
  const isWild = stream.uniform() < 0.2;
  for (let i = 0; i < count; i++) {
    if (isWild && stream.uniform() < 0.01) words[i] = anyOf(stream, extremes);
    else if (i % 2 === 0) words[i] = i % 5;
    else values[i] = stream.uniform() - 0.5;
  }
  addon.write(memory, 0, words, true);
}

for (let n = 0; n < cases; n++) {
  const stream = randomStream(seed, n);
  const original = anyOf(stream, plans);
  let words = original;
  for (let more = true; more; more = stream.uniform() < 0.3) words = mutated(words, stream);
  counts.cases++;
  // The size that the original plan needs.
  const [arenaSize, parameterSize] = [original[arenaAt] as number, original[parametersAt] as number];
  const arena = addon.memory(arenaSize);
  const parameters = addon.memory(parameterSize);
  let program: object | undefined;
  if (!returns(() => (program = addon.program(words, arena, parameters, n % 7 === 0, "")))) counts.refused++;
  if (!program) continue;
  counts.compiled++;
  for (let phase = 0; phase < phases; phase++) {
    fill(arena, arenaSize, stream);
    fill(parameters, parameterSize, stream);
    const tables = validTables(stream, words[rowsAt] as number, words[stepsAt] as number);
    const { rows, steps, carry, alive, offsets } =
      stream.uniform() < 0.3 ? randomTables(stream, tables) : tables;
    const run = [
      anyOf(stream, teams),
      program,
      phase,
      rows,
      steps,
      carry,
      alive,
      offsets,
      phase < 2,
    ] as const;
    returns(() => addon.microseconds(...run));
    counts.runs++;
    if (!returns(() => addon.run(...run))) counts.refusedRuns++;
  }
  if (n % 64 === 0) {
    collect?.();
    // Collected memory is freed in a turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    counts.megabytes = Math.max(counts.megabytes, Math.round(process.memoryUsage().rss / 2 ** 20));
  }
}
console.log(JSON.stringify(counts));
