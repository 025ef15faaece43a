// A regular expression as the positions of its character classes (Glushkov 1961, "The abstract theory of automata"): an
// automaton with one state for each class in the text of the expression. Knows sizes beforehand, so that no expression
// takes more than it may.
import type { CharSet, Concatenation, Element } from "refa";

/** Characters from `from` to `to`, both included. */
export interface CharacterRange {
  readonly from: number;
  readonly to: number;
}

export interface Positions {
  /**
   * The characters in groups which the expression does not tell apart, each as ascending ranges. Characters that no
   * position reads are in none.
   */
  readonly groups: readonly (readonly CharacterRange[])[];
  /** By position: the groups that it reads. */
  readonly reads: readonly (readonly number[])[];
  /** The positions that may come first. */
  readonly first: readonly number[];
  /** By position: those that may come next. */
  readonly next: readonly (readonly number[])[];
  /** The positions that may come last. */
  readonly last: ReadonlySet<number>;
  readonly matchesEmpty: boolean;
  /** Whether one position can follow another in two ways within a repetition, as in `(a+)+`. */
  readonly repeatsAmbiguously: boolean;
}

export interface PositionSettings {
  /** The most positions. */
  readonly most: number;
  /** The most pairs of a position and one that may come next. Default 500,000. */
  readonly mostPairs?: number;
  /** Repetitions of up to this many times are written out, others count as endless. Default Infinity. */
  readonly writtenOut?: number;
}

/** A part of an expression. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly isOptional: boolean;
}

interface Draft {
  readonly settings: Required<PositionSettings>;
  readonly characters: CharSet[];
  readonly next: Set<number>[];
  pairs: number;
  repeatsAmbiguously: boolean;
}

/** The way out of the recursion, where an expression is too large. */
const tooLarge = Symbol("too large");

/** The positions of an expression without assertions; undefined where they are more than the settings allow. */
export function positionsOf(
  alternatives: readonly Concatenation[],
  settings: PositionSettings,
): Positions | undefined {
  const draft: Draft = {
    settings: { mostPairs: 500_000, writtenOut: Infinity, ...settings },
    characters: [],
    next: [],
    pairs: 0,
    repeatsAmbiguously: false,
  };
  try {
    const { first, last, isOptional } = eitherOf(draft, alternatives);
    const { groups, reads } = groupCharacters(draft.characters);
    return {
      groups,
      reads,
      first,
      next: draft.next.map((all) => [...all]),
      last: new Set(last),
      matchesEmpty: isOptional,
      repeatsAmbiguously: draft.repeatsAmbiguously,
    };
  } catch (error) {
    if (error === tooLarge) return undefined;
    throw error;
  }
}

const nothing: Part = { first: [], last: [], isOptional: true };

function eitherOf(draft: Draft, alternatives: readonly Concatenation[]): Part {
  const parts = alternatives.map(({ elements }) =>
    elements.reduce((before, element) => {
      const after = elementPart(draft, element);
      return after === undefined ? before : inSequence(draft, before, after);
    }, nothing),
  );
  return {
    first: parts.flatMap(({ first }) => first),
    last: parts.flatMap(({ last }) => last),
    isOptional: parts.some(({ isOptional }) => isOptional),
  };
}

/** Undefined for an assertion, which reads nothing. */
function elementPart(draft: Draft, element: Element): Part | undefined {
  switch (element.type) {
    case "CharacterClass": {
      if (draft.characters.length >= draft.settings.most) throw tooLarge;
      const position = draft.characters.push(element.characters) - 1;
      draft.next.push(new Set());
      return { first: [position], last: [position], isOptional: false };
    }
    case "Alternation":
      return eitherOf(draft, element.alternatives);
    case "Quantifier":
      return repeated(draft, element.alternatives, element.min, element.max);
    default:
      return undefined;
  }
}

