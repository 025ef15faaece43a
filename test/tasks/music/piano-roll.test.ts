import { expect, it } from "vitest";
import {
  checkPieces,
  partsIn,
  splitPieces,
  trainingPieces,
  type MusicData,
} from "../../../src/tasks/music/music-data.ts";
import {
  checkPiece,
  checkRange,
  denseFrames,
  framesOf,
  keyCount,
  pianoKeys,
} from "../../../src/tasks/music/piano-roll.ts";

const range = { lowest: 60, highest: 64 };

it("sorts notes, keeps each once, and does not change its input", () => {
  const frames = [[64, 60, 64], []];
  expect(checkPiece(frames, range, "a")).toEqual([[60, 64], []]);
  expect(frames).toEqual([[64, 60, 64], []]);
});

it("makes dense frames, lowest key first, and reads them back", () => {
  const frames = [[60, 62], [], [64]];
  const dense = denseFrames(frames, range, "a");
  expect([...dense]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(framesOf(dense, range)).toEqual(frames);
  expect(framesOf([0.2, 0.5, 0.51, 0, 1], range)).toEqual([[62, 64]]);
  expect(keyCount(pianoKeys)).toBe(88);
  expect(framesOf(denseFrames([[21, 108]], pianoKeys, "a"), pianoKeys)).toEqual([[21, 108]]);
});

it("names the piece and frame of a note that is not a key", () => {
  const check = (note: number) => () => checkPiece([[60], [61, note]], range, "piece 3");
  expect(check(65)).toThrow(
    "piece 3, frame 1: a note must be a whole number from 60 to 64, not 65; transpose it or widen the range",
  );
  expect(check(59)).toThrow("not 59");
  expect(check(60.5)).toThrow("not 60.5");
  expect(() => denseFrames([[], [70]], range, "a.mid")).toThrow("a.mid, frame 1: a note must be");
  expect(() => checkPiece([], range, "piece 0")).toThrow("piece 0 has no frames; leave it out");
  for (const [lowest, highest] of [
    [3, 2],
    [-1, 2],
    [0, 128],
    [0.5, 2],
  ] as const)
    expect(() => checkRange({ lowest, highest })).toThrow("the range must be two MIDI note numbers");
});

it("divides whole pieces in their order", () => {
  const pieces = [60, 61, 62, 63, 64].map((note) => [[note]]);
  expect(splitPieces(pieces, "0.6/0.2/0.2")).toEqual({
    train: [[[60]], [[61]], [[62]]],
    validation: [[[63]]],
    test: [[[64]]],
  });
  expect(splitPieces(pieces, "1")).toEqual({ train: pieces, validation: undefined, test: undefined });
  expect(() => splitPieces(pieces, "0.9/0.05/0.05")).toThrow(
    "split: a share of 0.05 of 5 pieces has none; raise it or add pieces",
  );
});

it("takes a list of pieces or parts of them, and checks both", () => {
  const list: MusicData = [[[64, 60]], [[]]];
  expect([partsIn(list), trainingPieces(list)]).toEqual([undefined, list]);
  expect([partsIn({ train: list }), trainingPieces({ train: list })]).toEqual([undefined, list]);
  const parts: MusicData = { train: list, test: [[[61]]] };
  expect([partsIn(parts), trainingPieces(parts)]).toEqual([parts, list]);
  expect(checkPieces(list, range)).toEqual([[[60, 64]], [[]]]);
  expect(checkPieces(parts, range)).toEqual({ train: [[[60, 64]], [[]]], test: [[[61]]] });
  expect(() => checkPieces([[[60]], [[60], [59]]], range)).toThrow("piece 1, frame 1: a note must be");
  expect(() => checkPieces({ train: list, test: [[[59]]] }, range)).toThrow("test piece 0, frame 0: a note");
  expect(() => checkPieces({ train: list, validation: [] }, range)).toThrow(
    "validation pieces: there are none; give one or more",
  );
  expect(() => checkPieces([], range)).toThrow("pieces: there are none; give one or more");
});
