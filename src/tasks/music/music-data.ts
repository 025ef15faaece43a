// Pieces as data for training and scoring: a list that training divides, or parts of their own.
import { shown } from "../../base/options.ts";
import { readShares } from "../../train/split.ts";
import type { Parts } from "../task.ts";
import { checkPiece, type KeyRange, type Piece } from "./piano-roll.ts";

/**
 * Pieces: a list, which training divides in its order; or in parts of their own, which training takes as they are. `train`
 * alone is a list.
 */
export type MusicData = readonly Piece[] | Parts<readonly Piece[]>;

/** The parts of data that have their own. */
export function partsIn(data: MusicData): Parts<readonly Piece[]> | undefined {
  return !isList(data) && (data.validation ?? data.test) ? data : undefined;
}

/** The pieces of all parts. */
export function allPieces(data: MusicData): readonly Piece[] {
  return isList(data) ? data : [...data.train, ...(data.validation ?? []), ...(data.test ?? [])];
}

/** The pieces to train on or to divide. */
export function trainingPieces(data: MusicData): readonly Piece[] {
  return isList(data) ? data : data.train;
}

/**
 * Checks the pieces and sorts the notes of each frame; the data keep their form. Throws for no pieces, a piece without
 * frames and a note outside the range, naming the place.
 */
export function checkPieces(data: MusicData, range: KeyRange): MusicData {
  const checked = (pieces: readonly Piece[], place: string): readonly Piece[] => {
    if (!Array.isArray(pieces)) throw new Error(`${place}s: expected a list of pieces, got ${shown(pieces)}`);
    if (pieces.length === 0) throw new Error(`${place}s: there are none; give one or more`);
    return pieces.map((piece, p) => checkPiece(piece, range, `${place} ${p}`));
  };
  if (isList(data)) return checked(data, "piece");
  if (typeof data !== "object" || data === null)
    throw new Error(`music: expected a list of pieces, or pieces in parts, got ${shown(data)}`);
  const { train, validation, test } = data;
  return {
    train: checked(train, "training piece"),
    validation: validation && checked(validation, "validation piece"),
    test: test && checked(test, "test piece"),
  };
}

/**
 * Whole pieces in their order, divided by shares. Throws for shares out of range, and for a part without a piece.
 */
export function splitPieces(pieces: readonly Piece[], split: string): Parts<readonly Piece[]> {
  let [sum, from] = [0, 0];
  const parts = readShares(split).map((share) => {
    sum += share;
    const to = Math.min(pieces.length, Math.floor(sum * pieces.length + 1e-6));
    const part = pieces.slice(from, to);
    from = to;
    if (part.length > 0) return part;
    const all = pieces.length === 1 ? "1 piece" : `${pieces.length} pieces`;
    throw new Error(
      `split: a share of ${+share.toPrecision(6)} of ${all} has none; raise it or add pieces; a split of 1 trains on all`,
    );
  });
  const [train = [], validation, test] = parts;
  return { train, validation, test };
}

const isList = (data: MusicData): data is readonly Piece[] => Array.isArray(data);
