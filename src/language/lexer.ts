// Splits text into statements of tokens. A statement is a line, or several while a parenthesis is open, so parentheses
// are paired here.
import type { TextSpan } from "./cell.ts";
import { EquationError, type Source } from "./text-error.ts";

/** A token with its span; statements end with the kind `end`. */
export type Token =
  | { readonly kind: "name"; readonly text: string; readonly primed: boolean; readonly span: TextSpan }
  | { readonly kind: "number"; readonly text: string; readonly value: number; readonly span: TextSpan }
  /** An operator in its canonical spelling: `⊙` for `*`, `·` and `×`. */
  | { readonly kind: "symbol"; readonly text: string; readonly span: TextSpan }
  | { readonly kind: "end"; readonly text: ""; readonly span: TextSpan };

/** A text as statements. */
export interface Lines {
  readonly statements: readonly StatementText[];
  /** The comment before the first statement. */
  readonly about: string;
}

/** The tokens of a statement. */
interface StatementText {
  /** The last one, and only that, is the "end". */
  readonly tokens: readonly Token[];
  readonly comment: string;
}

/** Limits that no real cell comes near, so that walks over trees may recurse. */
const deepest = 200;
const mostTokens = 1000;

const symbols: ReadonlyMap<string, string> = new Map([
  ...[..."+-⊙/()=,ᵀ"].map((s): [string, string] => [s, s]),
  ...[..."*·⋅×"].map((s): [string, string] => [s, "⊙"]),
  ["−", "-"],
]);

const spaces = /\s+/uy;
const numbers = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/uy;
// `ᵀ` counts as a letter in Unicode; here it is the transpose.
const names = /(?!ᵀ)[\p{L}_](?:(?!ᵀ)[\p{L}\p{N}\p{M}_])*/uy;
const primes = /['′’]/uy;

/** Throws an {@link EquationError} for unknown characters, unpaired parentheses and statements that are too long. */
export function lex(source: Source): Lines {
  const statements: StatementText[] = [];
  const about: string[] = [];
  const open: Token[] = [];
  let tokens: Token[] = [];
  let comments: string[] = [];

  for (const [index, text] of source.lines.entries()) {
    const line = readLine(source, text, index + 1);
    for (const token of line.tokens) {
      tokens.push(token);
      if (tokens.length > mostTokens) {
        const message = `a statement has more than ${mostTokens} symbols; split it with locals`;
        throw new EquationError(source, token.span, message);
      }
      if (token.kind !== "symbol") continue;
      if (token.text === "(" && open.push(token) > deepest) {
        const message = `parentheses are nested more than ${deepest} deep; split the equation with locals`;
        throw new EquationError(source, token.span, message);
      }
      if (token.text === ")" && open.pop() === undefined) {
        throw new EquationError(source, token.span, "this ')' closes nothing; remove it, or add its '('");
      }
    }
    if (line.comment !== "" && tokens.length > 0) comments.push(line.comment);
    else if (line.comment !== "" && statements.length === 0) about.push(line.comment);
    if (open.length > 0 || tokens.length === 0) continue;
    statements.push({ tokens: [...tokens, endAfter(tokens)], comment: comments.join(" ") });
    [tokens, comments] = [[], []];
  }
  const unclosed = open.at(-1);
  if (unclosed) throw new EquationError(source, unclosed.span, "this '(' is never closed; add its ')'");
  return { statements, about: about.join(" ") };
}

function readLine(source: Source, text: string, line: number): { tokens: Token[]; comment: string } {
  const tokens: Token[] = [];
  let at = 0;
  let column = 1;
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? "";
  };
  const advance = (matched: string): TextSpan => {
    const span = { line, column, length: [...matched].length };
    at += matched.length;
    column += span.length;
    return span;
  };

  while (at < text.length) {
    const space = match(spaces);
    if (space !== "") {
      advance(space);
      continue;
    }
    if (text[at] === "#") return { tokens, comment: text.slice(at + 1).trim() };
    const number = match(numbers);
    const name = match(names);
    if (number !== "") {
      const token: Token = { kind: "number", text: number, value: Number(number), span: advance(number) };
      if (!Number.isFinite(token.value)) {
        throw new EquationError(
          source,
          token.span,
          `the number ${shorten(number)} is too large; the maximum is 1.8e308`,
        );
      }
      tokens.push(token);
    } else if (name !== "") {
      const start = advance(name);
      checkName(source, name, start);
      const prime = match(primes);
      advance(prime);
      const span = { ...start, length: start.length + prime.length };
      tokens.push({ kind: "name", text: name, primed: prime !== "", span });
    } else {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      tokens.push(symbol(source, character, advance(character)));
    }
  }
  return { tokens, comment: "" };
}

function symbol(source: Source, character: string, span: TextSpan): Token {
  const canonical = symbols.get(character);
  if (canonical !== undefined) return { kind: "symbol", text: canonical, span };
  if (/['′’]/u.test(character)) {
    throw new EquationError(source, span, "a prime must follow a name, and only once, as in h'");
  }
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const message = `unknown character '${character}' (U+${code}); names are letters, digits and _, operators + - ⊙ * / ᵀ`;
  throw new EquationError(source, span, message);
}

/** Without this check `h²` would silently be one more parameter. */
function checkName(source: Source, name: string, span: TextSpan): void {
  const power = /[²³¹⁰-⁹]/u.exec(name);
  if (!power) return;
  const base = name.slice(0, power.index);
  const column = span.column + [...base].length;
  const message = `a power is not part of a name; write square(${base}) or ${base} ⊙ ${base}`;
  throw new EquationError(source, { ...span, column, length: 1 }, message);
}

function endAfter(tokens: readonly Token[]): Token {
  const last = tokens.at(-1)?.span ?? { line: 1, column: 1, length: 0 };
  return { kind: "end", text: "", span: { line: last.line, column: last.column + last.length, length: 1 } };
}

/** A text of at most 40 characters, for a message. */
export function shorten(text: string): string {
  const points = [...text];
  return points.length <= 40 ? text : `${points.slice(0, 39).join("")}…`;
}
