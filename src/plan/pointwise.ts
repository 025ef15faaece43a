// Fusion: a set of graph nodes to be stored becomes one pointwise kernel, a few passes over each row. A pass ends only
// where a reduction over the width does; cheap values are recomputed rather than stored.
import { ops, type PointwiseOp } from "../graph/ops.ts";
import type { Node } from "../graph/graph.ts";
import type { Access, Over, Pass, PointwiseKernel, Value } from "./plan.ts";

export interface Store {
  readonly node: Node;
  readonly access: Access;
}

/** Where a node can be loaded from when the kernel starts (the sum of those), or undefined if it is to be computed. */
type Loads = (node: Node) => readonly Access[] | undefined;

export interface FusionContext {
  readonly load: Loads;
  /** Memory for one row, to hand an expensive value from one pass to a later one. */
  readonly temporary: (width: number) => Access;
  /** Tells this layer's masks from those of other layers. */
  readonly salt: number;
}

/** Nodes of one width with equally many reductions below them. */
interface PassDraft {
  readonly depth: number;
  readonly width: number;
  readonly stores: Store[];
  readonly reductions: Set<Node & { op: "sum" | "greatest" }>;
  /** Values of width 1 that other passes read. */
  readonly scalars: Set<Node>;
}

interface Fusion {
  readonly context: FusionContext;
  readonly loads: Loads;
  /** How many reductions are between a node and memory. */
  readonly depth: (node: Node) => number;
  /** By depth and width. */
  readonly passes: Map<string, PassDraft>;
  /** Where a later pass loads what an earlier one has stored. */
  readonly stored: Map<Node, Access>;
}

export function isCheap(node: Node): boolean {
  return node.op === "broadcast" || node.op === "standardised" || (isPointwise(node) && ops[node.op].cheap);
}

export function isPointwise(node: Node): node is Node & { op: PointwiseOp } {
  return node.op in ops;
}

const isReduction = (node: Node): node is Node & { op: "sum" | "greatest" } =>
  node.op === "sum" || node.op === "greatest";

const furtherComputed: ReadonlySet<Node["op"]> = new Set([
  "broadcast",
  "standardised",
  "sum",
  "greatest",
  "mask",
  "number",
]);

/** Computed by pointwise kernels; everything else is in memory before one starts. */
const isComputed = ({ op }: Node): boolean => op in ops || furtherComputed.has(op);

export function fuse(over: Over, stores: readonly Store[], context: FusionContext): PointwiseKernel {
  const computed = new Set(stores.map((s) => s.node).filter(isComputed));
  const loads: Loads = (node) => (computed.has(node) ? undefined : context.load(node));
  const stored = new Map(stores.map(({ node, access }) => [node, access]));
  const fusion: Fusion = { context, loads, depth: depthBy(loads), passes: new Map(), stored };
  for (const store of stores) passAt(fusion, fusion.depth(store.node), store.node.width).stores.push(store);

  // Deepest first, so that a pass knows everything that later ones need from it.
  const visited = new Set<PassDraft>();
  for (let pass = deepest(fusion, visited); pass; pass = deepest(fusion, visited)) {
    visited.add(pass);
    requestArguments(fusion, pass);
  }
  return { kind: "pointwise", over, ...writePasses(fusion) };
}

function passAt({ passes }: Fusion, depth: number, width: number): PassDraft {
  const key = `${depth}:${width}`;
  const pass = passes.get(key) ?? { depth, width, stores: [], reductions: new Set(), scalars: new Set() };
  passes.set(key, pass);
  return pass;
}

/** The deepest pass that was not visited; among equally deep ones the widest. */
function deepest({ passes }: Fusion, visited: ReadonlySet<PassDraft>): PassDraft | undefined {
  return [...passes.values()]
    .filter((pass) => !visited.has(pass))
    .sort((a, b) => b.depth - a.depth || b.width - a.width)[0];
}

