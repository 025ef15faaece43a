// Parses clauses, one per line: `init bf = 1`, `width r = P` and so on. Their names are checked by `settings.ts`.
import type { Initial, Width } from "./cell.ts";
import {
  accept,
  expectEnd,
  expectName,
  expectSymbol,
  isSymbol,
  mistake,
  parsePeriod,
  peek,
  take,
  unexpected,
  type Cursor,
} from "./cursor.ts";
import { functionNames } from "./functions.ts";
import { nearest, suggestion } from "../base/nearest.ts";
import { isMatrixName, type Clause, type Named, type WrittenWidth, type Tree } from "./syntax.ts";
import type { EquationError } from "./text-error.ts";

type ClauseKind = Clause["kind"];

/** An example of each clause, for messages. */
const examples: Readonly<Record<ClauseKind, string>> = {
  init: "init b = 1",
  start: "start h = 0",
  constant: "constant γ = 0.01",
  fixed: "fixed U",
  width: "width r = P",
  requires: "requires I = H",
  blocks: "blocks R = 4",
  drop: "drop U = 0.5",
  output: "output h",
  input: "input v per sequence",
};

const kinds = Object.keys(examples) as readonly ClauseKind[];

function isClauseKind(word: string): word is ClauseKind {
  return (kinds as readonly string[]).includes(word);
}

/** True if the statement is a clause. A local may be called `width`, so a word that `=` follows starts an equation. */
export function startsClause(cursor: Cursor): boolean {
  const token = peek(cursor);
  return (
    token.kind === "name" && !token.primed && isClauseKind(token.text) && !isSymbol(peek(cursor, 1), "=")
  );
}

/** The error for a statement that is neither an equation nor a clause. */
export function unknownStatement(cursor: Cursor): EquationError {
  const token = peek(cursor);
  const form = "an equation such as h' = … or a clause such as init b = 1";
  if (token.kind !== "name") return unexpected(cursor, form);
  const near = nearest(token.text, kinds);
  if (near !== undefined && peek(cursor, 1).kind === "name") {
    return mistake(cursor, token.span, `unknown clause '${token.text}'; did you mean '${near}'?`);
  }
  take(cursor);
  return unexpected(cursor, `'=' (a line is ${form})`);
}

/** Parses an expression. */
type ReadExpression = (cursor: Cursor) => Tree;

/** Parses a clause; `readExpression` parses the value of a `start` clause. Throws an {@link EquationError}. */
export function parseClause(cursor: Cursor, readExpression: ReadExpression): Clause {
  const { text: kind, span } = take(cursor);
  const clause = parseBody(cursor, kind as ClauseKind, span, readExpression);
  expectEnd(cursor, `the end of the line, as in '${examples[clause.kind]}'`);
  return clause;
}

function parseBody(
  cursor: Cursor,
  kind: ClauseKind,
  span: Clause["span"],
  readExpression: ReadExpression,
): Clause {
  if (kind === "requires") {
    const left = parseWidth(cursor);
    expectSymbol(cursor, "=", "and a width, as in 'requires I = H'");
    return { kind, left, right: parseWidth(cursor), span };
  }
  const names = parseNames(cursor, kind);
  if (kind === "fixed") return { kind, names, span };
  if (kind === "output") {
    const second = names[1];
    if (second) throw mistake(cursor, second.span, "a layer has one output; name a single state or local");
    return { kind, names, span };
  }
  if (kind === "input") return { kind, names, per: parsePeriod(cursor), span };

  expectSymbol(cursor, "=", `and a value, as in '${examples[kind]}'`);
  switch (kind) {
    case "init":
      return { kind, names, initial: parseInitial(cursor), span };
    case "start":
      return { kind, names, value: readExpression(cursor), span };
    case "drop": {
      const rate = peek(cursor);
      if (rate.kind !== "number" || rate.value >= 1) throw unexpected(cursor, "a rate from 0 to below 1");
      take(cursor);
      return { kind, names, rate: rate.value, span };
    }
    case "constant":
      return { kind, names, value: parseValue(cursor), span };
    case "width":
      return { kind, names, width: parseWidth(cursor).width, span };
    case "blocks": {
      const count = peek(cursor);
      if (count.kind !== "number" || !isCount(count.value)) throw unexpected(cursor, "a whole number from 1");
      take(cursor);
      return { kind, names, count: count.value, span };
    }
  }
  return kind satisfies never;
}

