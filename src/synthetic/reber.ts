// Reber's grammar, embedded Reber strings, and a stream of them: a network predicts the next symbol, and is right where
// the legal next symbols have the greatest outputs, whichever of them came. Knows no network.
import { nextSymbols } from "../batch/example.ts";
import { legalAreGreatest } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticExample, SyntheticTask } from "./problem.ts";

/** The symbols, in the order of their ids. */
export const reberSymbols: readonly string[] = ["B", "T", "S", "X", "P", "V", "E"];

/** One string of Reber's grammar an example, from B to E. */
export const reber = (): SyntheticTask =>
  predicted(
    "reber",
    "the next symbol of a Reber string, any legal one: Reber 1967, Journal of Verbal Learning and Verbal Behavior 6(6)",
    [[edge("B", 1)], ...grammar(1, 6), [edge("E", 7)], []],
    1,
    { T: 1.5, P: 1, S: 1, X: 1, V: 1.5, E: 1 },
  );

/** B, T or P, a Reber string, the same of T and P again, E; one string an example. */
export const embeddedReber = (): SyntheticTask =>
  predicted(
    "embedded-reber",
    "the next symbol of an embedded Reber string: Hochreiter & Schmidhuber 1997, Neural Computation 9(8), experiment 1",
    [...embedded(19), []],
    1,
    { T: 2.5, P: 2, S: 1, X: 1, V: 1.5, E: 2, B: 1 },
  );

export interface ContinualReberSettings {
  /** Strings of an example; default 100, about 1,200 steps. */
  readonly strings?: number;
}

/** Embedded Reber strings one after another, with no sign that the state should be forgotten. */
export const continualEmbeddedReber = ({ strings = 100 }: ContinualReberSettings = {}): SyntheticTask =>
  predicted(
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

/** The ways out of each state, each as likely. It begins in state 0; a state without a way out ends it. */
type Automaton = readonly (readonly Edge[])[];

function edge(symbol: string, next: number): Edge {
  return { id: reberSymbols.indexOf(symbol), next };
}

/** The five states of Reber's grammar after B and before E, as states from `first` on; then `end`. */
function grammar(first: number, end: number): Automaton {
  return [
    [edge("T", first + 1), edge("P", first + 2)],
    [edge("S", first + 1), edge("X", first + 3)],
    [edge("T", first + 2), edge("V", first + 4)],
    [edge("X", first + 2), edge("S", end)],
    [edge("P", first + 3), edge("V", end)],
  ];
}

/** States 0 to 18: two copies of the grammar, so that the state knows which of T and P it was; then `end`. */
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

/** `counts` is how often a symbol is a target, on average, in each of an example's strings. */
function predicted(
  name: string,
  about: string,
  automaton: Automaton,
  strings: number,
  counts: Readonly<Record<string, number>>,
): SyntheticTask {
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
        const ways = automaton[state]!;
        const way = ways[ways.length === 1 ? 0 : draws.between(0, ways.length - 1)]!;
        symbols.push(way.id);
        state = way.next;
        if (state === 0 || automaton[state]!.length === 0) left--;
      }
      return nextSymbols(symbols, "x") as SyntheticExample;
    },
    isSolved: (example, outputs) =>
      legalAreGreatest(legalSymbols(name, automaton, example.inputs.x), example, outputs, classes),
    chance: {
      loss: entropyOf(Object.values(counts)),
      why: `the shares of the symbols; in a string come ${Object.entries(counts)
        .map(([symbol, count]) => `${+count.toFixed(3)} ${symbol}`)
        .join(", ")} on average`,
    },
  };
}

/** The ids that may follow each symbol. Throws at a symbol that may not stand where it does. */
function legalSymbols(name: string, automaton: Automaton, symbols: ArrayLike<number>): number[][] {
  let state = 0;
  return Array.from(symbols, (id, step) => {
    const way = automaton[state]!.find((each) => each.id === id);
    if (!way) {
      const legal = automaton[state]!.map((each) => reberSymbols[each.id]).join(" or ");
      throw new Error(
        `${name}, step ${step}: the symbol must be ${legal}, not ${reberSymbols[id] ?? id}; give examples of this task`,
      );
    }
    state = way.next;
    return automaton[state]!.map((each) => each.id);
  });
}

/** In nats, of a distribution in proportion to `counts`. */
function entropyOf(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => sum - (count / total) * Math.log(count / total), 0);
}
