// Copying: symbols are read, remembered over blanks, and repeated in order. Three versions: a fixed lag, a variable lag,
// and symbols scattered among the blanks.
import { choosesTargets } from "./criteria.ts";
import { drawsOf, type Draws } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticExample, SyntheticProblem } from "./problem.ts";

/** Settings of `copyMemory` and `copyVariable`. */
export interface CopySettings {
  /** Blanks between symbols and answer, including the delimiter: T, from 1. Default 100. */
  readonly lag?: number;
  /** Symbols to copy. Default 10. */
  readonly items?: number;
  /** Size of the alphabet. Default 8. Ids: the symbols, then the blank, then the delimiter. */
  readonly symbols?: number;
}

/**
 * Copy memory: x is [T + 2 · items], the symbols, T - 1 blanks, a delimiter and blanks; the targets are blanks until the
 * answer, then the symbols. Solved if every prediction is right. Arjovsky et al. 2016 (ICML). Chance:
 * items · ln(symbols) / (T + 2 · items) nats.
 */
export const copyMemory = (settings: CopySettings = {}): SyntheticProblem => {
  const { lag, items, symbols } = checkedSettings("copy-memory", settings);
  return {
    ...copying("copy-memory", settings, lag, () => lag),
    about: `repeats ${items} symbols ${lag} steps later: Arjovsky et al. 2016 (ICML)`,
    chance: chanceOf(items, symbols, lag),
  };
};

/**
 * Variable copy: `copyMemory` with a lag that is uniform from 1 to T, so that counting steps does not help. Tallec & Ollivier
 * 2018, arXiv:1804.11188v1.
 */
export const copyVariable = (settings: CopySettings = {}): SyntheticProblem => {
  const { lag, items, symbols } = checkedSettings("copy-variable", settings);
  return {
    ...copying("copy-variable", settings, lag, (draws) => draws.between(1, lag)),
    about: `repeats ${items} symbols after a delimiter: Tallec & Ollivier 2018, arXiv:1804.11188v1, variable copy`,
    chance: chanceOf(items, symbols, (lag + 1) / 2),
  };
};

function checkedSettings(
  name: string,
  { lag = 100, items = 10, symbols = 8 }: CopySettings,
): Required<CopySettings> {
  return {
    lag: wholeSetting(name, "lag", lag, 1),
    items: wholeSetting(name, "items", items, 1),
    symbols: wholeSetting(name, "symbols", symbols, 2),
  };
}

function chanceOf(items: number, symbols: number, meanLag: number): SyntheticProblem["chance"] {
  return {
    loss: (items * Math.log(symbols)) / (meanLag + 2 * items),
    derivation:
      `blanks until the delimiter, then each of ${symbols} symbols with equal probability: ` +
      `${items} ln ${symbols} in ${meanLag + 2 * items} steps`,
  };
}

function copying(
  name: string,
  settings: CopySettings,
  lag: number,
  drawLag: (draws: Draws) => number,
): Omit<SyntheticProblem, "about" | "chance"> {
  const { items, symbols } = checkedSettings(name, { ...settings, lag });
  const classes = symbols + 1;
  const [blank, delimiter] = [symbols, symbols + 1];
  return {
    name,
    input: { kind: "index", width: symbols + 2 },
    head: { kind: "classes", classes },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const before = items + drawLag(draws); // steps until the answer
      const steps = before + items;
      const x = new Int32Array(steps).fill(blank);
      const targets = new Int32Array(steps).fill(blank);
      for (let i = 0; i < items; i++) x[i] = targets[before + i] = draws.between(0, symbols - 1);
      x[before - 1] = delimiter;
      return { steps, inputs: { x }, targets };
    },
    isSolved: (example, outputs) => choosesTargets(example, outputs, classes),
  };
}

/** Settings of `copySelective`. */
export interface SelectiveCopySettings {
  /** Steps that contain the symbols. Default 256 (4096 in the paper). */
  readonly length?: number;
  /** Symbols to copy, at most `length`. Default 16. */
  readonly items?: number;
  /** Size of the alphabet. Default 14. Ids: the symbols, then the blank, then the query. */
  readonly symbols?: number;
}

/**
 * Selective copying: x is [length + items], the symbols at random steps among blanks, then `items` queries, at which the
 * symbols are predicted in order. Solved if every prediction is right. Gu & Dao 2023, arXiv:2312.00752v1. Chance:
 * ln(symbols) nats.
 */
export const copySelective = (settings: SelectiveCopySettings = {}): SyntheticProblem => {
  const name = "copy-selective";
  const { length = 256, items = 16, symbols = 14 } = settings;
  wholeSetting(name, "length", length, 1);
  wholeSetting(name, "items", items, 1, length);
  wholeSetting(name, "symbols", symbols, 2);
  const [blank, query] = [symbols, symbols + 1];
  return {
    name,
    about: `repeats ${items} symbols scattered among blanks: Gu & Dao 2023, arXiv:2312.00752v1, selective copying`,
    input: { kind: "index", width: symbols + 2 },
    head: { kind: "classes", classes: symbols },
    example(seed, index): SyntheticExample {
      const draws = drawsOf(seed, index);
      const x = new Int32Array(length + items).fill(blank).fill(query, length);
      const targets = new Int32Array(length + items).fill(-1);
      // With probability (symbols left) / (steps left) at each step, all subsets of steps are equally likely.
      for (let step = 0, count = 0; count < items; step++) {
        if (draws.between(1, length - step) > items - count) continue;
        x[step] = targets[length + count++] = draws.between(0, symbols - 1);
      }
      return { steps: length + items, inputs: { x }, targets };
    },
    isSolved: (example, outputs) => choosesTargets(example, outputs, symbols),
    chance: {
      loss: Math.log(symbols),
      derivation: `each of ${symbols} symbols with equal probability: ln ${symbols}`,
    },
  };
};
