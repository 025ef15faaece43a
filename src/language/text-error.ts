// The one error that reading a cell may throw: what is wrong, the line it stands in, and a caret below it.
// Knows nothing of the language.
import type { Place } from "./cell.ts";

/** The text of a cell, cut into lines. */
export interface Source {
  readonly cell: string;
  readonly lines: readonly string[];
}

/** A mistake in the text of a cell; `line` and `column` count from one, in code points of `cell.text`. */
export class EquationError extends Error {
  override readonly name: string = "EquationError";
  readonly cell: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;

  constructor(source: Source, place: Place, message: string) {
    super(`${source.cell}, line ${place.line}: ${message}${excerpt(source, place)}`);
    this.cell = source.cell;
    this.line = place.line;
    this.column = place.column;
    this.length = place.length;
  }
}

/** A longer line is shown around its caret only. */
const longest = 120;

function excerpt(source: Source, place: Place): string {
  const points = [...(source.lines[place.line - 1] ?? "")];
  if (points.length === 0) return "";
  const start = points.length <= longest ? 0 : Math.max(0, place.column - 1 - longest / 2);
  const shown = points.slice(start, start + longest);
  const before = start > 0 ? "…" : "";
  const after = start + longest < points.length ? "…" : "";

  const marked = place.column - 1 - start;
  const blank = shown.slice(0, marked).map((point) => (point === "\t" ? "\t" : isMark(point) ? "" : " "));
  const carets = shown.slice(marked, marked + place.length).filter((point) => !isMark(point)).length;
  const below = before.replace("…", " ") + blank.join("") + "^".repeat(Math.max(1, carets));
  return `\n  ${before}${shown.join("")}${after}\n  ${below}`;
}

/** Combining marks stand above the letter before them, so they take up no column. */
function isMark(point: string): boolean {
  return /^\p{M}$/u.test(point);
}
