// Parses statements of tokens into equations and clauses, and reports errors of form; names and widths are checked by
// `analyse.ts`.
import type { TextSpan } from "./cell.ts";
import { parseClause, startsClause, unknownStatement } from "./clauses.ts";
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
  textOf,
  unexpected,
  type Cursor,
  type NameToken,
} from "./cursor.ts";
import { functionNames, functions, specialFunctions } from "./functions.ts";
import { lex, type Token } from "./lexer.ts";
import { suggestion } from "../base/nearest.ts";
import {
  isMatrixName,
  type Assignment,
  type Bare,
  type Named,
  type Rate,
  type Statement,
  type Tree,
} from "./syntax.ts";
import type { Source } from "./text-error.ts";

/** A parsed text: its statements, and the comment before the first of them. */
interface Parsed {
  readonly statements: readonly Statement[];
  readonly about: string;
}

/** Throws an {@link EquationError} at the first mistake. */
export function parse(text: Source): Parsed {
  const { statements, about } = lex(text);
  return {
    about,
    statements: statements.map((statement) => {
      const cursor = { source: text, tokens: statement.tokens, at: 0 };
      return startsClause(cursor) ? parseClause(cursor, parseSum) : parseEquation(cursor, statement.comment);
    }),
  };
}

function parseEquation(cursor: Cursor, comment: string): Assignment {
  const first = take(cursor);
  if (first.kind !== "name" || !isSymbol(peek(cursor), "=")) {
    cursor.at -= 1;
    throw unknownStatement(cursor);
  }
  const target = named(cursor, first);
  if (isMatrixName(target.name)) {
    const small = target.name.toLowerCase();
    const message = `'${target.name}' begins with a capital, so it is a matrix and cannot be assigned; write ${small}${target.primed ? "'" : ""} = …`;
    throw mistake(cursor, target.span, message);
  }
  expectSymbol(cursor, "=", "after the name");
  const tree = parseSum(cursor);
  expectEnd(cursor, "an operator or the end of the line");
  return { kind: "equation", target, tree, comment };
}

function parseSum(cursor: Cursor): Tree {
  let left = parseTerm(cursor);
  for (;;) {
    const { span } = peek(cursor);
    const name = accept(cursor, "+") ? "add" : accept(cursor, "-") ? "sub" : undefined;
    if (name === undefined) return left;
    left = { kind: "call", name, arguments: [left, parseTerm(cursor)], span };
  }
}

function parseTerm(cursor: Cursor): Tree {
  let left = parseFactor(cursor);
  for (;;) {
    const { span } = peek(cursor);
    const name = accept(cursor, "⊙") ? "mul" : accept(cursor, "/") ? "div" : undefined;
    if (name === undefined) return left;
    left = { kind: "call", name, arguments: [left, parseFactor(cursor)], span };
  }
}

function parseFactor(cursor: Cursor): Tree {
  const { span } = peek(cursor);
  if (!accept(cursor, "-")) return parseApplication(cursor);
  return { kind: "call", name: "neg", arguments: [parseFactor(cursor)], span };
}

/** `A B x` is `A (B x)`. */
function parseApplication(cursor: Cursor): Tree {
  const start = peek(cursor).span;
  const left = parseAtom(cursor);
  const next = peek(cursor);
  if (next.kind !== "name" && next.kind !== "number" && !isSymbol(next, "(")) return left;
  if (left.kind !== "matrix") throw juxtaposed(cursor, start, next);
  const vector = parseApplication(cursor);
  return { kind: "product", matrix: left.name, transposed: left.transposed, vector, span: left.span };
}

function juxtaposed(cursor: Cursor, start: TextSpan, next: Token): Error {
  const last = cursor.tokens[cursor.at - 1] ?? next;
  const sameLine = start.line === next.span.line;
  const left = last.span.line === start.line ? textOf(cursor, start, last.span) : "…";
  const right = next.kind === "symbol" ? "(…)" : textOf(cursor, next.span, next.span);
  const length = next.span.column + next.span.length - start.column;
  return mistake(
    cursor,
    sameLine ? { ...start, length } : next.span,
    `'${left}' is not a matrix, so it cannot be applied to '${right}'; for the elementwise product write '${left} ⊙ ${right}'`,
  );
}

function parseAtom(cursor: Cursor): Tree {
  const token = peek(cursor);
  if (token.kind === "number") {
    take(cursor);
    return { kind: "number", value: token.value, span: token.span };
  }
  if (token.kind === "name") {
    take(cursor);
    return parseNamed(cursor, token);
  }
  if (accept(cursor, "(")) {
    const tree = parseSum(cursor);
    expectSymbol(cursor, ")", "or an operator");
    return tree;
  }
  throw unexpected(cursor, "a name, a number or '('");
}