function parseNames(cursor: Cursor, kind: ClauseKind): Named[] {
  const names: Named[] = [];
  do {
    const {
      text: name,
      primed,
      span,
    } = expectName(cursor, `a name after '${kind}', as in '${examples[kind]}'`);
    if (primed) throw mistake(cursor, span, `a clause names '${name}' without a prime; remove it`);
    if (functionNames.has(name)) {
      throw mistake(
        cursor,
        span,
        `'${name}' is a function, so nothing else may have this name; choose another`,
      );
    }
    if ((kind === "input" || kind === "constant") && isMatrixName(name)) {
      const message = `'${name}' begins with a capital, so it is a matrix; call the ${kind} '${name.toLowerCase()}'`;
      throw mistake(cursor, span, message);
    }
    names.push({ kind: "name", name, primed, span });
  } while (accept(cursor, ","));
  return names;
}

function parseWidth(cursor: Cursor): WrittenWidth {
  const token = peek(cursor);
  let width: Width | undefined;
  if (token.kind === "number" && isCount(token.value)) width = token.value;
  if (token.kind === "name" && !token.primed) width = token.text;
  if (width === undefined) throw unexpected(cursor, "a width (a symbol such as P, or a whole number from 1)");
  take(cursor);
  return { width, span: token.span };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/** A number with an optional sign, as in `init b = -1`; in expressions the sign is an operator. */
function parseValue(cursor: Cursor): number {
  const negative = accept(cursor, "-");
  const token = peek(cursor);
  if (token.kind !== "number") throw unexpected(cursor, "a number");
  take(cursor);
  return negative ? 0 - token.value : token.value;
}

/** The initial values by name: the numbers of arguments they take, and why they refuse a first one, if they do. */
const distributions: ReadonlyMap<
  string,
  {
    readonly most: number;
    readonly least: number;
    readonly make: (a: number, b: number) => Initial;
    readonly refuse?: (a: number) => string | undefined;
  }
> = new Map([
  ["orthogonal", { least: 0, most: 1, make: (gain) => ({ kind: "orthogonal", gain }) }],
  ["glorot", { least: 0, most: 1, make: (gain) => ({ kind: "glorot", gain }) }],
  ["he", { least: 0, most: 1, make: (gain) => ({ kind: "he", gain }) }],
  ["identity", { least: 0, most: 1, make: (gain) => ({ kind: "identity", gain }) }],
  ["spectral", { least: 1, most: 1, make: (radius) => ({ kind: "spectral", radius }), refuse: belowZero }],
  ["chrono", { least: 1, most: 1, make: (longest) => ({ kind: "chrono", longest }), refuse: tooShort }],
  ["shift", { least: 1, most: 1, make: (by) => ({ kind: "shift", by }), refuse: fraction }],
  ["normal", { least: 1, most: 1, make: (deviation) => ({ kind: "normal", deviation }), refuse: belowZero }],
  ["uniform", { least: 1, most: 2, make: (low, high) => ({ kind: "uniform", low, high }) }],
]);

function belowZero(value: number): string | undefined {
  return value < 0 ? `must not be negative, got ${value}` : undefined;
}
function tooShort(steps: number): string | undefined {
  return steps <= 2 ? `must be more than 2 steps, got ${steps}` : undefined;
}
function fraction(by: number): string | undefined {
  return Number.isInteger(by) ? undefined : `must be a whole number, got ${by}`;
}

function parseInitial(cursor: Cursor): Initial {
  const other = peek(cursor, 1);
  if (isSymbol(peek(cursor), "-") && other.kind === "name" && !other.primed) {
    take(cursor);
    take(cursor);
    return { kind: "negated", of: other.text };
  }
  const token = peek(cursor);
  if (token.kind !== "name") return { kind: "constant", value: parseValue(cursor) };
  const row = distributions.get(token.text);
  if (!row || token.primed) {
    const remedy =
      suggestion(token.text, distributions.keys()) ||
      `; use a number or ${[...distributions.keys()].join(", ")}`;
    throw mistake(cursor, token.span, `unknown initial value '${token.text}'${remedy}`);
  }
  take(cursor);

  const numbers: number[] = [];
  if (accept(cursor, "(")) {
    do numbers.push(parseValue(cursor));
    while (accept(cursor, ","));
    expectSymbol(cursor, ")", "after the numbers");
  }
  if (numbers.length < row.least || numbers.length > row.most) {
    const expected = row.least === row.most ? `${row.least} number` : `${row.least} or ${row.most} numbers`;
    throw mistake(cursor, token.span, `'${token.text}' takes ${expected}, not ${numbers.length}`);
  }
  const [a = 1, b] = numbers;
  const fault = row.refuse?.(a);
  if (fault !== undefined) throw mistake(cursor, token.span, `the argument of '${token.text}' ${fault}`);
  if (token.text !== "uniform") return row.make(a, 0);
  const [low, high] = b === undefined ? [0 - a, a] : [a, b];
  if (low > high)
    throw mistake(cursor, token.span, `'uniform' needs a range, got ${low} to ${high}; swap the ends`);
  return row.make(low, high);
}
