// Fusing: a set of graph nodes to be stored becomes one pointwise kernel, a few sweeps over each row. A sweep
// ends only where a reduction over the width does; what is cheap is computed again rather than kept.
import { ops, type PointwiseOp } from "../graph/ops.ts";
import type { Node } from "../graph/graph.ts";
import type { Access, Over, Pass, PointwiseKernel, Value } from "./plan.ts";

export interface Store {
  readonly node: Node;
  readonly access: Access;
}

export interface FusionContext {
  /** Where a node can be loaded from when the kernel starts (their sum), or undefined if it is to be computed. */
  readonly load: (node: Node) => readonly Access[] | undefined;
  /** Memory for one row, to hand a dear value from one sweep to a later one. */
  readonly temporary: (width: number) => Access;
  /** Distinguishes this layer's masks from those of other layers. */
  readonly salt: number;
}

interface Sweep {
  readonly depth: number;
  readonly width: number;
  readonly stores: Store[];
  readonly reductions: Set<Node>;
  readonly scalars: Set<Node>;
}

export function isCheap(node: Node): boolean {
  return node.op === "broadcast" || node.op === "standardised" || (isPointwise(node) && ops[node.op].cheap);
}

export function isPointwise(node: Node): node is Node & { op: PointwiseOp } {
  return node.op in ops;
}

const others: ReadonlySet<Node["op"]> = new Set([
  "broadcast",
  "standardised",
  "sum",
  "greatest",
  "mask",
  "number",
]);

/** Made by pointwise kernels; everything else stands in memory before one starts. */
function isComputed({ op }: Node): boolean {
  return op in ops || others.has(op);
}

export function fuse(over: Over, stores: readonly Store[], context: FusionContext): PointwiseKernel {
  const computed = new Set(stores.map((s) => s.node).filter(isComputed));
  const loads = (node: Node): readonly Access[] | undefined =>
    computed.has(node) ? undefined : context.load(node);
  const depth = depthBy(loads);
  const sweeps = new Map<string, Sweep>();
  const sweepOf = (at: number, width: number): Sweep => {
    const key = `${at}:${width}`;
    const sweep = sweeps.get(key) ?? {
      depth: at,
      width,
      stores: [],
      reductions: new Set(),
      scalars: new Set(),
    };
    sweeps.set(key, sweep);
    return sweep;
  };
  for (const store of stores) sweepOf(depth(store.node), store.node.width).stores.push(store);

  /** Where a later sweep finds what an earlier one has stored. */
  const handed = new Map<Node, Access>();
  for (const { node, access } of stores) handed.set(node, access);

  // Deepest first, so that a sweep knows all that later ones want of it.
  const visited = new Set<Sweep>();
  for (let sweep = deepest(sweeps, visited); sweep; sweep = deepest(sweeps, visited)) {
    visited.add(sweep);
    const current = sweep;
    const seen = new Set<Node>();
    const want = (node: Node): void => {
      if (seen.has(node) || node.op === "number") return;
      seen.add(node);
      if (node.op === "sum" || node.op === "greatest") {
        const argument = node.arguments[0] as Node;
        if (!loads(node)) sweepOf(depth(argument), argument.width).reductions.add(node);
        return;
      }
      if (node.width === 1 && (current.width !== 1 || depth(node) < current.depth)) {
        sweepOf(depth(node), 1).scalars.add(node);
        return;
      }
      if (loads(node) || node.op === "mask") return;
      if (depth(node) < current.depth && node.width === current.width && !isCheap(node)) {
        if (!handed.has(node)) {
          const access = context.temporary(node.width);
          handed.set(node, access);
          sweepOf(depth(node), node.width).stores.push({ node, access });
        }
        return;
      }
      node.arguments.forEach(want);
    };
    for (const { node } of current.stores) want(node);
    for (const node of current.reductions) want(node.arguments[0] as Node);
    for (const node of current.scalars) want(node);
  }

  return {
    kind: "pointwise",
    over,
    ...writeSweeps([...sweeps.values()], depth, loads, handed, context.salt),
  };
}

/** The sweep with the greatest depth that was not visited; among equals those of vectors before that of scalars. */
function deepest(sweeps: ReadonlyMap<string, Sweep>, visited: ReadonlySet<Sweep>): Sweep | undefined {
  return [...sweeps.values()]
    .filter((s) => !visited.has(s))
    .sort((a, b) => b.depth - a.depth || b.width - a.width)[0];
}

/** How many reductions stand between a node and memory. */
function depthBy(loads: (node: Node) => readonly Access[] | undefined): (node: Node) => number {
  const known = new Map<Node, number>();
  const depth = (node: Node): number => {
    const found = known.get(node);
    if (found !== undefined) return found;
    const below = loads(node) ? 0 : Math.max(0, ...node.arguments.map(depth));
    const own = !loads(node) && (node.op === "sum" || node.op === "greatest") ? below + 1 : below;
    known.set(node, own);
    return own;
  };
  return depth;
}

function writeSweeps(
  sweeps: Sweep[],
  depth: (node: Node) => number,
  loads: (node: Node) => readonly Access[] | undefined,
  handed: ReadonlyMap<Node, Access>,
  salt: number,
): { values: Value[]; passes: Pass[] } {
  const values: Value[] = [];
  const scalars = new Map<Node, number>();
  const push = (value: Value): number => values.push(value) - 1;

  const passes = sweeps
    .sort((a, b) => a.depth - b.depth || a.width - b.width)
    .map((sweep): Pass => {
      const own: number[] = [];
      const local = new Map<Node, number>();
      const emit = (value: Value): number => {
        const id = push(value);
        own.push(id);
        return id;
      };
      const load = (access: Access, width: number): number => emit({ op: "load", access, width });
      const build = (node: Node): number => {
        const memo = node.width === 1 ? scalars : local;
        const found = memo.get(node);
        if (found !== undefined) return found;
        const id = compute(node);
        memo.set(node, id);
        return id;
      };
      const compute = (node: Node): number => {
        const accesses = loads(node);
        if (accesses) {
          if (accesses.length === 0) return push({ op: "number", value: 0, width: 1 });
          return accesses
            .map((a) => load(a, node.width))
            .reduce((a, b) => emit({ op: "add", arguments: [a, b], width: node.width }));
        }
        if (node.op === "number") return push({ op: "number", value: node.value, width: 1 });
        if (node.op === "mask") {
          return emit({
            op: "mask",
            rate: node.rate,
            per: node.per,
            salt: salt + node.salt,
            width: node.width,
          });
        }
        const before = handed.get(node);
        if (before && depth(node) < sweep.depth && node.width === sweep.width)
          return load(before, node.width);
        if (node.op === "broadcast" || node.op === "detach") return build(node.arguments[0] as Node);
        if (node.op === "standardised") return build(node.arguments[1] as Node);
        if (!isPointwise(node)) throw new Error(`'${node.op}' cannot stand in a pointwise kernel`);
        return emit({ op: node.op, arguments: node.arguments.map(build), width: node.width });
      };
      const stores = sweep.stores.map(({ node, access }) => ({ value: build(node), access }));
      for (const node of sweep.scalars) build(node);
      for (const node of sweep.reductions) {
        const id = emit({
          op: node.op as "sum" | "greatest",
          arguments: [build(node.arguments[0] as Node)],
          width: 1,
        });
        scalars.set(node, id);
      }
      return { width: sweep.width, values: own, stores };
    });
  return { values, passes };
}
