// Scores of predicted classes. Takes class ids, not probabilities.
import { meanOver } from "./series-checks.ts";

/** Scores of one class. */
export interface ClassScores {
  readonly name: string;
  /** Share of its predictions that are right; 0 without predictions. */
  readonly precision: number;
  /** Share of its examples that were found; 0 without examples. */
  readonly recall: number;
  /** Harmonic mean of both; 0 where both are. */
  readonly f1: number;
  /** Examples. */
  readonly support: number;
}

/**
 * Scores of predicted classes: the numbers of scikit-learn's `classification_report` with
 * `zero_division=0`.
 */
export interface ClassificationReport {
  /** Share of right predictions, from 0 to 1. */
  readonly accuracy: number;
  /** Mean of all classes' F1, each class as much; a class that never occurs counts as 0. */
  readonly macroF1: number;
  /** Mean of the classes' F1, each as much as it has examples. */
  readonly weightedF1: number;
  /** [classes] */
  readonly classes: readonly ClassScores[];
  /** [classes, classes] how many examples of the row's class were predicted as the column's. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * Of `targets` and `predictions`, class ids [n] from 0 to `names.length - 1`. A negative target does not count, as in
 * training. What would divide by 0 is 0: the numbers of scikit-learn's `classification_report` for all classes with
 * `zero_division=0`.
 * Throws at unequal lengths, at ids outside the names, and where no target counts.
 */
export function classificationReport(
  targets: ArrayLike<number>,
  predictions: ArrayLike<number>,
  names: readonly string[],
): ClassificationReport {
  const confusion = confusionMatrix(targets, predictions, names);
  const columns = names.map((_, k) => confusion.reduce((sum, row) => sum + row[k]!, 0));
  const classes = names.map((name, k) => {
    const right = confusion[k]![k]!;
    const support = total(confusion[k]!);
    const precision = ratio(right, columns[k]!);
    const recall = ratio(right, support);
    return { name, precision, recall, f1: ratio(2 * right, columns[k]! + support), support };
  });
  const count = total(columns);
  if (count === 0)
    throw new Error("classification: needs one example or more with a target of 0 or more, not 0; give some");
  return {
    accuracy: total(names.map((_, k) => confusion[k]![k]!)) / count,
    macroF1: meanOver(classes.length, (k) => classes[k]!.f1),
    weightedF1: total(classes.map(({ f1, support }) => f1 * support)) / count,
    classes,
    confusion,
  };
}

function confusionMatrix(
  targets: ArrayLike<number>,
  predictions: ArrayLike<number>,
  names: readonly string[],
): number[][] {
  if (targets.length !== predictions.length)
    throw new Error(
      `classification: ${targets.length} targets need ${targets.length} predictions, not ${predictions.length}; ` +
        `give one for each`,
    );
  const matrix = names.map(() => names.map(() => 0));
  for (let i = 0; i < targets.length; i++) {
    const target = targets[i]!;
    if (target < 0) continue;
    checkId(`target ${i}`, target, names.length);
    checkId(`prediction ${i}`, predictions[i]!, names.length);
    matrix[target]![predictions[i]!]!++;
  }
  return matrix;
}

function checkId(place: string, id: number, classes: number): void {
  if (!Number.isInteger(id) || id < 0 || id >= classes)
    throw new Error(
      `classification, ${place}: must be a class from 0 to ${classes - 1}, not ${id}; name every class`,
    );
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
