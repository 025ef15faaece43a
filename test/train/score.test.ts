// The best weights and patience by a score instead of the loss.
import { describe, expect, it } from "vitest";
import { decodeFile, encodeRun } from "../../src/checkpoint/checkpoint.ts";
import { language } from "../../src/tasks/language/language.ts";
import { fit, type TrainingSettings } from "../../src/train/fit.ts";
import { bestProgress, type BestWeights, type TrainingState } from "../../src/train/state.ts";
import { alphabet, finish, runUntil, smallSettings } from "./small.ts";

describe("a score of the validation part", () => {
  /** Scores by validation, in the order in which they are asked for. */
  const settingsOf = (scores: readonly number[], patience = 0): TrainingSettings => {
    let asked = 0;
    return smallSettings({
      validateEvery: 1,
      budget: { steps: scores.length },
      patience,
      score: async () => scores[asked++] as number,
    });
  };

  it("chooses the best weights, and the loss decides between equal scores", async () => {
    const run = await fit(settingsOf([0.5, 0.7, 0.7, 0.6]));
    const weights = [];
    const found = [];
    for await (const event of run) {
      if (event.kind !== "validation") continue;
      found.push(event);
      weights.push((await run.snapshot()).weights);
    }
    expect(found.map(({ score }) => score)).toEqual([0.5, 0.7, 0.7, 0.6]);
    const losses = found.map(({ loss }) => loss);
    losses.slice(1).forEach((loss, i) => expect(loss).toBeLessThan(losses[i] as number));
    expect(found.map(({ best }) => best)).toEqual([true, true, true, false]);
    const state = await run.snapshot();
    expect(state.best).toEqual({ step: 3, loss: found[2]?.loss, score: 0.7, weights: weights[2] });
    expect(bestProgress(state)).toEqual({ updates: 3, loss: found[2]?.loss, score: 0.7 });
  });

  it("is what patience counts by", async () => {
    const events = await finish(await fit(settingsOf([0.5, 0.4, 0.3, 0.9], 2)));
    expect(events.at(-1)).toMatchObject({ kind: "end", reason: "patience", step: 3 });
  });

  it("is saved and read, and a run saved without one continues by the loss", async () => {
    const settings = settingsOf([0.8, 0.1, 0.1, 0.1]);
    const run = await fit(settings);
    await runUntil(run, 2);
    const { network } = settings;
    const spec = { kind: "language", text: alphabet };
    const training = await run.snapshot();
    const bytes = await encodeRun({ spec, network, training, metadata: { settings: {} } });
    const read = (await decodeFile(bytes, [language])).training as TrainingState;
    expect(read.best).toMatchObject({ step: 1, score: 0.8 });
    const later = await fit(settings, read);
    await finish(later);
    expect((await later.snapshot()).best).toMatchObject({ step: 1, score: 0.8 });

    const { score: _, ...best } = read.best as BestWeights;
    const older = await fit(settingsOf([0.1, 0.1, 0.1, 0.1]), { ...read, best });
    await finish(older);
    expect((await older.snapshot()).best).toMatchObject({ step: 4, score: 0.1 });
  });

  it("must be a number", async () => {
    const run = await fit(settingsOf([NaN]));
    await expect(finish(run)).rejects.toThrow(
      "fit: score must give a finite number, not NaN, as after update 1",
    );
  });
});
