// The options of a beam search for what a model writes: translations, captions.
import type { DecodeSettings } from "../../infer/decode.ts";

/** How the most likely sequences are searched for. */
export interface BeamOptions {
  /** Sequences that are grown at once. Default 4. */
  readonly width?: number | undefined;
  /** The most symbols of a sequence. Default twice as many as the longest that was learned has. */
  readonly length?: number | undefined;
  /** 0 ranks by total probability, 1 nearly by its mean per symbol. Default 0. */
  readonly lengthPenalty?: number | undefined;
}

/** The same for `decode`; `longest` symbols are those of the longest sequence learned. */
export function decodeSettings(
  { width = 4, length, lengthPenalty }: BeamOptions,
  longest: number,
): DecodeSettings & { readonly longest: number } {
  return {
    width,
    longest: length ?? 2 * longest,
    ...(lengthPenalty !== undefined && { lengthPenalty }),
  };
}
