// Copying: symbols are read, kept over blanks, and said again in order. Three versions: a fixed lag, a lag that varies,
// and symbols that lie among the blanks. Knows no network.
import { choosesTargets } from "./criteria.ts";
import { drawsOf, type Draws } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticExample, SyntheticTask } from "./problem.ts";

export interface CopySettings {
  /** Blanks between symbols and answer, the delimiter included: T. From 1; default 100. */
  readonly lag?: number;
  /** Symbols to keep; default 10. */
  readonly kept?: number;
  /** Different symbols; default 8. Ids: those, then the blank, then the delimiter. */
  readonly symbols?: number;
}

/** T - 1 blanks and a delimiter between symbols and answer; blanks are predicted at all steps before the answer. */
export const copyMemory = (settings: CopySettings = {}): SyntheticTask => {
  const { lag, kept, symbols } = checked("copy-memory", settings);
  return {
    ...copying("copy-memory", settings, lag, () => lag),
    about: `${kept} symbols, said again ${lag} steps later: Arjovsky et al. 2016 (ICML)`,
    chance: memoryless(kept, symbols, lag),
  };
};

/** As `copyMemory`, with each of 1 to T as likely a lag, so that counting steps does not help. */
export const copyVariable = (settings: CopySettings = {}): SyntheticTask => {
  const { lag, kept, symbols } = checked("copy-variable", settings);
  return {
    ...copying("copy-variable", settings, lag, (draws) => draws.between(1, lag)),
    about: `${kept} symbols, said again at a sign: Tallec & Ollivier 2018, arXiv:1804.11188v1, variable copy`,
    chance: memoryless(kept, symbols, (lag + 1) / 2),
  };
};

function checked(name: string, { lag = 100, kept = 10, symbols = 8 }: CopySettings): Required<CopySettings> {
  return {
    lag: wholeSetting(name, "lag", lag, 1),
    kept: wholeSetting(name, "kept", kept, 1),
    symbols: wholeSetting(name, "symbols", symbols, 2),
  };
}

function memoryless(kept: number, symbols: number, meanLag: number): SyntheticTask["chance"] {
  return {
    loss: (kept * Math.log(symbols)) / (meanLag + 2 * kept),
    why:
      `blanks until the delimiter, then each of ${symbols} symbols as likely, without memory of which: ` +
      `${kept} ln ${symbols} in ${meanLag + 2 * kept} steps`,
  };
}

function copying(
  name: string,
  settings: CopySettings,
  lag: number,
  drawLag: (draws: Draws) => number,
): Omit<SyntheticTask, "about" | "chance"> {
  const { kept, symbols } = checked(name, { ...settings, lag });
  const classes = symbols + 1;
  const [blank, delimiter] = [symbols, symbols + 1];
  return {
    name,
    input: { kind: "index", width: symbols + 2 },
    head: { kind: "classes", classes },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const before = kept + drawLag(draws); // steps until the answer
      const steps = before + kept;
      const x = new Int32Array(steps).fill(blank);
      const targets = new Int32Array(steps).fill(blank);
      for (let i = 0; i < kept; i++) x[i] = targets[before + i] = draws.between(0, symbols - 1);
      x[before - 1] = delimiter;
      return { steps, inputs: { x }, targets };
    },
    isSolved: (example, outputs) => choosesTargets(example, outputs, classes),
  };
}

export interface SelectiveCopySettings {
  /** Steps in which the symbols lie; default 256 (4096 in the paper). */
  readonly length?: number;
  /** Symbols to keep, at most `length`; default 16. */
  readonly kept?: number;
  /** Different symbols; default 14. Ids: those, then the blank, then the sign that asks. */
  readonly symbols?: number;
}

/** Symbols at random steps among blanks, then as many signs, at which alone they are predicted, in order. */
export const copySelective = (settings: SelectiveCopySettings = {}): SyntheticTask => {
  const name = "copy-selective";
  const { length = 256, kept = 16, symbols = 14 } = settings;
  wholeSetting(name, "length", length, 1);
  wholeSetting(name, "kept", kept, 1, length);
  wholeSetting(name, "symbols", symbols, 2);
  const [blank, sign] = [symbols, symbols + 1];
  return {
    name,
    about: `${kept} symbols among blanks, said again in order: Gu & Dao 2023, arXiv:2312.00752v1, selective copying`,
    input: { kind: "index", width: symbols + 2 },
    head: { kind: "classes", classes: symbols },
    example(seed, index): SyntheticExample {
      const draws = drawsOf(seed, index);
      const x = new Int32Array(length + kept).fill(blank).fill(sign, length);
      const targets = new Int32Array(length + kept).fill(-1);
      // Each step is taken with the share of symbols that are left among the steps that are: all subsets as likely.
      for (let step = 0, said = 0; said < kept; step++) {
        if (draws.between(1, length - step) > kept - said) continue;
        x[step] = targets[length + said++] = draws.between(0, symbols - 1);
      }
      return { steps: length + kept, inputs: { x }, targets };
    },
    isSolved: (example, outputs) => choosesTargets(example, outputs, symbols),
    chance: { loss: Math.log(symbols), why: `each of ${symbols} symbols as likely: ln ${symbols}` },
  };
};
