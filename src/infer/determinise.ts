// From the positions of an expression to the smallest deterministic automaton that reads the same texts: subset
// construction, states without an end left out, then Hopcroft's partition refinement (1971). Counts its work, so that no
// expression takes more than it may.
import type { Positions } from "../text/positions.ts";

/** States by number, from 0, the start, in the order in which they are met. */
export interface Deterministic {
  readonly accepting: readonly boolean[];
  /** By state: from groups of characters to the next state. Every state leads to an accepting one. */
  readonly next: readonly ReadonlyMap<number, number>[];
}

/** The most steps from a set of positions to the next, all together. */
const mostSteps = 3_000_000;

/** Undefined where more than `mostStates` states are needed, or more work than is allowed. No states: no text is read. */
export function determinise(positions: Positions, mostStates: number): Deterministic | undefined {
  const all = subsets(positions, mostStates);
  return all && minimal(withoutDead(all));
}

function subsets(
  { reads, first, next, last, matchesEmpty }: Positions,
  most: number,
): Deterministic | undefined {
  const numbers = new Map<string, number>();
  const sets: (readonly number[])[] = [];
  const numberOf = (set: readonly number[]): number => {
    const key = set.join();
    let number = numbers.get(key);
    if (number === undefined) {
      number = sets.push(set) - 1;
      numbers.set(key, number);
    }
    return number;
  };
  // The start is a set of its own: no position has been read.
  sets.push([]);
  const transitions: Map<number, number>[] = [];
  let steps = 0;
  for (let state = 0; state < sets.length; state++) {
    if (state > most) return undefined;
    const byGroup = new Map<number, Set<number>>();
    const sources = state === 0 ? [first] : (sets[state] as readonly number[]).map((p) => next[p] ?? []);
    for (const source of sources) {
      for (const position of source) {
        const groups = reads[position] as readonly number[];
        steps += 1 + groups.length;
        if (steps > mostSteps) return undefined;
        for (const group of groups) {
          const targets = byGroup.get(group);
          if (targets) targets.add(position);
          else byGroup.set(group, new Set([position]));
        }
      }
    }
    const own = new Map<number, number>();
    for (const [group, targets] of byGroup) own.set(group, numberOf([...targets].sort((a, b) => a - b)));
    transitions.push(own);
  }
  return {
    accepting: sets.map((set, state) => (state === 0 ? matchesEmpty : set.some((p) => last.has(p)))),
    next: transitions,
  };
}

/** By state, the transitions that lead to it. */
function sourcesOf({ next }: Deterministic): { readonly from: number; readonly group: number }[][] {
  const sources: { from: number; group: number }[][] = next.map(() => []);
  next.forEach((own, from) => own.forEach((to, group) => sources[to]?.push({ from, group })));
  return sources;
}

/** Without the states from which no accepting one is reached; none at all where the start is such a state. */
function withoutDead(automaton: Deterministic): Deterministic {
  const sources = sourcesOf(automaton);
  const live = new Set(automaton.accepting.flatMap((accepts, state) => (accepts ? [state] : [])));
  for (const state of live) for (const { from } of sources[state] ?? []) live.add(from);
  if (!live.has(0)) return { accepting: [], next: [] };
  return renumbered(automaton, (state) => (live.has(state) ? state : undefined));
}

function minimal(automaton: Deterministic): Deterministic {
  const { accepting } = automaton;
  if (accepting.length === 0) return automaton;
  const sources = sourcesOf(automaton);
  const ofKind = (kind: boolean): Set<number> =>
    new Set(accepting.flatMap((accepts, state) => (accepts === kind ? [state] : [])));
  const blocks = [ofKind(true), ofKind(false)].filter(({ size }) => size > 0);
  const blockOf = new Int32Array(accepting.length);
  blocks.forEach((block, number) => block.forEach((state) => void (blockOf[state] = number)));
  const waiting = new Set(blocks.keys());
  for (const splitter of waiting) {
    waiting.delete(splitter);
    const byGroup = new Map<number, number[]>();
    for (const state of blocks[splitter] as Set<number>) {
      for (const { from, group } of sources[state] ?? []) {
        const known = byGroup.get(group);
        if (known) known.push(from);
        else byGroup.set(group, [from]);
      }
    }
    for (const states of byGroup.values()) split(states, blocks, blockOf, waiting);
  }
  return renumbered(automaton, (state) => blockOf[state]);
}

/** Splits each block into what leads to the splitter and what does not; the smaller part is a block of its own. */
function split(
  states: readonly number[],
  blocks: Set<number>[],
  blockOf: Int32Array,
  waiting: Set<number>,
): void {
  const touched = new Map<number, number[]>();
  for (const state of states) {
    const block = blockOf[state] as number;
    const known = touched.get(block);
    if (known) known.push(state);
    else touched.set(block, [state]);
  }
  for (const [number, inside] of touched) {
    const block = blocks[number] as Set<number>;
    if (inside.length === block.size) continue;
    for (const state of inside) block.delete(state);
    const isSmaller = inside.length <= block.size;
    const part = new Set(inside);
    // The part with the new number is the smaller one, unless the block still waits: then both must be looked at.
    const [kept, moved] = isSmaller ? [block, part] : [part, block];
    blocks[number] = kept;
    const added = blocks.push(moved) - 1;
    for (const state of moved) blockOf[state] = added;
    waiting.add(added);
  }
}

/** The states that `numberOf` gives the same number made one, numbered in the order in which they are met. */
function renumbered(
  { accepting, next }: Deterministic,
  numberOf: (state: number) => number | undefined,
): Deterministic {
  const numbers = new Map([[numberOf(0), 0]]);
  const members = [0];
  const transitions: Map<number, number>[] = [];
  for (let state = 0; state < members.length; state++) {
    const own = new Map<number, number>();
    const sorted = [...(next[members[state] as number] as ReadonlyMap<number, number>)].sort(
      ([a], [b]) => a - b,
    );
    for (const [group, target] of sorted) {
      const number = numberOf(target);
      if (number === undefined) continue;
      if (!numbers.has(number)) numbers.set(number, members.push(target) - 1);
      own.set(group, numbers.get(number) as number);
    }
    transitions.push(own);
  }
  return { accepting: members.map((member) => accepting[member] as boolean), next: transitions };
}
