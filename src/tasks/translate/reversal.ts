// Words of random letters and the same backwards: the least that needs attention, or a long memory.
import { randomStream, streams } from "../../base/random.ts";
import type { Pair } from "./dates.ts";

/** Room for the letters of one pair in the stream. */
const longestEver = 2 ** 10;

/** Pair number `index` of the stream with this seed, of 1 to `longest` small letters (default 20). */
export function reversalPair(seed: number, index: number, longest = 20): Pair {
  if (!(Number.isSafeInteger(longest) && longest >= 1 && longest < longestEver)) {
    throw new Error(`reversal: longest must be a whole number from 1 to ${longestEver - 1}, not ${longest}`);
  }
  const stream = randomStream(seed, streams.data, index * longestEver);
  const length = 1 + Math.floor(stream.uniform() * longest);
  const letters = Array.from({ length }, () => String.fromCharCode(97 + Math.floor(stream.uniform() * 26)));
  return { source: letters.join(""), target: letters.reverse().join("") };
}