function parseNamed(cursor: Cursor, token: NameToken): Tree {
  const { text: name, span } = token;
  const called = isSymbol(peek(cursor), "(");
  if (functionNames.has(name)) {
    if (token.primed) throw mistake(cursor, span, `'${name}' is a function and takes no prime; remove it`);
    if (!called) {
      const message = `'${name}' is a function and needs parentheses; write '${name}(…)'`;
      throw mistake(cursor, span, message);
    }
    take(cursor);
    return specialFunctions.has(name) ? parseSpecial(cursor, token) : parseCall(cursor, token);
  }
  if (isMatrixName(name)) return parseMatrix(cursor, token);
  if (called && !token.primed) {
    const near = suggestion(name, functionNames);
    const remedy = near === "" ? `; for the elementwise product write '${name} ⊙ (…)'` : near;
    throw mistake(cursor, span, `unknown function '${name}'${remedy}`);
  }
  if (isSymbol(peek(cursor), "ᵀ")) {
    const message = `'${name}' is a vector, and only a matrix is transposed; for an inner product write 'sum(${name} ⊙ …)'`;
    throw mistake(cursor, span, message);
  }
  return named(cursor, token);
}

function parseMatrix(cursor: Cursor, token: NameToken): Bare {
  const { text: name, span } = token;
  if (token.primed) {
    const message = `'${name}' begins with a capital, so it is a matrix and takes no prime; its transpose is '${name}ᵀ'`;
    throw mistake(cursor, span, message);
  }
  const meant = [...functionNames].find((f) => f.length > 1 && f === name.toLowerCase());
  if (meant !== undefined) {
    throw mistake(
      cursor,
      span,
      `'${name}' begins with a capital, so it is a matrix; for the function write '${meant}'`,
    );
  }
  return { kind: "matrix", name, transposed: accept(cursor, "ᵀ"), span };
}

function parseCall(cursor: Cursor, token: NameToken): Tree {
  const row = functions.get(token.text);
  if (!row) throw unexpected(cursor, "a function");
  const args: Tree[] = [];
  if (!isSymbol(peek(cursor), ")")) {
    do args.push(parseSum(cursor));
    while (accept(cursor, ","));
  }
  expectSymbol(cursor, ")", "or an operator");
  if (args.length !== row.arity) {
    const expected = row.arity === 1 ? "1 argument" : `${row.arity} arguments`;
    throw mistake(cursor, token.span, `'${token.text}' takes ${expected}, not ${args.length}`);
  }
  return { kind: "call", name: row.op, arguments: args, span: token.span };
}

function parseSpecial(cursor: Cursor, token: NameToken): Tree {
  switch (token.text) {
    case "transpose": {
      const matrix = expectName(cursor, "the name of a matrix, as in 'transpose(W) h'");
      if (!isMatrixName(matrix.text)) {
        throw mistake(
          cursor,
          matrix.span,
          `'${matrix.text}' is not a matrix; write 'transpose(W) h', or 'Wᵀ h'`,
        );
      }
      const { name, transposed, span } = parseMatrix(cursor, matrix);
      if (transposed) throw mistake(cursor, span, `'${name}' is transposed twice; write '${name}' alone`);
      expectSymbol(cursor, ")", "after the matrix");
      return { kind: "matrix", name, transposed: true, span };
    }
    case "norm": {
      const vector = parseSum(cursor);
      if (isSymbol(peek(cursor), ",")) throw mistake(cursor, token.span, "'norm' takes 1 argument, not 2");
      expectSymbol(cursor, ")", "or an operator");
      return { kind: "norm", vector, span: token.span };
    }
    case "pick":
    case "place": {
      const kind = token.text;
      const vector = parseSum(cursor);
      expectSymbol(cursor, ",", `and an input of whole numbers, as in '${kind}(y, k)'`);
      const indices = named(cursor, expectName(cursor, `the name of an input, as in '${kind}(y, k)'`));
      expectSymbol(cursor, ")", "after the input");
      return { kind, vector, indices, span: token.span };
    }
    default: {
      const rate = parseRate(cursor);
      expectSymbol(cursor, ",", "and 'per step' or 'per sequence', as in 'mask(0.1, per step)'");
      const per = parsePeriod(cursor);
      expectSymbol(cursor, ")", "after the mask");
      return { kind: "mask", rate, per, span: token.span };
    }
  }
}

function parseRate(cursor: Cursor): Rate {
  const token = peek(cursor);
  if (token.kind === "number") {
    take(cursor);
    return { kind: "number", value: token.value, span: token.span };
  }
  return named(cursor, expectName(cursor, "a rate: a number from 0 to below 1, or a constant"));
}

function named(cursor: Cursor, token: NameToken): Named {
  const { text: name, primed, span } = token;
  if (functionNames.has(name)) {
    throw mistake(
      cursor,
      span,
      `'${name}' is a function, so nothing else may have this name; choose another`,
    );
  }
  return { kind: "name", name, primed, span };
}
