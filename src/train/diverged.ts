// Runs that go wrong: the error when a loss or a gradient is no longer a finite number, with the step, the parameter and
// the remedy; and whether losses that are finite have grown out of all proportion.
import type { ParameterLayout } from "../plan/parameters.ts";

/** Training cannot continue; the weights are those before `step`. */
export class TrainingError extends Error {
  override readonly name: string = "TrainingError";
  /** The update that was not made, counted from 1. */
  readonly step: number;
  /** The parameter whose weights or gradients are not finite, or too large: `<layer>.<name in the equations>`. */
  readonly parameter: string;

  constructor(step: number, parameter: string, message: string) {
    super(message);
    this.step = step;
    this.parameter = parameter;
  }
}

export interface Divergence {
  readonly step: number;
  readonly loss: number;
  readonly norm: number;
  /** The learning rate of this step. */
  readonly rate: number;
  readonly layout: ParameterLayout;
  readonly weights: ArrayLike<number>; // [layout.size]
  readonly gradients: ArrayLike<number>; // [layout.trained]
}

/** Finite gradients can make weights overflow: the error for the weights after `step`; undefined where all are finite. */
export function ruinedWeights({
  step,
  rate,
  layout,
  weights,
}: Pick<Divergence, "step" | "rate" | "layout" | "weights">): TrainingError | undefined {
  const names = notFinite(layout, weights, layout.size);
  if (names.length === 0) return undefined;
  const what = `weights of # are not finite since step ${step}; go back to the last checkpoint and`;
  return namedError(step + 1, rate, names, what);
}

function namedError(step: number, rate: number, names: readonly string[], what: string): TrainingError {
  const [name = ""] = names;
  const others = names.length > 1 ? ` (and of ${names.length - 1} others)` : "";
  const message =
    `training, step ${step}: the ${what.replace("#", name + others)} ` +
    `lower the rate (now ${rate}) or clip more tightly`;
  return new TrainingError(step, name, message);
}

export function divergenceError(divergence: Divergence): TrainingError {
  const { step, loss, norm, rate, layout, weights, gradients } = divergence;
  const error = (names: readonly string[], what: string): TrainingError =>
    namedError(step, rate, names, what);
  const seen = `the loss is ${loss} and the gradient's norm ${norm}; no weight was changed;`;

  const ruined = ruinedWeights({ step: step - 1, rate, layout, weights });
  if (ruined) return ruined;
  const broken = notFinite(layout, gradients, layout.trained);
  if (broken.length > 0) return error(broken, `gradient of # is not finite, ${seen}`);
  // Sums of numbers that are finite can overflow.
  return Number.isFinite(norm)
    ? error([greatest(layout, weights, layout.size)], `weights of # have grown too large, ${seen}`)
    : error([greatest(layout, gradients, layout.trained)], `gradient of # is too large, ${seen}`);
}

/** The parameters with an element that is not finite, among the first `count` elements. */
function notFinite(layout: ParameterLayout, values: ArrayLike<number>, count: number): string[] {
  const broken = layout.places.filter(({ offset, size }) => {
    for (let i = offset; i < Math.min(offset + size, count); i++)
      if (!Number.isFinite(values[i])) return true;
    return false;
  });
  return broken.map((place) => place.name);
}

/** The parameter with the element of the largest magnitude. */
function greatest(layout: ParameterLayout, values: ArrayLike<number>, count: number): string {
  let at = 0;
  for (let i = 1; i < count; i++) if (Math.abs(values[i] as number) > Math.abs(values[at] as number)) at = i;
  return layout.places.find(({ offset, size }) => at >= offset && at < offset + size)?.name ?? "";
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean loss of the latest updates: a quarter of the run, and at most a hundred. */
export function latestLoss(losses: readonly number[]): number {
  return mean(losses.slice(-Math.max(1, Math.min(100, Math.floor(losses.length / 4)))));
}

/** Updates from which on it is telling that the loss is above chance. */
const manyUpdates = 100;

/**
 * Whether the losses of a run's updates ended far above where they began, or in its second half far above `chance`, the
 * loss of guessing by frequency.
 */
export function hasDiverged(losses: readonly number[], chance?: number): boolean {
  if (losses.length < 4) return false;
  const [begun, ended] = [losses[0] as number, latestLoss(losses)];
  if (ended - begun > 2 * Math.abs(begun)) return true;
  if (chance === undefined || losses.length < manyUpdates) return false;
  return Math.min(mean(losses.slice(Math.floor(losses.length / 2))), ended) > 1.5 * chance;
}
