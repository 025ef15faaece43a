// The options of beam search, for every command that says sequences.
import type { z } from "zod";
import { number, wholeFrom } from "./settings.ts";

/** Each takes a row of the network. */
export const mostBeams = 1000;

/** For `readSettings`; `what` is grown: "captions", and of `symbols`: "word". */
export function searchFields(
  what: string,
  symbol: string,
): {
  readonly beam: z.ZodDefault<z.ZodType<number, string>>;
  readonly lengthPenalty: z.ZodDefault<z.ZodType<number, string>>;
} {
  return {
    beam: wholeFrom(1, mostBeams)
      .default(1)
      .describe(`${what} that are grown at once; 1 takes the most likely ${symbol}`),
    lengthPenalty: number("a number, 0 or more", (n) => n >= 0 && Number.isFinite(n))
      .default(0)
      .describe(`0 ranks by probability, 1 nearly by its mean over ${symbol}s`),
  };
}
