import { expect, it } from "vitest";
import {
  denseFrames,
  framesOf,
  keyCount,
  pianoKeys,
  pianoRoll,
  splitPieces,
} from "../../../src/tasks/music/piano-roll.ts";

const range = { lowest: 60, highest: 64 };

it("sorts notes, keeps each once, and leaves what it was given", () => {
  const frames = [[64, 60, 64], []];
  const roll = pianoRoll([{ name: "a", frames, tempo: 90 }], range);
  expect(roll).toEqual({ range, pieces: [{ name: "a", frames: [[60, 64], []], tempo: 90 }] });
  expect(frames).toEqual([[64, 60, 64], []]);
});

it("makes dense frames, lowest key first, and reads them back", () => {
  const frames = [[60, 62], [], [64]];
  const dense = denseFrames(frames, range);
  expect([...dense]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(framesOf(dense, range)).toEqual(frames);
  expect(framesOf([0.2, 0.5, 0.51, 0, 1], range)).toEqual([[62, 64]]);
  expect(framesOf([0.2, 0.5, 0.51, 0, 1], range, 0.1)).toEqual([[60, 61, 62, 64]]);
  expect(keyCount(pianoKeys)).toBe(88);
  expect(framesOf(denseFrames([[21, 108]]))).toEqual([[21, 108]]);
});

it("splits whole pieces in their order", () => {
  const pieces = ["a", "b", "c", "d", "e"].map((name) => ({ name, frames: [[60]] }));
  const { train, validation, test } = splitPieces(pianoRoll(pieces, range), "0.6/0.2/0.2");
  expect([train, validation, test].map((part) => part?.pieces.map((p) => p.name).join(""))).toEqual([
    "abc",
    "d",
    "e",
  ]);
  expect(splitPieces(pianoRoll(pieces, range), 1)).toEqual({
    train: pianoRoll(pieces, range),
    validation: undefined,
    test: undefined,
  });
  expect(() => splitPieces(pianoRoll(pieces, range), "0.9/0.05/0.05")).toThrow(
    "piano roll: a share of 0.05 of 5 pieces has none; raise it or add pieces",
  );
});

it("names the piece and frame of a note that is no key", () => {
  const roll = (note: number): unknown => pianoRoll([{ name: "b", frames: [[60], [61, note]] }], range);
  expect(() => roll(65)).toThrow(
    "piece 'b', frame 1: a note must be a whole number from 60 to 64, not 65; transpose it or widen the range",
  );
  expect(() => roll(59)).toThrow("not 59");
  expect(() => roll(60.5)).toThrow("not 60.5");
  expect(() => denseFrames([[], [70]], range)).toThrow("frame 1: a note must be");
  expect(() => pianoRoll([])).toThrow("there are no pieces");
  expect(() => pianoRoll([{ name: "c", frames: [] }])).toThrow("piece 'c' has no frames");
  expect(() => framesOf([1, 2, 3], range)).toThrow("need a multiple of 5 values, not 3");
  for (const bad of [
    { lowest: 3, highest: 2 },
    { lowest: -1, highest: 2 },
    { lowest: 0, highest: 128 },
    { lowest: 0.5, highest: 2 },
  ])
    expect(() => pianoRoll([{ name: "c", frames: [[60]] }], bad)).toThrow("the range must be two MIDI note");
});
