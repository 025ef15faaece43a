// The examples of music: the frame before at each step, and the frame to predict.
import { expect, it } from "vitest";
import { musicExamples, musicSpec, type MusicSpec } from "../../../src/tasks/music/design.ts";
import { framesOf } from "../../../src/tasks/music/piano-roll.ts";

const range = { lowest: 60, highest: 64 };
const spec: MusicSpec = { kind: "music", lowest: 60, keys: 5, resolution: 1, predictsFirst: true };
const piece = [[60], [61], [62, 64]];

it("predicts each frame from those before it, the first from silence", () => {
  const [example] = musicExamples(spec, [piece]);
  expect(example?.steps).toBe(3);
  expect(framesOf(example?.inputs["frames"] ?? [], range)).toEqual([[], [60], [61]]);
  expect(framesOf(example?.targets ?? [], range)).toEqual(piece);
});

it("leaves the first frame out where it is taken as known", () => {
  const [example] = musicExamples({ ...spec, predictsFirst: false }, [piece]);
  expect(example?.steps).toBe(2);
  expect(framesOf(example?.inputs["frames"] ?? [], range)).toEqual([[60], [61]]);
  expect(framesOf(example?.targets ?? [], range)).toEqual([[61], [62, 64]]);
});

it("names the piece and frame of a note that is no key, and a piece with nothing to predict", () => {
  expect(() => musicExamples(spec, [piece, [[60], [70]]])).toThrow(
    "piece 1, frame 1: a note must be a whole number from 60 to 64, not 70; transpose it or widen the range",
  );
  expect(() => musicExamples({ ...spec, predictsFirst: false }, [[[60]]])).toThrow(
    "piece 0: expected 2 frames or more, got 1; leave it out",
  );
});

it("has the keys of a piano and quarters by default", () => {
  expect(musicSpec({})).toEqual({ ...spec, lowest: 21, keys: 88 });
  expect(musicSpec({ range, resolution: 4, predictsFirst: false })).toEqual({
    ...spec,
    resolution: 4,
    predictsFirst: false,
  });
  expect(() => musicSpec({ range: { lowest: 64, highest: 60 } })).toThrow("the lower first, not 64 to 60");
  expect(() => musicSpec({ resolution: 0.5 })).toThrow("frames per quarter note, from 1 to 480, not 0.5");
});
