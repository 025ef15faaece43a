// Toy data: words of random letters and the same words backwards, which need attention or a long memory.
import { randomStream, streams } from "../../base/random.ts";
import type { TextPair } from "./design.ts";

/** Numbers of the stream that belong to one pair. */
const drawsOfPair = 2 ** 10;

/** Pair number `index` of the stream with this seed, of 1 to `longest` small letters (default 20). */
export function reversalPair(seed: number, index: number, longest = 20): TextPair {
  if (!(Number.isSafeInteger(longest) && longest >= 1 && longest < drawsOfPair)) {
    throw new Error(`reversal: longest must be a whole number from 1 to ${drawsOfPair - 1}, not ${longest}`);
  }
  const stream = randomStream(seed, streams.data, index * drawsOfPair);
  const length = 1 + Math.floor(stream.uniform() * longest);
  const letters = Array.from({ length }, () => String.fromCharCode(97 + Math.floor(stream.uniform() * 26)));
  return { source: letters.join(""), target: letters.reverse().join("") };
}
