// A constraint on generated text, as an automaton that reads token ids and returns which may come next. Automata over
// characters are lifted to tokens of any length. For regular expressions see `pattern-constraint.ts`.

/** Over token ids; states are numbers. A state that is not `undefined` can always be brought to one that accepts. */
export interface Constraint {
  /** The state before the first symbol. */
  readonly start: number;
  /** The state after this token; undefined where no text that goes on from it can be right. */
  next(state: number, id: number): number | undefined;
  /** Whether the text may end here. */
  accepts(state: number): boolean;
  /** Tokens at least until it may: 0 where it may end here. */
  tokensToEnd(state: number): number;
}

/** A deterministic automaton over Unicode code points. */
export interface Automaton {
  readonly start: number;
  /** By state. */
  readonly accepting: readonly boolean[];
  /** By state: what leads on. Ranges of one state are inclusive, ascending and apart. */
  readonly transitions: readonly (readonly Transition[])[];
}

export interface Transition {
  readonly from: number;
  readonly to: number;
  readonly next: number;
}

/** The state after a text; undefined where it leads nowhere. */
export function stateAfter(automaton: Automaton, start: number, text: string): number | undefined {
  let state = start;
  for (const character of text) {
    const next = follow(automaton.transitions[state] ?? [], character.codePointAt(0)!);
    if (next === undefined) return undefined;
    state = next;
  }
  return state;
}

function follow(transitions: readonly Transition[], code: number): number | undefined {
  let [low, high] = [0, transitions.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const { from, to, next } = transitions[middle]!;
    if (code < from) high = middle - 1;
    else if (code > to) low = middle + 1;
    else return next;
  }
  return undefined;
}

const dead = -1;

/**
 * The texts of an automaton as sequences of tokens. `tokens`: by id the text that it stands for; an id with none
 * (undefined or empty: a boundary, the unknown) never comes. States from which the tokens there are cannot reach an
 * end are left out, so generation never runs into one.
 * Reads every token once for each state that tokens reach; what follows a state is kept from its first use on,
 * 4 bytes a token. Throws where no sequence of tokens is accepted.
 */
export function fromAutomaton(automaton: Automaton, tokens: readonly (string | undefined)[]): Constraint {
  const reach = (state: number): Int32Array =>
    Int32Array.from(tokens, (token) => (token ? (stateAfter(automaton, state, token) ?? dead) : dead));
  const live = liveStates(automaton, reach);
  if (!live.has(automaton.start))
    throw new Error(
      `constraint: no sequence of the ${tokens.length} tokens is accepted; the pattern needs characters that the ` +
        `model's alphabet lacks, or has only in parts of tokens`,
    );
  const rows = new Map<number, Int32Array>(); // state → [V] the next states
  return {
    start: automaton.start,
    next(state, id) {
      let row = rows.get(state);
      if (!row) rows.set(state, (row = reach(state).map((next) => (live.has(next) ? next : dead))));
      const next = row[id];
      return next === undefined || next === dead ? undefined : next;
    },
    accepts: (state) => automaton.accepting[state] === true,
    tokensToEnd: (state) => live.get(state) ?? Infinity,
  };
}

/** States that tokens reach from the start and that reach an accepting one, with how many tokens that takes at least. */
function liveStates(automaton: Automaton, reach: (state: number) => Int32Array): ReadonlyMap<number, number> {
  const before = new Map<number, number[]>([[automaton.start, []]]); // state → states one token before it
  for (const state of before.keys())
    for (const next of new Set(reach(state))) {
      if (next === dead) continue;
      const known = before.get(next);
      if (known) known.push(state);
      else before.set(next, [state]); // the loop comes to it, as a Map's keys go on
    }
  const ends = [...before.keys()].filter((state) => automaton.accepting[state]);
  const live = new Map(ends.map((state) => [state, 0])); // in the order of their distance
  for (const [state, tokens] of live)
    for (const earlier of before.get(state)!) if (!live.has(earlier)) live.set(earlier, tokens + 1);
  return live;
}
