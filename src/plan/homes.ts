// Homes: where each value of a layer stands in memory, and for how long. What one product reads side by side is
// stored side by side. Knows the layer's values, not the kernels that make them.
import { levels, type Node } from "../graph/graph.ts";
import type { StepGradient } from "../graph/differentiate.ts";
import { access } from "./buffers.ts";
import type { LayerContext } from "./layer.ts";
import type { Access, Buffer, Extent } from "./plan.ts";
import type { Placement } from "./placement.ts";
import { isBarrier, type Spot } from "./regions.ts";

export interface HomeContext {
  readonly layer: LayerContext;
  readonly spotOf: (node: Node) => Spot;
  readonly barriers: readonly Node[];
  readonly placement: Placement;
  readonly kept: ReadonlyMap<string, Node>;
  /** The derivative by each state before the step. */
  readonly carriedBack: ReadonlyMap<string, Node>;
}

export interface StateHome {
  readonly name: string;
  readonly buffer: Buffer;
  readonly final: Buffer;
}

export interface Homes {
  readonly states: readonly StateHome[];
  /** Derivatives by the states, in training. */
  readonly derivatives: ReadonlyMap<string, Buffer>;
  /** What pointwise kernels must store: the values that have homes, arguments first. */
  readonly stored: readonly Node[];
  /** The places where a value is to be stored. */
  targets(node: Node): readonly Access[];
  /** All places where a value can be read: where it stands anyway, then its copies. */
  of(node: Node): readonly Access[];
  /** Where a kernel that is not pointwise reads a value: never from the rows of the step before. */
  memoryOf(node: Node): Access;
  /** Where nodes stand side by side, if they do. */
  besides(group: readonly Node[]): Access | undefined;
  barrierBuffer(node: Node): Buffer;
  /** A buffer of the layer's own. */
  make(extent: Extent, width: number, label?: string): Buffer;
}

/** Already in memory: parts of products, connected inputs, a derivative that comes from one place. */
export const isAtHome = (node: Node, { contributions }: LayerContext): boolean =>
  isBarrier(node) ||
  node.op === "slice" ||
  node.op === "input" ||
  (node.op === "gradient" && contributions.length === 1);

