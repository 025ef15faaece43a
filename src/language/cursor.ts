// A cursor over the tokens of one statement, for the parsers of equations and of clauses.
import type { Period, TextSpan } from "./cell.ts";
import { shorten, type Token } from "./lexer.ts";
import { EquationError, type Source } from "./text-error.ts";

/** A position in the tokens of a statement. */
export interface Cursor {
  readonly source: Source;
  readonly tokens: readonly Token[];
  at: number;
}

/** A token that is a name. */
export type NameToken = Extract<Token, { kind: "name" }>;

/** The next token, or the one `ahead` of it; the "end" beyond the end. */
export function peek(cursor: Cursor, ahead = 0): Token {
  const token = cursor.tokens[cursor.at + ahead] ?? cursor.tokens.at(-1);
  return token as Token; // A statement ends with its "end".
}

/** Consumes the next token and returns it. */
export function take(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at += 1;
  return token;
}

/** True for the operator or bracket `text`. */
export function isSymbol(token: Token, text: string): boolean {
  return token.kind === "symbol" && token.text === text;
}

/** Consumes the symbol if it is next. */
export function accept(cursor: Cursor, text: string): boolean {
  if (!isSymbol(peek(cursor), text)) return false;
  cursor.at += 1;
  return true;
}

/** Consumes the symbol; throws if something else is next. `context` completes the message, as in "after the name". */
export function expectSymbol(cursor: Cursor, text: string, context: string): void {
  if (!accept(cursor, text)) throw unexpected(cursor, `'${text}' ${context}`);
}

/** Consumes a name; throws if something else is next. */
export function expectName(cursor: Cursor, expected: string): NameToken {
  const token = peek(cursor);
  if (token.kind !== "name") throw unexpected(cursor, expected);
  cursor.at += 1;
  return token;
}

/** Throws unless the statement ends here. */
export function expectEnd(cursor: Cursor, expected: string): void {
  if (peek(cursor).kind !== "end") throw unexpected(cursor, expected);
}

/** `expected …, got '2'`, at the next token. */
export function unexpected(cursor: Cursor, expected: string): EquationError {
  const token = peek(cursor);
  const actual =
    token.kind === "end" ? "but the line ends" : `got '${textOf(cursor, token.span, token.span)}'`;
  return mistake(cursor, token.span, `expected ${expected}, ${actual}`);
}

/** An error that marks a span. */
export function mistake(cursor: Cursor, span: TextSpan, message: string): EquationError {
  return new EquationError(cursor.source, span, message);
}

/** The text from one span to another of the same line, shortened for a message. */
export function textOf(cursor: Cursor, from: TextSpan, to: TextSpan): string {
  const line = [...(cursor.source.lines[from.line - 1] ?? "")];
  const end = to.line === from.line ? to.column - 1 + to.length : line.length;
  return shorten(line.slice(from.column - 1, end).join(""));
}

/** Parses `per step` or `per sequence`. */
export function parsePeriod(cursor: Cursor): Period {
  const expected = "'per step' or 'per sequence'";
  if (peek(cursor).text !== "per") throw unexpected(cursor, expected);
  const period = peek(cursor, 1);
  take(cursor);
  if (period.text !== "step" && period.text !== "sequence") throw unexpected(cursor, expected);
  take(cursor);
  return period.text;
}
