// A long text as parallel lanes for truncated backpropagation through time: lane b reads its own contiguous
// stretch, window after window, so a state carried from window to window is always the right one.
import type { Ids } from "../text/alphabet.ts";

export interface LaneSettings {
  /** Lanes read side by side, B. */
  readonly batch: number;
  /** Steps of a window, T. */
  readonly window: number;
}

export interface Lanes extends LaneSettings {
  /** Steps of each lane in an epoch: floor((N - 1) / batch). The last (N - 1) mod batch targets are not used. */
  readonly steps: number;
  /** Windows of an epoch. The last one is shorter where `window` does not divide `steps`; none is dropped. */
  readonly windows: number;
  /**
   * Writes the steps from `start`, `count` of them or as many as are left, and returns how many.
   * Window w is `fill(w * window, window, …)`; any other range does too.
   * `inputs`, `targets`: [count, batch], time-major, written from the front; targets are one symbol later.
   */
  fill(start: number, count: number, inputs: Int32Array, targets: Int32Array): number;
}

/**
 * Cuts `ids` ([N], kept, not copied) in lanes. Needs a full window in every lane: N > window × batch.
 * `part` names the ids in the error, by default "training".
 */
export function lanes(ids: Ids, settings: LaneSettings, part = "training"): Lanes {
  const { batch, window } = settings;
  for (const [name, value] of Object.entries({ batch, window }))
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`lanes: ${name} must be a whole number, 1 or more, not ${value}`);
  if (ids.length <= window * batch) {
    const fits = fitLanes(ids.length, settings);
    throw new Error(
      `lanes: window ${window} × batch ${batch} needs ${window * batch + 1} symbols, ` +
        `the ${part} part has ${ids.length}; ` +
        (fits ? `use window ${fits.window} × batch ${fits.batch}, or a longer text` : `use a longer text`),
    );
  }
  const steps = Math.floor((ids.length - 1) / batch);

  return {
    batch,
    window,
    steps,
    windows: Math.ceil(steps / window),
    fill(start, count, inputs, targets) {
      if (!Number.isInteger(start) || start < 0 || start >= steps)
        throw new Error(`lanes: start must be a whole number from 0 to ${steps - 1}, not ${start}`);
      if (!Number.isInteger(count) || count < 1)
        throw new Error(`lanes: count must be a whole number, 1 or more, not ${count}`);
      const used = Math.min(count, steps - start);
      const room = Math.min(inputs.length, targets.length);
      if (room < used * batch)
        throw new Error(
          `lanes: ${used} steps × batch ${batch} need arrays of ${used * batch}, not ${room}; make them larger`,
        );
      for (let b = 0; b < batch; b++) {
        const from = b * steps + start;
        for (let t = 0; t < used; t++) {
          inputs[t * batch + b] = ids[from + t]!;
          targets[t * batch + b] = ids[from + t + 1]!;
        }
      }
      return used;
    },
  };
}

/** The settings nearest to these that `length` symbols allow: fewer lanes first, then shorter windows. */
export function fitLanes(length: number, settings: LaneSettings): LaneSettings | undefined {
  if (length < 2) return undefined;
  const window = Math.min(settings.window, length - 1);
  return { window, batch: Math.min(settings.batch, Math.floor((length - 1) / window)) };
}