export function settleHomes({ layer, spotOf, barriers, placement, kept, carriedBack }: HomeContext): Homes {
  const { name, step, gradient, arena } = layer;
  const { stored: needed, lasting } = placement;
  let made = 0;
  const make = (extent: Extent, width: number, label?: string): Buffer =>
    arena.make(label ?? `${name}/${made++}`, extent, width);
  const extentOf = (node: Node): Extent => {
    const { region } = spotOf(node);
    if (region === "rows" || region === "rowsAfter") return "rows";
    return region === "loop" && !lasting.has(node) ? "rows" : "tokens";
  };

  const homes = new Map<Node, Access[]>();
  const settle = (node: Node, where: Access): void => {
    homes.set(node, [...(homes.get(node) ?? []), where]);
  };
  const states = step.states.map((s): StateHome => {
    const buffer = make("states", s.width, `${name}.states.${s.name}`);
    arena.alias(`initial.${name}.${s.name}`, "rows", buffer);
    settle(s.next, access(buffer));
    return { name: s.name, buffer, final: make("rows", s.width, `final.${name}.${s.name}`) };
  });
  const derivatives = new Map<string, Buffer>();
  for (const { name: state, width } of gradient ? step.states : []) {
    const buffer = make("states", width, `${name}.dstates.${state}`);
    arena.alias(`dinitial.${name}.${state}`, "rows", buffer);
    make("rows", width, `dfinal.${name}.${state}`);
    derivatives.set(state, buffer);
    settle(carriedBack.get(state) as Node, access(buffer, 0, "lag"));
  }
  const barrierBuffers = new Map(barriers.map((b) => [b, make(extentOf(b), b.width)]));
  for (const [quantity, node] of kept) {
    const extent = node.level === levels.step ? "tokens" : "rows";
    settle(node, access(make(extent, node.width, `${name}.${quantity}`)));
  }
  for (const group of argumentsOfPullbacks(barriers)) settleGroup(group);
  for (const group of rowsOfGradients(gradient)) settleGroup(group.filter((node) => !homes.has(node)));
  for (const node of needed) {
    if (homes.has(node) && !(carriedOnly(node) && (lasting.has(node) || isArgument(node)))) continue;
    const label = node === step.output ? outputName(layer) : undefined;
    settle(node, access(make(extentOf(node), node.width, label ?? labelled(node))));
  }

  /** A name of its own, with what the equations call the value: for reading a plan. */
  function labelled(node: Node): string {
    const quantity = [...step.named].find(([, named]) => named === node)?.[0];
    return `${name}/${made++}${quantity === undefined ? "" : `(${quantity})`}`;
  }
  function carriedOnly(node: Node): boolean {
    return (homes.get(node) ?? []).every((a) => a.at === "lag");
  }
  function isArgument(node: Node): boolean {
    return barriers.some((b) => b.arguments.includes(node));
  }
  /** Side by side in one buffer, as one product reads them; part of a group that exists serves too. */
  function settleGroup(group: readonly Node[]): void {
    if (group.length < 2 || (group.every((n) => homes.has(n)) && besides(group))) return;
    const extent = group.every((n) => extentOf(n) === "rows") ? "rows" : "tokens";
    const width = group.reduce((total, n) => total + n.width, 0);
    const buffer = make(extent, width);
    let column = 0;
    for (const node of group) {
      settle(node, access(buffer, column));
      column += node.width;
    }
  }
  /** Where the nodes of a group stand side by side. */
  function besides(group: readonly Node[]): Access | undefined {
    return homesOf(group[0] as Node).find((start) => {
      let column = start.column;
      return group.every((node) => {
        const fits = homesOf(node).some(
          (h) => h.buffer === start.buffer && h.column === column && h.at === start.at,
        );
        column += node.width;
        return fits;
      });
    });
  }
  function homesOf(node: Node): readonly Access[] {
    const home = homes.get(node) ?? [];
    if (node.op === "slice") return [access(barrierBuffer(node.arguments[0] as Node), node.offset), ...home];
    if (isBarrier(node)) return [access(barrierBuffer(node)), ...home];
    if (node.op === "input") return [layer.source(node.name).access, ...home];
    if (node.op === "gradient" && isAtHome(node, layer)) return [...layer.contributions, ...home];
    return home;
  }
  function barrierBuffer(node: Node): Buffer {
    return barrierBuffers.get(node) as Buffer;
  }
  function memoryOf(node: Node): Access {
    const home = homesOf(node).find((h) => h.at !== "lag");
    if (!home) throw new Error(`${name}: a value of '${node.op}' has no place in memory`);
    return home;
  }

  return {
    states,
    derivatives,
    stored: [...homes.keys()].sort((a, b) => a.id - b.id),
    targets: (node) => homes.get(node) ?? [],
    of: homesOf,
    memoryOf,
    besides,
    barrierBuffer,
    make,
  };
}

const outputName = ({ name, step }: LayerContext): string | undefined => {
  const quantity = [...step.named].find(([, node]) => node === step.output)?.[0];
  return quantity && !quantity.endsWith("'") ? `${name}.${quantity}` : undefined;
};

/** Values that one product reads: they must stand side by side. */
const argumentsOfPullbacks = (barriers: readonly Node[]): (readonly Node[])[] =>
  longestFirst(barriers.filter((b) => b.op === "transposedProduct").map((b) => b.arguments));

/** Values that meet the same vector in weight gradients: side by side they make one kernel. */
function rowsOfGradients(gradient?: StepGradient): (readonly Node[])[] {
  const byVector = new Map<Node, Node[]>();
  for (const p of gradient?.parameters ?? []) {
    if (p.kind === "matrix") byVector.set(p.vector, [...(byVector.get(p.vector) ?? []), p.rows]);
  }
  return longestFirst([...byVector.values()]);
}

const longestFirst = (groups: (readonly Node[])[]): (readonly Node[])[] =>
  groups.sort((a, b) => b.length - a.length);
