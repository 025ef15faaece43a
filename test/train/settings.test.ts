// Options and their defaults, and what is said of those that cannot be.
import { describe, expect, it } from "vitest";
import { updateOf, type OptimizerSettings } from "../../src/train/optimizers.ts";
import { resolveOptions, shareUsed, type TrainingOptions } from "../../src/train/settings.ts";

const budget = { epochs: 2 };

describe("training options", () => {
  it("have defaults, the bptt that of the window", () => {
    expect(resolveOptions({ budget, window: 20 })).toEqual({
      budget,
      batch: 32,
      window: 20,
      bptt: 20,
      optimizer: { kind: "adam" },
      rate: 0.002,
      schedule: { kind: "constant" },
      clip: { kind: "norm", limit: 5 },
      validateEvery: 0,
      patience: 0,
      seed: 1,
    });
  });

  it.each<[Partial<TrainingOptions>, string]>([
    [{ batch: 0 }, "training: batch must be a whole number, 1 or more, not 0"],
    [{ window: 2.5 }, "training: window must be a whole number, 1 or more, not 2.5"],
    [{ window: 50, bptt: 49 }, "training: bptt must be window (50) or more, not 49"],
    [{ rate: NaN }, "training: rate must be a number above 0, not NaN"],
    [{ rate: 0 }, "training: rate must be a number above 0, not 0"],
    [{ rate: Infinity }, "training: rate must be a number above 0, not Infinity"],
    [{ seed: 0.1 }, "training: seed must be a whole number, not 0.1"],
    [{ patience: -1 }, "training: patience must be a whole number, 0 or more, not -1"],
    [{ budget: { steps: 0 } }, "training: steps must be a whole number, 1 or more, not 0"],
    [{ budget: { epochs: NaN } }, "training: epochs must be a number above 0, not NaN"],
    [{ budget: { minutes: -1 } }, "training: minutes must be a number above 0, not -1"],
  ])("refuse %o", (options, message) => {
    expect(() => resolveOptions({ budget, ...options })).toThrow(message);
  });

  it("share out each kind of budget, up to 1", () => {
    const progress = { step: 30, epochs: 0.5, seconds: 90 };
    expect(shareUsed({ steps: 40 }, progress)).toBe(0.75);
    expect(shareUsed({ epochs: 2 }, progress)).toBe(0.25);
    expect(shareUsed({ minutes: 3 }, progress)).toBe(0.5);
    expect(shareUsed({ minutes: 1 }, progress)).toBe(1);
  });
});

describe("optimizer settings", () => {
  it.each<[OptimizerSettings, string]>([
    [{ kind: "sgd", momentum: 1 }, "optimizer: momentum must be from 0 to below 1, not 1"],
    [{ kind: "sgd", nesterov: true }, "optimizer: nesterov needs a momentum above 0"],
    [{ kind: "adam", beta2: NaN }, "optimizer: beta2 must be from 0 to below 1, not NaN"],
    [{ kind: "adagrad", epsilon: 0 }, "optimizer: epsilon must be above 0 and below 1, not 0"],
    [{ kind: "adamw", weightDecay: -1 }, "optimizer: weightDecay must be 0 or more, not -1"],
  ])("refuse %o", (settings, message) => {
    expect(() => updateOf(settings)).toThrow(message);
  });

  it("refuse a clip limit that is no positive number", () => {
    const message = "clip: the limit must be a number above 0, not 0; to not clip, leave it out";
    expect(() => updateOf({ kind: "sgd" }, { kind: "norm", limit: 0 })).toThrow(message);
  });
});
