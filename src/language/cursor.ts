// Walking over the tokens of one statement, and what the grammar of equations and of clauses share.
import type { Period, Place } from "./cell.ts";
import { shorten, type Token } from "./lexer.ts";
import { EquationError, type Source } from "./text-error.ts";

export interface Cursor {
  readonly source: Source;
  readonly tokens: readonly Token[];
  at: number;
}

export type NameToken = Extract<Token, { kind: "name" }>;

export function peek(cursor: Cursor, ahead = 0): Token {
  const token = cursor.tokens[cursor.at + ahead] ?? cursor.tokens.at(-1);
  return token as Token; // A statement ends with its "end".
}

export function take(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at += 1;
  return token;
}

export function isSymbol(token: Token, text: string): boolean {
  return token.kind === "symbol" && token.text === text;
}

/** Takes the symbol if it stands next. */
export function accept(cursor: Cursor, text: string): boolean {
  if (!isSymbol(peek(cursor), text)) return false;
  cursor.at += 1;
  return true;
}

export function expectSymbol(cursor: Cursor, text: string, where: string): void {
  if (!accept(cursor, text)) throw unexpected(cursor, `'${text}' ${where}`);
}

export function expectName(cursor: Cursor, what: string): NameToken {
  const token = peek(cursor);
  if (token.kind !== "name") throw unexpected(cursor, what);
  cursor.at += 1;
  return token;
}

export function expectEnd(cursor: Cursor, what: string): void {
  if (peek(cursor).kind !== "end") throw unexpected(cursor, what);
}

export function unexpected(cursor: Cursor, what: string): EquationError {
  const token = peek(cursor);
  const came = token.kind === "end" ? "the line ends" : `'${source(cursor, token.place, token.place)}' came`;
  return mistake(cursor, token.place, `expected ${what}, but ${came}`);
}

export function mistake(cursor: Cursor, place: Place, message: string): EquationError {
  return new EquationError(cursor.source, place, message);
}

/** The text from one place to another of the same line, as it was written. */
export function source(cursor: Cursor, from: Place, to: Place): string {
  const line = [...(cursor.source.lines[from.line - 1] ?? "")];
  const end = to.line === from.line ? to.column - 1 + to.length : line.length;
  return shorten(line.slice(from.column - 1, end).join(""));
}

/** `per step` or `per sequence`. */
export function parsePeriod(cursor: Cursor): Period {
  const what = "'per step' or 'per sequence'";
  const per = peek(cursor);
  const period = peek(cursor, 1);
  if (per.text !== "per") throw unexpected(cursor, what);
  take(cursor);
  if (period.text !== "step" && period.text !== "sequence") throw unexpected(cursor, what);
  take(cursor);
  return period.text;
}
