// Everything that a stopped run needs to continue with the same bits, as plain data; and the check that it is resumed
// with the same model, options and data. Noise, order and initial values are functions of the seed and of where
// the run stands, so no generator has any other state.
import type { Numbers } from "../run/device.ts";
import type { Position } from "../batch/feed.ts";
import type { Fingerprints } from "./fingerprint.ts";
import type { ResolvedOptions } from "./settings.ts";

/** Arrays have the precision of the device: float32, and float64 on the reference device. */
export interface TrainingState {
  readonly options: ResolvedOptions;
  /** Of what the run may not change. */
  readonly fingerprints: Fingerprints;
  /** Updates made. */
  readonly step: number;
  /** Of training so far. */
  readonly seconds: number;
  /** Of the next batch. */
  readonly position: Position;
  /** The step of the latest validation; 0 before the first. */
  readonly validated: number;
  /** Validations since the best one. */
  readonly misses: number;
  /** The lowest loss so far that was not enough to be the best. */
  readonly lowest?: number;
  readonly weights: Numbers; // [parameters], in the layout's order
  /** What the optimiser keeps, by its name in the equations. */
  readonly optimizer: Readonly<Record<string, Numbers>>; // each [trained]
  /** States that the next batch starts from, as `<layer>.<state>`. */
  readonly carried: Readonly<Record<string, Numbers>>; // each [batch, width]
  /** The best validation so far. */
  readonly best?: BestWeights;
}

/** The weights of the best validation. */
export interface BestWeights {
  /** The update that they come after. */
  readonly step: number;
  /** Of the validation. */
  readonly loss: number;
  /** The score of the validation, higher being better; absent where the loss decides. */
  readonly score?: number;
  readonly weights: Numbers; // [parameters]
}

/** The best weights seen in validation, or the latest where there was none. */
export function bestWeights(state: TrainingState): Numbers {
  return state.best?.weights ?? state.weights;
}

/** How far the weights of `bestWeights` were trained. */
export function bestProgress({ best, step }: TrainingState): {
  readonly updates: number;
  readonly loss?: number;
  readonly score?: number;
} {
  if (!best) return { updates: step };
  const { loss, score } = best;
  return { updates: best.step, loss, ...(score !== undefined && { score }) };
}

/** Options that may differ when a run is resumed: how long it trains and how often it is validated. */
const free: readonly string[] = ["budget", "validateEvery", "patience"];

/** Throws unless a run with these options and fingerprints is the one that the state was taken from. */
export function checkResume(
  state: TrainingState,
  options: ResolvedOptions,
  fingerprints: Fingerprints,
): void {
  if (state.fingerprints.network !== fingerprints.network) {
    throw new Error(
      "resume: the saved run trained another network (cell, sizes or alphabet); use its settings, or start anew",
    );
  }
  for (const [name, value] of Object.entries(options)) {
    const saved = JSON.stringify(state.options[name as keyof ResolvedOptions]);
    const now = JSON.stringify(value);
    if (saved === now || free.includes(name)) continue;
    throw new Error(`resume: ${name} was ${saved} in the saved run, not ${now}; use the same, or start anew`);
  }
  if (state.fingerprints.data !== fingerprints.data) {
    throw new Error(
      `resume: the data are not those of the saved run: it had ${state.fingerprints.data}, ` +
        `not ${fingerprints.data}; use the same file and split, or start anew`,
    );
  }
}
