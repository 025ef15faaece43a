// A JavaScript regular expression as an automaton over characters, so that generated text can be made to match it.
// Constructs that a finite automaton lacks (lookaround, back-references) are errors that name them.
import { RegExpParser, visitRegExpAST, type AST } from "@eslint-community/regexpp";
import { DFA, JS, NFA, TooManyNodesError } from "refa";
import { fromAutomaton, type Automaton, type Constraint } from "./constraint.ts";

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
  return numbered(build(source, `u${flags}`, maxStates, where), where);
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
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${where}: it is not a regular expression (${error.message}); correct it`, {
      cause: error,
    });
  }
}

function build(source: string, flags: string, maxStates: number, where: string): DFA {
  try {
    const { expression, maxCharacter } = JS.Parser.fromLiteral({ source, flags }).parse({
      maxNodes: maxStates,
    });
    const limited = new NFA.LimitedNodeFactory(maxStates);
    const nfa = NFA.fromRegex(expression, { maxCharacter }, {}, limited);
    const dfa = DFA.fromFA(nfa, new DFA.LimitedNodeFactory(maxStates));
    dfa.minimize();
    return dfa;
  } catch (error) {
    if (!(error instanceof TooManyNodesError)) throw error;
    throw new Error(
      `${where}: it takes more than ${maxStates} states; shorten its repetitions, or raise maxStates`,
      { cause: error },
    );
  }
}

/** States as numbers from 0, the start, in the order they are met; those that lead to no end are left out. */
function numbered(dfa: DFA, where: string): Automaton {
  const nodes = [...dfa.nodes()];
  const live = new Set(nodes.filter((node) => dfa.finals.has(node)));
  const before = new Map<DFA.Node, DFA.Node[]>(nodes.map((node) => [node, []]));
  for (const node of nodes) for (const next of node.out.values()) before.get(next)!.push(node);
  for (const node of live) for (const earlier of before.get(node)!) live.add(earlier);
  if (!live.has(dfa.initial)) throw new Error(`${where}: it matches no text; correct it`);

  const states = new Map<DFA.Node, number>([[dfa.initial, 0]]);
  const transitions = [];
  for (const node of states.keys()) {
    const own = [];
    for (const [{ min, max }, next] of [...node.out].sort(([a], [b]) => a.min - b.min)) {
      if (!live.has(next)) continue;
      if (!states.has(next)) states.set(next, states.size);
      own.push({ from: min, to: max, next: states.get(next)! });
    }
    transitions.push(own);
  }
  return { start: 0, accepting: [...states.keys()].map((node) => dfa.finals.has(node)), transitions };
}
