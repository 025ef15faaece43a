import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import {
  fitKeyMarginals,
  fitKeyMarkov,
  keyNats,
  type KeyProbabilities,
} from "../../../src/tasks/music/key-marginals.ts";
import type { Piece } from "../../../src/tasks/music/piano-roll.ts";

const two = { lowest: 50, highest: 51 };

describe("by hand", () => {
  // Key 50 sounds in 3 of 4 frames, key 51 in 1: (3+1)/(4+2) and (1+1)/(4+2).
  const pieces: Piece[] = [[[50], [50, 51], []], [[50]]];

  it("counts keys", () => {
    const model = fitKeyMarginals(pieces, two);
    expect([...model.afterSilence]).toEqual([4 / 6, 2 / 6]);
    // [50]: ln(4/6) + ln(1 - 2/6); [51]: ln(1 - 4/6) + ln(2/6).
    expect(keyNats(model, [[[50], [51]]]).natsPerFrame).toBeCloseTo(
      -(Math.log((4 / 6) * (4 / 6)) + Math.log((2 / 6) * (2 / 6))) / 2,
      12,
    );
  });

  it("counts keys after themselves", () => {
    const model = fitKeyMarkov(pieces, { ...two, smoothing: 0.5 });
    // 50 was silent before both first frames and sounded then; it sounded before two others: once on, once off.
    expect([...model.afterSilence]).toEqual([2.5 / 3, 1.5 / 4]);
    expect([...model.afterSound]).toEqual([1.5 / 3, 0.5 / 2]);
    // A first [50], then [51] after 50 sounded and 51 did not.
    const nats = -Math.log((2.5 / 3) * (1 - 1.5 / 4) * (1.5 / 3) * (1.5 / 4)) / 2;
    expect(keyNats(model, [[[50], [51]]])).toEqual({ natsPerFrame: expect.closeTo(nats, 12), frames: 2 });
  });

  it("leaves the first frames out where they are taken as known", () => {
    const model = fitKeyMarkov(pieces, two);
    const [first, both] = [[[50]], [[50], [50, 51]]].map((piece) => keyNats(model, [piece]));
    const rest = keyNats(model, [[[50], [50, 51]]], { skipFirst: true });
    expect(rest.frames).toBe(1);
    expect(rest.natsPerFrame).toBeCloseTo(2 * both!.natsPerFrame - first!.natsPerFrame, 12);
    expect(() => keyNats(model, [[[50]]], { skipFirst: true })).toThrow("there are no frames");
  });

  it("refuses what it cannot count", () => {
    expect(() => fitKeyMarginals([], two)).toThrow("there are no frames");
    expect(() => fitKeyMarkov(pieces, { ...two, smoothing: 0 })).toThrow("smoothing must be above 0, not 0");
    expect(() => fitKeyMarginals([[[50]], [[], [49]]], two)).toThrow(
      "piece 1, frame 1: a note must be from 50 to 51, not 49; widen the range",
    );
  });
});

const folder = new URL("../../../../shared/data/polyphonic-music/", import.meta.url);
// From test/goldens/key-marginals/markov.py.
test.skipIf(!existsSync(folder)).each([
  ["JSB_Chorales", 11.061427978854086, 10.478256171242638],
  ["Nottingham", 10.251921569940182, 5.167977810266026],
])("%s: nats of a test frame (skipped without the data)", (name, alone, markov) => {
  const data = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Record<
    string,
    readonly Piece[]
  >;
  const train = data["train"] as readonly Piece[];
  const keys = { lowest: 0, highest: 87 };
  const nats = (model: KeyProbabilities): number =>
    keyNats(model, data["test"] as readonly Piece[]).natsPerFrame;
  expect(nats(fitKeyMarginals(train, keys))).toBeCloseTo(alone, 8);
  expect(nats(fitKeyMarkov(train, keys))).toBeCloseTo(markov, 8);
});