function depthBy(loads: Loads): (node: Node) => number {
  const known = new Map<Node, number>();
  const depth = (node: Node): number => {
    const cached = known.get(node);
    if (cached !== undefined) return cached;
    const isLoaded = loads(node) !== undefined;
    const below = isLoaded ? 0 : Math.max(0, ...node.arguments.map(depth));
    const result = !isLoaded && isReduction(node) ? below + 1 : below;
    known.set(node, result);
    return result;
  };
  return depth;
}

/** Adds to earlier passes what `pass` reads from them. */
function requestArguments(fusion: Fusion, pass: PassDraft): void {
  const { loads, depth, stored, context } = fusion;
  const seen = new Set<Node>();
  const request = (node: Node): void => {
    if (seen.has(node) || node.op === "number") return;
    seen.add(node);
    if (isReduction(node)) {
      const argument = node.arguments[0] as Node;
      if (!loads(node)) passAt(fusion, depth(argument), argument.width).reductions.add(node);
      return;
    }
    if (node.width === 1 && (pass.width !== 1 || depth(node) < pass.depth)) {
      passAt(fusion, depth(node), 1).scalars.add(node);
      return;
    }
    if (loads(node) || node.op === "mask") return;
    if (depth(node) < pass.depth && node.width === pass.width && !isCheap(node)) {
      if (stored.has(node)) return;
      const access = context.temporary(node.width);
      stored.set(node, access);
      passAt(fusion, depth(node), node.width).stores.push({ node, access });
      return;
    }
    node.arguments.forEach(request);
  };
  for (const { node } of pass.stores) request(node);
  for (const node of pass.reductions) request(node.arguments[0] as Node);
  for (const node of pass.scalars) request(node);
}

function writePasses(fusion: Fusion): { values: Value[]; passes: Pass[] } {
  const values: Value[] = [];
  const scalars = new Map<Node, number>();
  const passes = [...fusion.passes.values()]
    .sort((a, b) => a.depth - b.depth || a.width - b.width)
    .map((draft) => writePass(fusion, draft, values, scalars));
  return { values, passes };
}

/** Appends to the kernel's `values`; `scalars` are the indices of its values of width 1. */
function writePass(fusion: Fusion, draft: PassDraft, values: Value[], scalars: Map<Node, number>): Pass {
  const { loads, depth, stored, context } = fusion;
  const passValues: number[] = [];
  const vectors = new Map<Node, number>();
  const push = (value: Value): number => values.push(value) - 1;
  const emit = (value: Value): number => {
    const id = push(value);
    passValues.push(id);
    return id;
  };
  const sumOfLoads = (accesses: readonly Access[], width: number): number =>
    accesses.length === 0
      ? push({ op: "number", value: 0, width: 1 })
      : accesses
          .map((access) => emit({ op: "load", access, width }))
          .reduce((a, b) => emit({ op: "add", arguments: [a, b], width }));
  const build = (node: Node): number => {
    const memo = node.width === 1 ? scalars : vectors;
    const id = memo.get(node) ?? compute(node);
    memo.set(node, id);
    return id;
  };
  const compute = (node: Node): number => {
    const { width } = node;
    const accesses = loads(node);
    if (accesses) return sumOfLoads(accesses, width);
    if (node.op === "number") return push({ op: "number", value: node.value, width: 1 });
    if (node.op === "mask") {
      return emit({ op: "mask", rate: node.rate, per: node.per, salt: context.salt + node.salt, width });
    }
    const earlier = stored.get(node);
    if (earlier && depth(node) < draft.depth && width === draft.width) return sumOfLoads([earlier], width);
    if (node.op === "broadcast" || node.op === "detach") return build(node.arguments[0] as Node);
    if (node.op === "standardised") return build(node.arguments[1] as Node);
    if (!isPointwise(node)) throw new Error(`a pointwise kernel cannot compute '${node.op}'`);
    return emit({ op: node.op, arguments: node.arguments.map(build), width });
  };
  const stores = draft.stores.map(({ node, access }) => ({ value: build(node), access }));
  for (const node of draft.scalars) build(node);
  for (const node of draft.reductions) {
    const argument = build(node.arguments[0] as Node);
    scalars.set(node, emit({ op: node.op, arguments: [argument], width: 1 }));
  }
  return { width: draft.width, values: passValues, stores };
}
