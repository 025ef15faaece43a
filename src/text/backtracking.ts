// Whether a regular expression may take a time out of all proportion to a text, by trying the same characters in ever
// more ways: `(a+)+$` doubles with each letter. Looks at the positions of the expression and does not run it; what comes
// before and after a repetition is not looked at, so that some harmless expressions are refused.
import { JS, type Concatenation, type Element } from "refa";
import { positionsOf, type Positions } from "./positions.ts";

/** The most positions that are looked at. */
const mostPositions = 500;
/** Repetitions of up to this many times are few. */
const fewRepetitions = 9;
/** The most repetitions side by side that read the same characters: they take the square of a text's length. */
const mostInARow = 2;

const tooLarge = "it is too large to be checked";

/** What is wrong with an expression; undefined if nothing is. */
export function backtrackingFault(expression: RegExp): string | undefined {
  const alternatives = alternativesOf(expression);
  if (!alternatives) return tooLarge;
  for (const part of partsOf(alternatives)) {
    const positions = positionsOf(part, { most: mostPositions, writtenOut: fewRepetitions });
    if (!positions) return tooLarge;
    if (positions.repeatsAmbiguously || hasTwoWaysRound(positions))
      return "a repetition can read the same text in several ways";
    if (mostLoopsInARow(positions) > mostInARow)
      return `more than ${mostInARow} repetitions in a row can read the same characters`;
  }
  return undefined;
}

/** Undefined where there are more than the parser takes. */
function alternativesOf({ source, flags }: RegExp): readonly Concatenation[] | undefined {
  try {
    const parser = JS.Parser.fromLiteral({ source, flags: flags.replace(/[gyd]/g, "") });
    const parsed = parser.parse({ simplify: false, backreferences: "unknown", assertions: "parse" });
    return parsed.expression.alternatives;
  } catch {
    return undefined;
  }
}

/** An expression and those that its assertions look for. */
function partsOf(alternatives: readonly Concatenation[]): (readonly Concatenation[])[] {
  const inner = (element: Element): (readonly Concatenation[])[] => {
    if (element.type === "CharacterClass" || element.type === "Unknown") return [];
    const parts = partsOf(element.alternatives);
    return element.type === "Assertion" ? parts : parts.slice(1);
  };
  return [alternatives, ...alternatives.flatMap(({ elements }) => elements.flatMap(inner))];
}

/** Whether two different ways lead from a position back to it by the same characters. */
function hasTwoWaysRound({ reads, next }: Positions): boolean {
  const count = reads.length;
  const groups = reads.map((own) => new Set(own));
  const meets = (a: number, b: number): boolean =>
    (reads[a] as readonly number[]).some((group) => groups[b]?.has(group));
  // Pairs of positions, the smaller one first; a step reads the same character in both.
  const stepsFrom = (pair: number): number[] => {
    const [a, b] = [Math.floor(pair / count), pair % count];
    return (next[a] as readonly number[]).flatMap((x) =>
      (next[b] as readonly number[])
        .filter((y) => meets(x, y))
        .map((y) => (x < y ? x * count + y : y * count + x)),
    );
  };
  const pairsOfOne = Array.from({ length: count }, (_, position) => position * count + position);
  return strongComponents(pairsOfOne, stepsFrom).some((component) => {
    const ones = component.filter((pair) => Math.floor(pair / count) === pair % count);
    return ones.length > 0 && ones.length < component.length;
  });
}

/** The most repetitions that can follow each other, all of them reading one character. */
function mostLoopsInARow({ groups, reads, next }: Positions): number {
  let most = 0;
  for (const group of groups.keys()) {
    const readers = reads.flatMap((own, position) => (own.includes(group) ? [position] : []));
    const inGroup = new Set(readers);
    const stepsFrom = (position: number): number[] =>
      (next[position] as readonly number[]).filter((other) => inGroup.has(other));
    const inARow = new Map<number, number>();
    // A component comes after all that it leads to.
    for (const component of strongComponents(readers, stepsFrom)) {
      const members = new Set(component);
      const onward = component.flatMap(stepsFrom);
      const isLoop = onward.some((position) => members.has(position));
      const after = onward.reduce((longest, position) => Math.max(longest, inARow.get(position) ?? 0), 0);
      const length = after + (isLoop ? 1 : 0);
      for (const position of component) inARow.set(position, length);
      most = Math.max(most, length);
    }
  }
  return most;
}

/** The strongly connected components of a graph that `roots` reach, each after those that it leads to. Tarjan 1972. */
function strongComponents(roots: readonly number[], stepsFrom: (node: number) => number[]): number[][] {
  const order = new Map<number, number>();
  const lowest = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const components: number[][] = [];
  const begin = (node: number): { readonly node: number; readonly steps: number[] } => {
    order.set(node, order.size);
    lowest.set(node, order.get(node) as number);
    open.push(node);
    isOpen.add(node);
    return { node, steps: stepsFrom(node) };
  };
  const lower = (node: number, to: number): void =>
    void lowest.set(node, Math.min(lowest.get(node) as number, to));
  for (const root of roots) {
    if (order.has(root)) continue;
    const path = [begin(root)];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const step = top.steps.pop();
      if (step === undefined) {
        path.pop();
        const { node } = top;
        const before = path.at(-1);
        if (before) lower(before.node, lowest.get(node) as number);
        if (lowest.get(node) !== order.get(node)) continue;
        const component = open.splice(open.lastIndexOf(node));
        for (const member of component) isOpen.delete(member);
        components.push(component);
      } else if (!order.has(step)) path.push(begin(step));
      else if (isOpen.has(step)) lower(top.node, order.get(step) as number);
    }
  }
  return components;
}
