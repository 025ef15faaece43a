// Strings at which generation stops, found in text that arrives in pieces: what may be shown, and what must wait because it
// could be the beginning of one.

export interface StopWatch {
  /** The text that may be shown after this piece. Nothing more after a stop string was found. */
  push(piece: string): string;
  /** What was held back at the end of the text; nothing where a stop string was found. */
  end(): string;
  /** The stop string found, which is not shown; undefined before. */
  readonly found: string | undefined;
}

/**
 * Watches for the stop string that is complete first; of those complete at the same place, the one that began first.
 * The same whatever the pieces are. Throws where there is none, and at an empty one.
 */
export function watchStops(stops: readonly string[]): StopWatch {
  if (stops.length === 0) throw new Error("stop strings: there are none; give one or more");
  if (stops.includes(""))
    throw new Error("stop strings: one is empty, which would stop at once; leave it out");
  let held = "";
  let found: string | undefined;
  return {
    push(piece) {
      let shown = "";
      for (let i = 0; i < piece.length && found === undefined; i++) {
        held += piece[i]!;
        const complete = stops.filter((stop) => held.endsWith(stop)).sort((a, b) => b.length - a.length);
        found = complete[0];
        const keep = found === undefined ? longestBeginning(held, stops) : found.length;
        shown += held.slice(0, held.length - keep);
        held = found === undefined ? held.slice(held.length - keep) : "";
      }
      return shown;
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
    get found() {
      return found;
    },
  };
}

/** Length of the longest end of `text` that begins a stop string. */
function longestBeginning(text: string, stops: readonly string[]): number {
  for (let from = 0; from < text.length; from++)
    if (stops.some((stop) => stop.startsWith(text.slice(from)))) return text.length - from;
  return 0;
}
