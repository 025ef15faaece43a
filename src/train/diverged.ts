// What is said when a loss or a gradient is no longer a finite number: the step, the parameter and the remedy.
import type { ParameterLayout } from "../plan/parameters.ts";

/** Training cannot go on; the weights are those before `step`. */
export class TrainingError extends Error {
  override readonly name: string = "TrainingError";
  /** The update that was not made, counted from 1. */
  readonly step: number;
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

export function divergenceError(divergence: Divergence): TrainingError {
  const { step, loss, norm, rate, layout } = divergence;
  const ruined = firstNotFinite(layout, divergence.weights, layout.size);
  const names = ruined ?? firstNotFinite(layout, divergence.gradients, layout.trained);
  const name = names?.[0] ?? largest(layout, divergence.gradients);
  const others = names && names.length > 1 ? ` (and of ${names.length - 1} others)` : "";
  const what = ruined
    ? `the weights of ${name}${others} are not finite since the step before; go back to the last checkpoint and`
    : `the gradient of ${name}${others} is ${names ? "not finite" : "too large"}, ` +
      `the loss is ${loss} and the gradient's norm ${norm}; no weight was changed;`;
  return new TrainingError(
    step,
    name,
    `training, step ${step}: ${what} lower the rate (now ${rate}) or clip more tightly`,
  );
}

/** The parameters with an element that is not finite, or undefined. */
function firstNotFinite(
  layout: ParameterLayout,
  values: ArrayLike<number>,
  count: number,
): string[] | undefined {
  const names = layout.places
    .filter(({ offset, size }) => {
      for (let i = offset; i < Math.min(offset + size, count); i++)
        if (!Number.isFinite(values[i])) return true;
      return false;
    })
    .map((place) => place.name);
  return names.length > 0 ? names : undefined;
}

/** Where the gradient's greatest element is: its norm can overflow though every element is finite. */
function largest(layout: ParameterLayout, gradients: ArrayLike<number>): string {
  let [name, most] = ["", -1];
  for (const place of layout.places.filter((p) => p.trained)) {
    for (let i = place.offset; i < place.offset + place.size; i++) {
      const size = Math.abs(gradients[i] as number);
      if (size > most) [name, most] = [place.name, size];
    }
  }
  return name;
}
