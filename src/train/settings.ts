// The options of a training run with their defaults, checked. All of the options are plain data and
// go into a checkpoint.
import { shown, type OptionRules } from "../base/options.ts";
import type { ClipSettings } from "./clip.ts";
import type { OptimizerKind, OptimizerSettings } from "./optimizers.ts";
import type { ScheduleKind, ScheduleSettings } from "./schedules.ts";

/** How long to train; schedules run over the share of it that is used. An epoch is once through the data. */
export type Budget = { readonly steps: number } | { readonly epochs: number } | { readonly minutes: number };

/** Options of `fit`, as plain data. */
export interface TrainingOptions {
  /** How long to train. */
  readonly budget: Budget;
  /** Lanes of text, or sequences, side by side: B. Default 32. */
  readonly batch?: number;
  /** Steps between two updates on text, k1. Separate sequences are not cut. Default 50. */
  readonly window?: number;
  /**
   * Steps that the gradient goes back from a window's end, k2: `window` or more. Default `window`.
   * Williams & Peng 1990, Neural Computation 2(4).
   */
  readonly bptt?: number;
  /** A name, or a name with settings. Default Adam. */
  readonly optimizer?: OptimizerKind | OptimizerSettings;
  /** Learning rate, before the schedule. Default 0.002. */
  readonly rate?: number;
  /** A name, or a name with settings. Default constant. */
  readonly schedule?: ScheduleKind | ScheduleSettings;
  /** The largest common norm of all gradients (0: no limit), or another way of clipping. Default 5. */
  readonly clip?: number | ClipSettings;
  /** Steps between two validations; 0 for once an epoch. There is always one at the end. Default 0. */
  readonly validateEvery?: number;
  /** Ends after this many validations in a row without a new best; 0 for never. Default 0. */
  readonly patience?: number;
  /** Of initialisation, order and noise, each of which draws from a stream of its own. Default 1. */
  readonly seed?: number;
}

/** What the options may be, but for the budget, which callers give in different ways. */
export const trainingRules: OptionRules<Omit<TrainingOptions, "budget">> = {
  batch: "number",
  window: "number",
  bptt: "number",
  optimizer: "any",
  rate: "number",
  schedule: "any",
  clip: "any",
  validateEvery: "number",
  patience: "number",
  seed: "number",
};

/** The options with their defaults, names with their settings. */
export interface ResolvedOptions extends Required<Omit<TrainingOptions, "optimizer" | "schedule" | "clip">> {
  readonly optimizer: OptimizerSettings;
  readonly schedule: ScheduleSettings;
  readonly clip: ClipSettings;
}

const named = <S extends { readonly kind: string }>(value: string | S): S =>
  (typeof value === "string" ? { kind: value } : value) as S;

function clipOf(limit: number): ClipSettings {
  return limit === 0 ? { kind: "none" } : { kind: "norm", limit };
}

/** Throws at an option out of range, naming it. */
export function resolveOptions(options: TrainingOptions): ResolvedOptions {
  const { window = 50, budget, clip = 5 } = options;
  const resolved: ResolvedOptions = {
    budget,
    batch: options.batch ?? 32,
    window,
    bptt: options.bptt ?? window,
    optimizer: named(options.optimizer ?? "adam"),
    rate: options.rate ?? 0.002,
    schedule: named(options.schedule ?? "constant"),
    clip: typeof clip === "number" ? clipOf(clip) : clip,
    validateEvery: options.validateEvery ?? 0,
    patience: options.patience ?? 0,
    seed: options.seed ?? 1,
  };
  for (const name of ["batch", "window", "bptt"] as const) checkWhole(name, resolved[name], 1);
  for (const name of ["validateEvery", "patience"] as const) checkWhole(name, resolved[name], 0);
  if (resolved.bptt < window) {
    throw new Error(
      `training: bptt must be window (${window}) or more, not ${resolved.bptt}: a gradient that ends ` +
        `inside the window would leave steps without one; make the window shorter too`,
    );
  }
  if (!(resolved.rate > 0 && resolved.rate < Infinity)) {
    throw new Error(`training: rate must be a number above 0, not ${resolved.rate}; 0.002 suits adam`);
  }
  if (!Number.isSafeInteger(resolved.seed)) {
    throw new Error(`training: seed must be a whole number, not ${resolved.seed}`);
  }
  checkBudget(budget);
  return resolved;
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new Error(`training: ${name} must be a whole number, ${least} or more, not ${value}`);
}

function checkBudget(budget: Budget): void {
  if (typeof budget !== "object" || !["steps", "epochs", "minutes"].some((name) => name in budget)) {
    throw new Error(
      `training: the budget must be { steps }, { epochs } or { minutes }, such as { epochs: 10 }, not ${shown(budget)}`,
    );
  }
  if ("steps" in budget) return checkWhole("steps", budget.steps, 1);
  const [name, value] = "epochs" in budget ? ["epochs", budget.epochs] : ["minutes", budget.minutes];
  if (!(value > 0 && value < Infinity)) {
    throw new Error(`training: ${name} must be a number above 0, not ${value}`);
  }
}

/** How far a run is. */
export interface Progress {
  /** Updates made. */
  readonly step: number;
  /** Times through the data, with the share of the current one. */
  readonly epochs: number;
  /** Of training so far, in all of its parts. */
  readonly seconds: number;
}

/** The share of the budget that is used, from 0 to 1. */
export function shareUsed(budget: Budget, { step, epochs, seconds }: Progress): number {
  const share =
    "steps" in budget
      ? step / budget.steps
      : "epochs" in budget
        ? epochs / budget.epochs
        : seconds / 60 / budget.minutes;
  return Math.min(1, share);
}
