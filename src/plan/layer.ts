// One layer's part of a plan: what stands where, and the kernels of its forward and its backward pass. Knows
// the layer's equations and capacities, no other layer's.
import { levels, reachable, type Node, type Product, type Pullback } from "../ir/graph.ts";
import type { Step } from "../ir/lower.ts";
import type { StepGradient } from "../ir/differentiate.ts";
import { access, type Arena } from "./buffers.ts";
import { parameterGradients } from "./gradients.ts";
import type { ParameterPlace } from "./parameters.ts";
import type { Access, Buffer, Extent, Kernel, Loop, MatrixPlace, Over } from "./plan.ts";
import { isLeaf, place } from "./placement.ts";
import { fuse, type Store } from "./pointwise.ts";
import { assignSpots, isBarrier, regions, type Direction, type Region } from "./regions.ts";

/** What an input of a layer is connected to. */
export interface Source {
  readonly access: Access;
  readonly kind: "dense" | "index";
}

export interface LayerContext {
  readonly name: string;
  /** Distinguishes this layer's noise from that of others. */
  readonly salt: number;
  readonly step: Step;
  /** Nodes of the step that are not part of its gradient: the first ones. */
  readonly forwardCount: number;
  readonly gradient?: StepGradient;
  readonly arena: Arena;
  readonly parameters: Buffer;
  readonly parameter: (name: string) => ParameterPlace;
  /** The block of gradients, in the order of the parameters. */
  readonly gradients?: Buffer;
  /** 1 where a new sequence starts. */
  readonly resets: Buffer;
  readonly source: (input: string) => Source;
  /** The derivative by this layer's output, in as many parts as it has users. */
  readonly contributions: readonly Access[];
  /** Quantities to be readable after a run: names in the equations, `d` before one for its derivative. */
  readonly keep: readonly string[];
}

export interface LayerPlan {
  readonly output: Access;
  readonly inputGradients: ReadonlyMap<string, Access>;
  readonly states: readonly { readonly name: string; readonly buffer: Buffer; readonly final: Buffer }[];
  /** Called once the sources' places are known. */
  forward(): (Kernel | Loop)[];
  backward(): (Kernel | Loop)[];
}

