// Temporal order: the order of two or three rare symbols, far apart among distractors.
import { probabilitiesWithin } from "./criteria.ts";
import { drawsOf, type Draws } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticExample, SyntheticProblem } from "./problem.ts";

const hochreiter = "Hochreiter & Schmidhuber 1997, Neural Computation 9(8)";

/** The symbols of the input, in the order of their ids. */
export const temporalOrderSymbols: readonly string[] = ["a", "b", "c", "d", "X", "Y", "E", "B"];
const [start, trigger] = [6, 7];

/**
 * Two symbols, X or Y each, at steps 10 to 20 and 50 to 60 of 100 to 110: x is [steps], the target at the last step is one
 * of four classes, XX, XY, YX, YY. Solved by errors of all probabilities below 0.3. Hochreiter & Schmidhuber 1997,
 * Neural Computation 9(8), experiment 6a. Chance: ln 4 nats.
 */
export const temporalOrder6a = (): SyntheticProblem =>
  original(
    "temporal-order-6a",
    [
      [10, 20],
      [50, 60],
    ],
    `${hochreiter}, experiment 6a`,
  );

/**
 * As 6a with three symbols, at steps 10 to 20, 33 to 43 and 66 to 76, and eight classes, XXX, XXY, … YYY. Experiment 6b.
 * Chance: ln 8 nats.
 */
export const temporalOrder6b = (): SyntheticProblem =>
  original(
    "temporal-order-6b",
    [
      [10, 20],
      [33, 43],
      [66, 76],
    ],
    `${hochreiter}, experiment 6b`,
  );

/**
 * As 6a at any length T (from 10; default 100): the symbols are in the second and the fifth tenth of the steps, and there is
 * no start and no trigger. Pascanu et al. 2013 (ICML).
 */
export const temporalOrderPascanu = ({
  length = 100,
}: { readonly length?: number } = {}): SyntheticProblem => {
  const name = "temporal-order-pascanu";
  wholeSetting(name, "length", length, 10);
  const tenths = (from: number, to: number): Range => [
    Math.ceil((from * length) / 10),
    Math.floor((to * length) / 10),
  ];
  const ranges = [tenths(1, 2), tenths(4, 5)];
  return {
    ...common(name, ranges, "Pascanu et al. 2013 (ICML), at any length"),
    input: { kind: "index", width: 6 },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const x = Int32Array.from({ length }, () => draws.between(0, 3));
      return withSymbols(x, ranges, draws);
    },
  };
};

type Range = readonly [first: number, last: number];

function original(name: string, ranges: readonly Range[], paper: string): SyntheticProblem {
  return {
    ...common(name, ranges, paper),
    input: { kind: "index", width: temporalOrderSymbols.length },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const x = Int32Array.from({ length: draws.between(100, 110) }, () => draws.between(0, 3));
      x[0] = start;
      x[x.length - 1] = trigger;
      return withSymbols(x, ranges, draws);
    },
  };
}

function common(
  name: string,
  ranges: readonly Range[],
  paper: string,
): Pick<SyntheticProblem, "name" | "about" | "head" | "isSolved" | "chance"> {
  const classes = 2 ** ranges.length;
  return {
    name,
    about: `the order of ${ranges.length} symbols that are far apart: ${paper}`,
    head: { kind: "classes", classes },
    isSolved: (example, outputs) => probabilitiesWithin(0.3, example, outputs, classes),
    chance: {
      loss: Math.log(classes),
      derivation: `${classes} classes with equal probability: ln ${classes}`,
    },
  };
}

/** Puts an X or a Y (ids 4 and 5) in each range of `x`; the class is their number in base 2, with X as 0. */
function withSymbols(x: Int32Array, ranges: readonly Range[], draws: Draws): SyntheticExample {
  let answer = 0;
  for (const [first, last] of ranges) {
    const bit = draws.between(0, 1);
    x[draws.between(first, last)] = 4 + bit;
    answer = 2 * answer + bit;
  }
  return classAtEnd(x, answer);
}

/** An example with a single target class, at its last step. */
export function classAtEnd(x: Int32Array, answer: number): SyntheticExample {
  const targets = new Int32Array(x.length).fill(-1);
  targets[x.length - 1] = answer;
  return { steps: x.length, inputs: { x }, targets };
}
