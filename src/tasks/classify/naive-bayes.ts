// Multinomial naive Bayes over runs of one to three characters: the baseline of networks that classify texts.
import { logSumExp } from "../../model/logits.ts";

/** Settings of `trainNaiveBayes`. */
export interface NaiveBayesSettings {
  /** Added to every count of a run in a class. Default 1. */
  readonly alpha?: number;
  /** Characters of the longest runs. Default 3. */
  readonly longest?: number;
}

/** A trained naive Bayes classifier of texts. */
export interface NaiveBayes {
  /** In the order of code units; index of the log-probabilities. */
  readonly labels: readonly string[];
  /** Distinct runs of the training texts. */
  readonly features: number;
  /** [labels] log-probabilities of the classes of a text, in nats; sum to 1 as probabilities. */
  logProbabilities(text: string): Float64Array;
  /** The most probable class; of equal ones the first. */
  predict(text: string): string;
}

/** Stand before and after a text, and are no character: noncharacters of Unicode. */
const [before, after] = ["\ufdd0", "\ufdd1"];

/**
 * Counts the runs of 1 to `longest` characters of each class, boundary marks included. A run that no training text
 * has says nothing. McCallum & Nigam 1998 (AAAI workshop, "A comparison of event models"), the multinomial one; the
 * prior is each class's share. Throws at settings out of range and at fewer than two classes.
 */
export function trainNaiveBayes(
  examples: Iterable<readonly [text: string, label: string]>,
  settings: NaiveBayesSettings = {},
): NaiveBayes {
  const { alpha = 1, longest = 3 } = settings;
  if (!(alpha > 0 && alpha < Infinity))
    throw new Error(`naive bayes: alpha must be a number above 0, not ${alpha}`);
  if (!Number.isInteger(longest) || longest < 1)
    throw new Error(`naive bayes: longest must be a whole number, 1 or more, not ${longest}`);
  const pairs = [...examples];
  const labels = [...new Set(pairs.map(([, label]) => label))].sort();
  if (labels.length < 2)
    throw new Error(
      `naive bayes: two classes or more are needed, not ${labels.length}; give texts of other classes too`,
    );
  const places = new Map(labels.map((label, place) => [label, place]));

  const priors = new Float64Array(labels.length); // texts, then log-probabilities
  const totals = new Float64Array(labels.length); // runs
  const counts = new Map<string, Float64Array>(); // run → [labels]
  for (const [text, label] of pairs) {
    const place = places.get(label)!;
    priors[place]!++;
    for (const run of runs(text, longest)) {
      let row = counts.get(run);
      if (!row) counts.set(run, (row = new Float64Array(labels.length)));
      row[place]!++;
      totals[place]!++;
    }
  }
  for (let place = 0; place < labels.length; place++) priors[place] = Math.log(priors[place]! / pairs.length);
  for (const row of counts.values())
    for (let place = 0; place < labels.length; place++)
      row[place] = Math.log((row[place]! + alpha) / (totals[place]! + alpha * counts.size));

  function logProbabilities(text: string): Float64Array {
    const scores = priors.slice();
    for (const run of runs(text, longest)) {
      const row = counts.get(run);
      if (row) for (let place = 0; place < scores.length; place++) scores[place]! += row[place]!;
    }
    const normal = logSumExp(scores);
    return scores.map((score) => score - normal);
  }

  return {
    labels,
    features: counts.size,
    logProbabilities,
    predict(text) {
      const scores = logProbabilities(text);
      let best = 0;
      for (let place = 1; place < scores.length; place++) if (scores[place]! > scores[best]!) best = place;
      return labels[best]!;
    },
  };
}

/** A boundary mark alone says nothing, so none is a run of its own. */
export function* runs(text: string, longest: number): Generator<string, void, void> {
  const characters = [before, ...text, after];
  for (let from = 0; from < characters.length; from++) {
    let run = "";
    for (let length = 1; length <= longest && from + length <= characters.length; length++) {
      run += characters[from + length - 1]!;
      if (run !== before && run !== after) yield run;
    }
  }
}