export function planLayer(context: LayerContext): LayerPlan {
  const { name, step, gradient, arena } = context;
  const spotOf = assignSpots(step, context.forwardCount, gradient);
  const kept = keptNodes(context);
  const next = new Map(step.states.map((s) => [s.next, s.name]));
  const carriedBack = new Map(
    step.states.map((s) => [
      s.name,
      gradient?.previous.get(s.name) ?? step.graph.broadcast(step.graph.number(0), s.width, levels.step),
    ]),
  );
  const recordNodes = (gradient?.parameters ?? []).flatMap((p) =>
    p.kind === "matrix" ? [p.rows, p.vector] : [p.delta],
  );
  const inputGradients = [...(gradient?.inputs ?? [])];
  const lastingRoots = [step.output, ...kept.values(), ...recordNodes, ...inputGradients.map(([, n]) => n)];
  const nodes = reachable([...next.keys(), ...lastingRoots, ...(gradient ? carriedBack.values() : [])]);
  const barriers = nodes.filter(isBarrier);

  /** Already in memory: parts of products, connected inputs, a derivative that comes from one place. */
  const isAtHome = (node: Node): boolean =>
    isBarrier(node) ||
    node.op === "slice" ||
    node.op === "input" ||
    (node.op === "gradient" && context.contributions.length === 1);
  const required = new Set(
    [
      ...next.keys(),
      ...lastingRoots,
      ...barriers.flatMap((b) => b.arguments),
      ...(gradient ? carriedBack.values() : []),
    ].filter((n) => !isAtHome(n) || next.has(n)),
  );
  const { stored: needed, lasting } = place(
    required,
    new Set(lastingRoots.map((n) => (n.op === "slice" ? (n.arguments[0] as Node) : n))),
    barriers,
    spotOf,
  );

  const extentOf = (node: Node): Extent => {
    const { region } = spotOf(node);
    if (region === "rows" || region === "rowsAfter") return "rows";
    return region === "loop" && !lasting.has(node) ? "rows" : "tokens";
  };
  let made = 0;
  const make = (extent: Extent, width: number, label?: string): Buffer =>
    arena.make(label ?? `${name}/${made++}`, extent, width);

  // Homes: where each stored value stands. A value that two groups hold has two.
  const homes = new Map<Node, Access[]>();
  const settle = (node: Node, where: Access): void =>
    void homes.set(node, [...(homes.get(node) ?? []), where]);
  const states = step.states.map((s) => {
    const buffer = make("states", s.width, `${name}.states.${s.name}`);
    arena.alias(`initial.${name}.${s.name}`, "rows", buffer);
    settle(s.next, access(buffer));
    return { name: s.name, buffer, final: make("rows", s.width, `final.${name}.${s.name}`) };
  });
  const stateBuffer = new Map(states.map((s) => [s.name, s.buffer]));
  const derivatives = new Map<string, Buffer>();
  if (gradient) {
    for (const { name: state, width } of step.states) {
      const buffer = make("states", width, `${name}.dstates.${state}`);
      arena.alias(`dinitial.${name}.${state}`, "rows", buffer);
      make("rows", width, `dfinal.${name}.${state}`);
      derivatives.set(state, buffer);
      settle(carriedBack.get(state) as Node, access(buffer, 0, "lag"));
    }
  }
  const barrierBuffers = new Map(barriers.map((b) => [b, make(extentOf(b), b.width)]));
  for (const [quantity, node] of kept) {
    settle(
      node,
      access(make(node.level === levels.step ? "tokens" : "rows", node.width, `${name}.${quantity}`)),
    );
  }
  for (const group of groupsOfColumns(barriers, gradient)) settleGroup(group);
  for (const node of needed) {
    if (homes.has(node) && !(carriedOnly(node) && (lasting.has(node) || isArgument(node)))) continue;
    settle(
      node,
      access(make(extentOf(node), node.width, node === step.output ? outputName(context) : undefined)),
    );
  }

  /** What kernels must store: the values that have homes, arguments first. */
  const stored = [...homes.keys()].sort((a, b) => a.id - b.id);

  function carriedOnly(node: Node): boolean {
    return (homes.get(node) ?? []).every((a) => a.at === "lag");
  }
  function isArgument(node: Node): boolean {
    return barriers.some((b) => b.arguments.includes(node));
  }
  /** Side by side in one buffer, as one product reads them; part of a group that exists serves too. */
  function settleGroup(group: readonly Node[]): void {
    if (group.length < 2 || (group.every((n) => homes.has(n)) && besides(group))) return;
    const inRows = group.every((n) => extentOf(n) === "rows");
    const buffer = make(
      inRows ? "rows" : "tokens",
      group.reduce((w, n) => w + n.width, 0),
    );
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
  /** Where a value stands before it is copied anywhere, then its copies. */
  function homesOf(node: Node): readonly Access[] {
    const home = homes.get(node) ?? [];
    if (node.op === "slice") return [access(barrierBuffer(node.arguments[0] as Node), node.offset), ...home];
    if (isBarrier(node)) return [access(barrierBuffer(node)), ...home];
    if (node.op === "input") return [context.source(node.name).access, ...home];
    if (node.op === "gradient" && isAtHome(node)) return [...context.contributions, ...home];
    return home;
  }
  function barrierBuffer(node: Node): Buffer {
    return barrierBuffers.get(node) as Buffer;
  }
  /** Where a kernel that is not pointwise reads a value: never from the rows of the step before. */
  function memoryOf(node: Node): Access {
    const home = homesOf(node).find((h) => h.at !== "lag");
    if (!home) throw new Error(`${name}: a value of '${node.op}' has no place in memory`);
    return home;
  }

  /** Where the pointwise kernel that stores `here` loads a node; undefined where it computes it. */
  const loadIn =
    (region: Region, here: readonly Node[]) =>
    (node: Node): readonly Access[] | undefined => {
      switch (node.op) {
        case "parameter":
          return [access(context.parameters, context.parameter(`${name}.${node.name}`).offset)];
        case "reset":
          return [access(context.resets)];
        case "gradient":
          return context.contributions;
        case "carried":
          return [access(derivatives.get(node.name) as Buffer)];
        case "lag":
          if (region === "loop" || here.includes(node))
            return [access(stateBuffer.get(node.name) as Buffer, 0, "lag")];
      }
      const home = homesOf(node).find((h) => h.at !== "lag");
      return home ? [home] : undefined;
    };

  function pointwiseAt(direction: Direction, region: Region, stage: number): (Kernel | Loop)[] {
    const here = stored.filter((n) => {
      const spot = spotOf(n);
      return spot.direction === direction && spot.region === region && spot.stage === stage;
    });
    const stores = here.flatMap((node) =>
      (homes.get(node) ?? []).map((where): Store => ({ node, access: where })),
    );
    if (stores.length === 0) return [];
    const over: Over =
      region === "loop" ? "step" : region === "rows" || region === "rowsAfter" ? "rows" : "tokens";
    const kernelOver = (o: Over): Kernel =>
      fuse(o, stores, {
        load: loadIn(region, here),
        temporary: (width) => access(make("once", width)),
        salt: context.salt,
      });
    const kernel = kernelOver(over);
    if (over !== "tokens" || kernel.kind !== "pointwise") return [kernel];
    // Values of a row among those of its steps, or a state's place before the step: one step at a time.
    const touched = [
      ...kernel.passes.flatMap((p) => p.stores.map((s) => s.access)),
      ...kernel.values.flatMap((v) => (v.op === "load" ? [v.access] : [])),
    ];
    const stepwise =
      touched.some((a) => a.at === "lag" || a.buffer.extent === "rows") ||
      kernel.values.some((v) => v.op === "mask" && v.per === "sequence");
    return stepwise ? [{ kind: "loop", direction, body: [{ ...kernel, over: "step" }] }] : [kernel];
  }

  function barrierKernels(node: Node): Kernel[] {
    const { region } = spotOf(node);
    const over: Over =
      region === "loop" ? "step" : region === "rows" || region === "rowsAfter" ? "rows" : "tokens";
    const into = access(barrierBuffer(node));
    if (node.op === "sumSteps") {
      const from = memoryOf(node.arguments[0] as Node);
      return [{ kind: "stepSums", from, into, width: node.width }];
    }
    return node.op === "product"
      ? productKernels(node, over, into)
      : pullbackKernels(node as Pullback, over, into);
  }

  function placesOf(node: Product | Pullback): MatrixPlace[] {
    return node.matrices.flatMap((m) => {
      const { offset } = context.parameter(`${name}.${m.name}`);
      const [rows, columns] = [m.rows / m.blocks, m.columns / m.blocks];
      return Array.from({ length: m.blocks }, (_, b) => ({
        offset: offset + b * rows * columns,
        rows,
        columns,
      }));
    });
  }

  function productKernels(node: Product, over: Over, into: Access): Kernel[] {
    const argument = node.arguments[0] as Node;
    const matrices = placesOf(node);
    if (isIndex(argument)) {
      const indices = context.source(argument.name).access;
      return [{ kind: "gather", over: over === "rows" ? "rows" : "tokens", indices, into, matrices }];
    }
    return byBlocks(node, {
      kind: "matmul",
      over,
      from: memoryOf(argument),
      into,
      matrices,
      transposed: false,
    });
  }

  function pullbackKernels(node: Pullback, over: Over, into: Access): Kernel[] {
    const from =
      node.arguments.length === 1 ? memoryOf(node.arguments[0] as Node) : (besides(node.arguments) as Access);
    return byBlocks(node, { kind: "matmul", over, from, into, matrices: placesOf(node), transposed: true });
  }

  /** A block-diagonal matrix is as many small products as it has blocks. */
  function byBlocks(node: Product | Pullback, kernel: Kernel & { kind: "matmul" }): Kernel[] {
    if (node.matrices.every((m) => m.blocks === 1)) return [kernel];
    return kernel.matrices.map((matrix, b) => {
      const [taken, given] = kernel.transposed
        ? [matrix.rows, matrix.columns]
        : [matrix.columns, matrix.rows];
      const from = { ...kernel.from, column: kernel.from.column + b * taken };
      const into = { ...kernel.into, column: kernel.into.column + b * given };
      return { ...kernel, from, into, matrices: [matrix] };
    });
  }

  function isIndex(node: Node): node is Node & { op: "input" } {
    return node.op === "input" && context.source(node.name).kind === "index";
  }

  function work(direction: Direction): (Kernel | Loop)[] {
    const items: (Kernel | Loop)[] = [];
    for (const region of regions) {
      const ownBarriers = barriers.filter(
        (b) => spotOf(b).direction === direction && spotOf(b).region === region,
      );
      const last = Math.max(
        0,
        ...[
          ...ownBarriers,
          ...stored.filter((n) => spotOf(n).direction === direction && spotOf(n).region === region),
        ].map((n) => spotOf(n).stage),
      );
      const body: (Kernel | Loop)[] = [];
      for (let stage = 0; stage <= last; stage++) {
        for (const barrier of ownBarriers)
          if (spotOf(barrier).stage === stage) body.push(...barrierKernels(barrier));
        body.push(...pointwiseAt(direction, region, stage));
      }
      if (region !== "loop") items.push(...body);
      else if (body.length > 0) items.push({ kind: "loop", direction, body: body as Kernel[] });
    }
    return items;
  }

  return {
    // An input that is handed on as it is stands where its source does.
    get output() {
      return memoryOf(step.output);
    },
    inputGradients: new Map(inputGradients.map(([input, node]) => [input, memoryOf(node)])),
    states,
    forward() {
      const collect = states.map(({ buffer, final }): Kernel => {
        return {
          kind: "finals",
          direction: "collect",
          carried: false,
          tokens: access(buffer),
          rows: access(final),
          width: buffer.width,
        };
      });
      return [...work("forward"), ...collect];
    },
    backward() {
      const spread = [...derivatives].map(([state, buffer]): Kernel => {
        const rows = access(arena.named(`dfinal.${name}.${state}`));
        return {
          kind: "finals",
          direction: "spread",
          carried: false,
          tokens: access(buffer),
          rows,
          width: buffer.width,
        };
      });
      const sums = parameterGradients(gradient?.parameters ?? [], {
        place: (p) => context.parameter(`${name}.${p}`),
        into: context.gradients as Buffer,
        memoryOf: (node, beside) =>
          (beside && homesOf(node).find((h) => isNextTo(beside, h))) ?? memoryOf(node),
        source: (node) => (isIndex(node) ? context.source(node.name).access : undefined),
      });
      return [...spread, ...work("backward"), ...sums];
    },
  };
}

const isNextTo = (before: { access: Access; width: number }, after: Access): boolean =>
  after.buffer === before.access.buffer && after.column === before.access.column + before.width;

const outputName = ({ name, step }: LayerContext): string | undefined => {
  const quantity = [...step.named].find(([, node]) => node === step.output)?.[0];
  return quantity && !quantity.endsWith("'") ? `${name}.${quantity}` : undefined;
};

/** Values that one product reads, or one weight gradient: lists that should stand side by side, longest first. */
function groupsOfColumns(barriers: readonly Node[], gradient?: StepGradient): (readonly Node[])[] {
  const groups: (readonly Node[])[] = barriers.filter((b) => b.op === "pullback").map((b) => b.arguments);
  const byVector = new Map<Node, Node[]>();
  for (const p of gradient?.parameters ?? []) {
    if (p.kind === "matrix") byVector.set(p.vector, [...(byVector.get(p.vector) ?? []), p.rows]);
  }
  return [...groups, ...byVector.values()].sort((a, b) => b.length - a.length);
}

function keptNodes({ name, step, gradient, keep }: LayerContext): Map<string, Node> {
  const kept = new Map<string, Node>();
  for (const quantity of keep) {
    const node = nodeNamed(step, quantity);
    const adjointOf = quantity.startsWith("d") ? nodeNamed(step, quantity.slice(1)) : undefined;
    const adjoint = adjointOf && gradient?.adjoints.get(adjointOf);
    const found = node ?? adjoint;
    if (!found) {
      const known = [...step.named.keys()]
        .filter((k) => !isLeaf(step.named.get(k) as Node))
        .map((k) => k.replace("'", ""));
      throw new Error(
        `${name}: '${quantity}' cannot be kept; the equations name ${[...new Set(known)].join(", ")}` +
          (gradient ? ", and 'd' before one is its derivative" : " (derivatives only in training)"),
      );
    }
    kept.set(quantity, found);
  }
  return kept;
}

/** `h` is the state after the step. */
const nodeNamed = (step: Step, quantity: string): Node | undefined =>
  step.named.get(`${quantity}'`) ?? step.named.get(quantity);
