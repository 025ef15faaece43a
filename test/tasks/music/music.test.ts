// Music's examples from frames: what comes in at each step and what is to come next. Trains nothing.
import { expect, it } from "vitest";
import { framesOf } from "../../../src/tasks/music/piano-roll.ts";
import { musicExamples, type MusicTask } from "../../../src/tasks/music/music.ts";

const range = { lowest: 60, highest: 64 };
const task: MusicTask = { kind: "music", lowest: 60, keys: 5, resolution: 1, predictsFirst: true };
const piece = [[60], [61], [62, 64]];

it("predicts each frame from those before it, the first from silence", () => {
  const [example] = musicExamples(task, [piece]);
  expect(example?.steps).toBe(3);
  expect(framesOf(example?.inputs["frames"] ?? [], range)).toEqual([[], [60], [61]]);
  expect(framesOf(example?.targets ?? [], range)).toEqual(piece);
});

it("leaves the first frame out where the task says so", () => {
  const [example] = musicExamples({ ...task, predictsFirst: false }, [piece]);
  expect(example?.steps).toBe(2);
  expect(framesOf(example?.inputs["frames"] ?? [], range)).toEqual([[60], [61]]);
  expect(framesOf(example?.targets ?? [], range)).toEqual([[61], [62, 64]]);
});

it("names the piece and frame of a note that is no key, and a piece with nothing to predict", () => {
  expect(() => musicExamples(task, [piece, [[60], [70]]])).toThrow(
    "piece 1, frame 1: a note must be a whole number from 60 to 64, not 70; transpose it or widen the range",
  );
  expect(() => musicExamples({ ...task, predictsFirst: false }, [[[60]]])).toThrow(
    "piece 0 has 1 frames, and none is left to predict; leave it out",
  );
});
