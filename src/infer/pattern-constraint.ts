// A JavaScript regular expression as an automaton over characters, so that generated text can be made to match it.
// Constructs that a finite automaton lacks (lookaround, back-references) are errors that name them.
import { RegExpParser, visitRegExpAST, type AST } from "@eslint-community/regexpp";
import { JS, TooManyNodesError, type Expression } from "refa";
import { positionsOf, type CharacterRange } from "../text/positions.ts";
import { fromAutomaton, type Automaton, type Constraint, type Transition } from "./constraint.ts";
import { determinise } from "./determinise.ts";

export interface PatternSettings {
  /** Of the expression: `i` (any case), `s` (a point is a line feed, too) or both. `u` is always set. Default none. */
  readonly flags?: string;
  /** The most states the automaton, and what leads to it, may have. Default 10,000. */
  readonly maxStates?: number;
}

/**
 * The automaton of the texts that match as a whole: those of `new RegExp("^(?:" + pattern + ")$", "u" + flags)`.
 * `^` at the beginning and `$` at the end of a whole alternative change nothing. It is minimal, and its states all
 * lead to an end. Throws at a pattern that is no regular expression, at lookaround, word boundaries, inner `^` and `$`
 * and backreferences, where it matches no text, and where it takes too many states.
 */
export function patternAutomaton(pattern: string, settings: PatternSettings = {}): Automaton {
  const { flags = "", maxStates = 10_000 } = settings;
  const where = `pattern ${JSON.stringify(pattern)}`;
  if (!/^(?:i?s?|si)$/.test(flags))
    throw new Error(
      `${where}: flags must be "i", "s" or "is", not ${JSON.stringify(flags)}; leave others out`,
    );
  if (!Number.isInteger(maxStates) || maxStates < 1)
    throw new Error(`${where}: maxStates must be a whole number, 1 or more, not ${maxStates}`);
  const source = checkedSource(pattern, where);
  return build(source, `u${flags}`, maxStates, where);
}

/** `fromAutomaton` of a pattern. Throws like both. */
export function patternConstraint(
  pattern: string,
  tokens: readonly (string | undefined)[],
  settings: PatternSettings = {},
): Constraint {
  return fromAutomaton(patternAutomaton(pattern, settings), tokens);
}

/** The pattern without `^` and `$` around whole alternatives. */
function checkedSource(pattern: string, where: string): string {
  const tree = parsed(pattern, where);
  const needless = new Set<AST.Element>();
  for (const { elements } of tree.alternatives) {
    const [first, last] = [elements[0], elements.at(-1)];
    if (first?.type === "Assertion" && first.kind === "start") needless.add(first);
    if (last?.type === "Assertion" && last.kind === "end") needless.add(last);
  }
  const refuse = (what: string, node: AST.Node): never => {
    throw new Error(
      `${where}: ${what} ${JSON.stringify(node.raw)} at index ${node.start} is not possible in a constraint; ` +
        `write the pattern without it`,
    );
  };
  visitRegExpAST(tree, {
    onAssertionEnter(node) {
      if (needless.has(node)) return;
      refuse(assertionNames[node.kind], node);
    },
    onBackreferenceEnter: (node) => refuse("the backreference", node),
  });
  let source = pattern;
  for (const { start, end } of [...needless].sort((a, b) => b.start - a.start))
    source = source.slice(0, start) + source.slice(end);
  return source;
}

const assertionNames = {
  lookahead: "the lookahead",
  lookbehind: "the lookbehind",
  word: "the word boundary",
  start: "the inner beginning of the text",
  end: "the inner end of the text",
} as const;

function parsed(pattern: string, where: string): AST.Pattern {
  try {
    return new RegExpParser().parsePattern(pattern, 0, pattern.length, { unicode: true });
  } catch (error) {
    // Groups in groups without end leave the parser no stack.
    if (error instanceof RangeError) throw new Error(`${where}: its groups are too deep; write it flatter`);
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${where}: it is not a regular expression (${error.message}); correct it`, {
      cause: error,
    });
  }
}

function build(source: string, flags: string, maxStates: number, where: string): Automaton {
  const expression = expressionOf(source, flags, maxStates);
  const positions = expression && positionsOf(expression.alternatives, { most: maxStates });
  const automaton = positions && determinise(positions, maxStates);
  if (!automaton)
    throw new Error(
      `${where}: it takes more than ${maxStates} states, or too many steps between them; shorten its repetitions, or raise maxStates`,
    );
  if (automaton.accepting.length === 0) throw new Error(`${where}: it matches no text; correct it`);
  const { groups } = positions;
  const rangesOf = (own: ReadonlyMap<number, number>): number =>
    [...own.keys()].reduce((sum, group) => sum + (groups[group]?.length ?? 0), 0);
  if (automaton.next.reduce((sum, own) => sum + rangesOf(own), 0) > mostTransitions)
    throw new Error(
      `${where}: it has more than ${mostTransitions} transitions; shorten its repetitions, or write classes such as ` +
        "\\p{L} as the letters that you need",
    );
  const transitions = automaton.next.map((own) => transitionsOf(own, groups));
  return { start: 0, accepting: automaton.accepting, transitions };
}

/** The most ranges of characters that lead from a state to another, all together. */
const mostTransitions = 200_000;

/** Undefined for an expression that is too large. */
function expressionOf(source: string, flags: string, maxStates: number): Expression | undefined {
  try {
    return JS.Parser.fromLiteral({ source, flags }).parse({ maxNodes: maxStates }).expression;
  } catch (error) {
    if (error instanceof TooManyNodesError) return undefined;
    throw error;
  }
}

/** The ranges that lead to each next state, ascending, joined where they meet. */
function transitionsOf(
  next: ReadonlyMap<number, number>,
  groups: readonly (readonly CharacterRange[])[],
): Transition[] {
  const ranges = [...next].flatMap(([group, state]) =>
    (groups[group] ?? []).map((range) => ({ ...range, next: state })),
  );
  const joined: Transition[] = [];
  for (const range of ranges.sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && last.next === range.next && last.to + 1 === range.from) {
      joined[joined.length - 1] = { ...last, to: range.to };
    } else joined.push(range);
  }
  return joined;
}
