// Reads a cell from its text: the only way in, for cells in code, in text files and in model files.
import type { Cell } from "./cell.ts";
import { analyse } from "./analyse.ts";
import { parse } from "./parser.ts";
import { EquationError, type Source } from "./text-error.ts";

/** The longest text that is read, in characters. */
const longest = 100_000;

/**
 * A template tag that reads a cell: ``equations("elman")`h' = tanh(W x + U h + b)` ``. Numbers and text may be inserted
 * with `${}`. Throws an {@link EquationError} that shows the line and says what to write instead.
 */
export function equations(
  name: string,
): (strings: TemplateStringsArray, ...values: (number | string)[]) => Cell {
  return (strings, ...values) => parseCell(name, String.raw(strings, ...values));
}

/** Reads a cell from any text, like `equations`. Errors count lines and columns in `cell.text`. */
export function parseCell(name: string, text: string): Cell {
  if (text.length > longest) throw tooLong(name, text.length);
  const clean = normalise(text);
  if (clean.length > longest) throw tooLong(name, clean.length);
  const source: Source = { cell: name, lines: clean.split("\n") };
  const { statements, about } = parse(source);
  return { ...analyse(source, statements), about, text: clean };
}

function tooLong(cell: string, length: number): EquationError {
  const message = `expected at most ${longest} characters, got ${length}; is this the right file?`;
  return new EquationError({ cell, lines: [] }, { line: 1, column: 1, length: 1 }, message);
}

/** NFC, without the indentation that all lines share, and without space at either end. */
function normalise(text: string): string {
  const lines = text
    .normalize("NFC")
    .split(/\r\n?|\n/u)
    .map((line) => line.trimEnd());
  const indents = lines.filter((line) => line !== "").map((line) => /^\s*/u.exec(line)?.[0] ?? "");
  const shared = indents.reduce((a, b) => (b.startsWith(a) ? a : sharedStart(a, b)), indents[0] ?? "");
  return lines
    .map((line) => line.slice(shared.length))
    .join("\n")
    .trim();
}

function sharedStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
