// The continuation of one text: which symbol is chosen next, how much of it may be shown, and when it ends. Logits and
// random numbers are the caller's.
import type { RandomStream } from "../base/random.ts";
import { choose, validateChoice, type ChoiceSettings } from "./choose.ts";
import type { Constraint } from "./constraint.ts";
import { watchStops } from "./stop.ts";

export interface GenerateSettings extends ChoiceSettings {
  /** Symbols to make at most: characters, bytes or words. */
  readonly length: number;
  /** Texts that end it where they come; they are not shown. Default none. */
  readonly stops?: readonly string[];
  /**
   * What all that is made must be like, from its first symbol to its last. Where it may end, it ends as soon as the model
   * would go on in a way that is not allowed.
   */
  readonly constraint?: Constraint;
}

export interface Continuation {
  /** Chooses by the logits [V] of what follows; undefined where the text has ended. */
  next(logits: Float32Array | Float64Array): Step | undefined;
  /** What was held back until the end of the text. */
  end(): string;
  /** The stop that ended it. */
  readonly stop: string | undefined;
}

export interface Step {
  readonly id: number;
  /** What may be shown now, often a character, sometimes nothing or several. */
  readonly text: string;
}

/** Throws at settings out of range, and where `length` has no room for the shortest text of the constraint. */
export function continueText(
  { length, stops = [], constraint, ...choice }: GenerateSettings,
  decoder: { push(ids: ArrayLike<number>): string; end(): string },
  stream: RandomStream,
): Continuation {
  validateChoice(choice);
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new Error(`sampling: length must be a whole number, 0 or more, not ${length}`);
  }
  const needed = constraint?.tokensToEnd(constraint.start) ?? 0;
  if (needed > length) {
    throw new Error(
      `sampling: the constraint asks for ${needed} symbols or more; make length at least that, not ${length}`,
    );
  }
  const watch = stops.length > 0 ? watchStops(stops) : undefined;
  let made = 0;
  let state = constraint?.start ?? 0;

  /** The state after a symbol from which an end can still be reached in time. */
  const after = (id: number): number | undefined => {
    if (!constraint) return 0;
    const next = constraint.next(state, id);
    return next === undefined || constraint.tokensToEnd(next) > length - made - 1 ? undefined : next;
  };
  const pick = (logits: Float32Array | Float64Array): number | undefined => {
    if (!constraint) return choose(logits, stream.uniform(), choice);
    const allowed = logits.map((logit, id) => (after(id) === undefined ? -Infinity : logit));
    if (!constraint.accepts(state)) return choose(allowed, stream.uniform(), choice);
    if (allowed.every((logit) => logit === -Infinity)) return undefined;
    const id = choose(logits, stream.uniform(), choice);
    return after(id) === undefined ? undefined : id;
  };

  return {
    next(logits) {
      if (made === length || watch?.found !== undefined) return undefined;
      const id = pick(logits);
      if (id === undefined) return undefined;
      state = after(id) as number;
      made += 1;
      const piece = decoder.push([id]);
      return { id, text: watch?.push(piece) ?? piece };
    },
    end: () => (watch ? watch.push(decoder.end()) + watch.end() : decoder.end()),
    get stop() {
      return watch?.found;
    },
  };
}