function repeated(draft: Draft, alternatives: readonly Concatenation[], min: number, max: number): Part {
  if (max === 0) return nothing;
  const copy = (): Part => eitherOf(draft, alternatives);
  const body = copy();
  // What may be empty may as well not be there.
  const least = body.isOptional ? 0 : min;
  const isEndless = max > draft.settings.writtenOut || max === Infinity;
  const count = !isEndless ? max : max > draft.settings.writtenOut ? 1 : Math.max(1, least);
  const copies = [body];
  while (copies.length < count) copies.push(copy());
  if (isEndless) loop(draft, copies[count - 1] as Part);
  // As in (a?){30}: any of the times may be the empty ones.
  if (body.isOptional && min > draft.settings.writtenOut) draft.repeatsAmbiguously = true;
  // From the end, as in x(x(x)?)?, so that each copy is followed by one.
  let rest = nothing;
  for (let index = count - 1; index >= 0; index--) {
    const sequence = inSequence(draft, { ...(copies[index] as Part), isOptional: false }, rest);
    rest = { ...sequence, isOptional: index >= least };
  }
  return rest;
}

function inSequence(draft: Draft, before: Part, after: Part): Part {
  link(draft, before.last, after.first);
  return {
    first: before.isOptional ? [...before.first, ...after.first] : before.first,
    last: after.isOptional ? [...before.last, ...after.last] : after.last,
    isOptional: before.isOptional && after.isOptional,
  };
}

function loop(draft: Draft, { first, last }: Part): void {
  if (!link(draft, last, first)) draft.repeatsAmbiguously = true;
}

/** Says that any of `to` may come after any of `from`; false where that was known of one. */
function link(draft: Draft, from: readonly number[], to: readonly number[]): boolean {
  draft.pairs += from.length * to.length;
  if (draft.pairs > draft.settings.mostPairs) throw tooLarge;
  let isNew = true;
  for (const position of from) {
    const next = draft.next[position] as Set<number>;
    for (const other of to) {
      isNew &&= !next.has(other);
      next.add(other);
    }
  }
  return isNew;
}

/** The most splits of ranges that the groups of characters may take. */
const mostSplits = 5_000_000;

/** Characters in groups, so that each set is some of the groups. */
function groupCharacters(sets: readonly CharSet[]): Pick<Positions, "groups" | "reads"> {
  const distinct = [...new Set(sets)];
  const bounds = [
    ...new Set(distinct.flatMap(({ ranges }) => ranges.flatMap(({ min, max }) => [min, max + 1]))),
  ];
  bounds.sort((a, b) => a - b);
  if (distinct.length * bounds.length > mostSplits) throw tooLarge;
  const indexOf = new Map(bounds.map((bound, index) => [bound, index]));
  // Group 0 is what no set has; each set splits the groups of which it has a part.
  const groupOf = new Int32Array(bounds.length);
  let count = 1;
  for (const { ranges } of distinct) {
    const inside = new Map<number, number>();
    for (const { min, max } of ranges) {
      const end = indexOf.get(max + 1) as number;
      for (let i = indexOf.get(min) as number; i < end; i++) {
        const group = groupOf[i] as number;
        if (!inside.has(group)) inside.set(group, count++);
        groupOf[i] = inside.get(group) as number;
      }
    }
  }
  const numbers = new Map<number, number>();
  const groups: CharacterRange[][] = [];
  const groupsOf = new Map<CharSet, readonly number[]>();
  for (const set of distinct) {
    const own = new Set<number>();
    for (const { min, max } of set.ranges) {
      const end = indexOf.get(max + 1) as number;
      for (let i = indexOf.get(min) as number; i < end; i++) {
        const group = groupOf[i] as number;
        let number = numbers.get(group);
        if (number === undefined) {
          number = groups.push([]) - 1;
          numbers.set(group, number);
        }
        own.add(number);
      }
    }
    groupsOf.set(set, [...own]);
  }
  for (let i = 0; i + 1 < bounds.length; i++) {
    const number = numbers.get(groupOf[i] as number);
    if (number === undefined) continue;
    const ranges = groups[number] as CharacterRange[];
    const [from, to] = [bounds[i] as number, (bounds[i + 1] as number) - 1];
    const last = ranges.at(-1);
    if (last && last.to + 1 === from) ranges[ranges.length - 1] = { from: last.from, to };
    else ranges.push({ from, to });
  }
  return { groups, reads: sets.map((set) => groupsOf.get(set) as readonly number[]) };
}
