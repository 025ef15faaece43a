// Reber's grammar, embedded Reber strings, and streams of them: a network predicts the next symbol, and is right if the
// legal next symbols have the largest outputs, whichever of them follows.
import { nextSymbols } from "../batch/example.ts";
import { legalAreLargest } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticExample, SyntheticProblem } from "./problem.ts";

/** The symbols, in the order of their ids. */
export const reberSymbols: readonly string[] = ["B", "T", "S", "X", "P", "V", "E"];

/**
 * Reber's grammar: x is [steps], a string from B on, the targets are the next symbols up to E. Solved if the legal symbols
 * have the largest outputs at every step. Reber 1967, Journal of Verbal Learning and Verbal Behavior 6(6). Chance: the
 * entropy of the symbols' shares.
 */
export const reber = (): SyntheticProblem =>
  prediction(
    "reber",
    "the next symbol of a Reber string, any legal one: Reber 1967, Journal of Verbal Learning and Verbal Behavior 6(6)",
    [[edge("B", 1)], ...grammar(1, 6), [edge("E", 7)], []],
    1,
    { T: 1.5, P: 1, S: 1, X: 1, V: 1.5, E: 1 },
  );

/**
 * The embedded Reber grammar: as `reber`, for strings of B, T or P, a Reber string, the same of T and P again, and E.
 * Hochreiter & Schmidhuber 1997, Neural Computation 9(8), experiment 1.
 */
export const embeddedReber = (): SyntheticProblem =>
  prediction(
    "embedded-reber",
    "the next symbol of an embedded Reber string: Hochreiter & Schmidhuber 1997, Neural Computation 9(8), experiment 1",
    [...embedded(19), []],
    1,
    { T: 2.5, P: 2, S: 1, X: 1, V: 1.5, E: 2, B: 1 },
  );

/** Settings of `continualEmbeddedReber`. */
export interface ContinualReberSettings {
  /** Strings per example. Default 100, about 1,200 steps. */
  readonly strings?: number;
}

/** Embedded Reber strings in a row, with no sign that the state is to be reset. Gers et al. 2000, Neural Computation 12(10). */
export const continualEmbeddedReber = ({ strings = 100 }: ContinualReberSettings = {}): SyntheticProblem =>
  prediction(
    "continual-embedded-reber",
    "the next symbol of embedded Reber strings in a row: Gers et al. 2000, Neural Computation 12(10)",
    embedded(0),
    wholeSetting("continual-embedded-reber", "strings", strings, 1),
    { T: 2.5, P: 2, S: 1, X: 1, V: 1.5, E: 2, B: 2 - 1 / strings },
  );

interface Edge {
  readonly id: number;
  /** The state that follows. */
  readonly next: number;
}

/** The edges from each state, with equal probabilities. Strings begin in state 0 and end in a state without edges. */
type Automaton = readonly (readonly Edge[])[];

function edge(symbol: string, next: number): Edge {
  return { id: reberSymbols.indexOf(symbol), next };
}

/** The five states of Reber's grammar between B and E, numbered from `first`; the next state is `end`. */
function grammar(first: number, end: number): Automaton {
  return [
    [edge("T", first + 1), edge("P", first + 2)],
    [edge("S", first + 1), edge("X", first + 3)],
    [edge("T", first + 2), edge("V", first + 4)],
    [edge("X", first + 2), edge("S", end)],
    [edge("P", first + 3), edge("V", end)],
  ];
}

/** States 0 to 18, with a copy of the grammar for each of T and P; the next state is `end`. */
function embedded(end: number): Automaton {
  const branch = (first: number, symbol: string): Automaton => [
    [edge("B", first + 1)],
    ...grammar(first + 1, first + 6),
    [edge("E", first + 7)],
    [edge(symbol, 18)],
  ];
  const states = [[edge("B", 1)], [edge("T", 2), edge("P", 10)], ...branch(2, "T"), ...branch(10, "P")];
  return [...states, [edge("E", end)]];
}

/** `counts` are the average numbers of times that each symbol is a target in a string. */
function prediction(
  name: string,
  about: string,
  automaton: Automaton,
  strings: number,
  counts: Readonly<Record<string, number>>,
): SyntheticProblem {
  const classes = reberSymbols.length;
  return {
    name,
    about,
    input: { kind: "index", width: classes },
    head: { kind: "classes", classes },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const symbols: number[] = [];
      for (let [state, left] = [0, strings]; left > 0;) {
        const edges = automaton[state]!;
        const { id, next } = edges[edges.length === 1 ? 0 : draws.between(0, edges.length - 1)]!;
        symbols.push(id);
        state = next;
        if (state === 0 || automaton[state]!.length === 0) left--;
      }
      return nextSymbols(symbols, "x") as SyntheticExample;
    },
    isSolved: (example, outputs) =>
      legalAreLargest(legalSymbols(name, automaton, example.inputs.x), example, outputs, classes),
    chance: {
      loss: entropyOf(Object.values(counts)),
      derivation: `the shares of the symbols; a string has ${Object.entries(counts)
        .map(([symbol, count]) => `${+count.toFixed(3)} ${symbol}`)
        .join(", ")} on average`,
    },
  };
}

/** The ids that may follow each symbol. Throws for a symbol that is not legal. */
function legalSymbols(name: string, automaton: Automaton, symbols: ArrayLike<number>): number[][] {
  let state = 0;
  return Array.from(symbols, (id, step) => {
    const edgeTaken = automaton[state]!.find((each) => each.id === id);
    if (!edgeTaken) {
      const legal = automaton[state]!.map((each) => reberSymbols[each.id]).join(" or ");
      throw new Error(
        `${name}, step ${step}: expected ${legal}, got ${reberSymbols[id] ?? id}; pass an example of this problem`,
      );
    }
    state = edgeTaken.next;
    return automaton[state]!.map((each) => each.id);
  });
}

/** The entropy, in nats, of a distribution proportional to `counts`. */
function entropyOf(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => sum - (count / total) * Math.log(count / total), 0);
}
