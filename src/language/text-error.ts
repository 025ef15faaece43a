// The error for mistakes in the text of a cell: the message, the line, and a caret below the mistake.
import type { TextSpan } from "./cell.ts";

/** The text of a cell, split into lines. */
export interface Source {
  readonly cell: string;
  readonly lines: readonly string[];
}

/** A mistake in the text of a cell; `line` and `column` count from 1, in code points of `cell.text`. */
export class EquationError extends Error {
  override readonly name: string = "EquationError";
  /** The cell's name. */
  readonly cell: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in code points. */
  readonly column: number;
  /** Code points that the mistake is long. */
  readonly length: number;

  /** `source`: the cell's name and the lines of its text. */
  constructor(
    source: { readonly cell: string; readonly lines: readonly string[] },
    span: TextSpan,
    message: string,
  ) {
    super(`${source.cell}, line ${span.line}: ${message}${excerpt(source, span)}`);
    this.cell = source.cell;
    this.line = span.line;
    this.column = span.column;
    this.length = span.length;
  }
}

/** Of a longer line only the part around the caret is shown. */
const longest = 120;

function excerpt(source: Source, span: TextSpan): string {
  const points = [...(source.lines[span.line - 1] ?? "")];
  if (points.length === 0) return "";
  const start = points.length <= longest ? 0 : Math.max(0, span.column - 1 - longest / 2);
  const shown = points.slice(start, start + longest);
  const before = start > 0 ? "…" : "";
  const after = start + longest < points.length ? "…" : "";

  const marked = span.column - 1 - start;
  const blank = shown.slice(0, marked).map((point) => (point === "\t" ? "\t" : isMark(point) ? "" : " "));
  const carets = shown.slice(marked, marked + span.length).filter((point) => !isMark(point)).length;
  const below = before.replace("…", " ") + blank.join("") + "^".repeat(Math.max(1, carets));
  return `\n  ${before}${shown.join("")}${after}\n  ${below}`;
}

/** Combining marks stand above the letter before them, so they take up no column. */
function isMark(point: string): boolean {
  return /^\p{M}$/u.test(point);
}
