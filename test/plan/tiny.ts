// The smallest surroundings in which a module of `plan/` can be tried alone: a layer, a network, a few kernels.
import { differentiate } from "../../src/graph/differentiate.ts";
import type { Node } from "../../src/graph/graph.ts";
import { lower } from "../../src/graph/lower.ts";
import type { Step } from "../../src/graph/step.ts";
import type { Cell } from "../../src/language/cell.ts";
import { equations } from "../../src/language/equations.ts";
import { access, createArena } from "../../src/plan/arena.ts";
import type { LayerContext, Signal } from "../../src/plan/layer/context.ts";
import type { Network, NetworkLayer } from "../../src/plan/network.ts";
import {
  layoutParameters,
  placesByName,
  type ParameterLayout,
  type ParameterPlace,
} from "../../src/plan/parameters.ts";
import type { Access, Buffer, Kernel, Loop, Plan, PointwiseKernel } from "../../src/plan/plan.ts";
import type { PlanOptions } from "../../src/plan/draft.ts";
import { printPlan } from "../../src/plan/print.ts";

/** One state, one matrix on it. */
export const elman: Cell = equations("tiny")`
  h' = tanh(W x + U h + b)
`;

export const sizes = { I: 3, H: 2 } as const;

export interface LayerOptions {
  readonly training?: boolean;
  readonly keep?: readonly string[];
  /** Whether `x` is an index. */
  readonly index?: boolean;
  /** How many later layers hand back a derivative. */
  readonly users?: number;
  readonly sizes?: Readonly<Record<string, number>>;
}

export interface TinyLayer extends LayerContext {
  readonly layout: ParameterLayout;
}

/** The context of a layer named `tiny`, of 2 rows and 4 steps. */
export function layerOf(cell: Cell, options: LayerOptions = {}): TinyLayer {
  const { training = true, keep = [], index = false, users = 1 } = options;
  const widths = options.sizes ?? sizes;
  const layer: NetworkLayer = { name: "tiny", cell, sizes: widths, inputs: {} };
  const layout = layoutParameters([{ layer, step: lower(cell, widths) }]);
  const places = placesByName(layout, [layer]);
  const step = lower(cell, widths, { noise: training });
  const forwardCount = step.graph.nodes.length;
  const arena = createArena(2, 4);
  const parameters = arena.parameters(layout.size);
  const resets = arena.make("resets", "tokens", 1);
  const signals = new Map(
    cell.inputs.map((input): [string, Signal] => {
      const node = step.inputs.find((n) => n.op === "input" && n.name === input.name) as Node;
      const isIndex = index && input.name === "x";
      const extent = input.per === "step" ? "tokens" : "rows";
      const buffer = isIndex
        ? arena.make(input.name, extent, 1, "integer")
        : arena.make(input.name, extent, node.width);
      return [input.name, { kind: isIndex ? "index" : "dense", access: () => access(buffer) }];
    }),
  );
  const contributions = Array.from({ length: users }, (_, i) =>
    access(arena.make(`∇${i}`, "tokens", step.output.width)),
  );
  const gradient =
    training &&
    differentiate(step, {
      inputs: index ? [] : cell.inputs.map((input) => input.name),
      isTrained: (name) => (places.get(`tiny.${name}`) as ParameterPlace).trained,
    });
  const parameter = (name: string): ParameterPlace => places.get(`tiny.${name}`) as ParameterPlace;
  return {
    layout,
    name: "tiny",
    salt: 0,
    step,
    forwardCount,
    ...(gradient && { gradient, gradients: arena.make("gradients", "once", layout.trained) }),
    arena,
    parameters,
    parameter,
    matrix: (name) => ({ buffer: parameters, offset: parameter(name).offset }),
    written: new Set(),
    resets,
    input: (name) => signals.get(name) as Signal,
    contributions,
    keep,
  };
}

/** What the equations name. */
export const valueOf = ({ named }: Step, name: string): Node => named.get(name) as Node;

/** The node of an operation; the first one if there are several. */
export const nodeOf = ({ graph }: Step, op: Node["op"]): Node => graph.nodes.find((n) => n.op === op) as Node;

export const networkOf = (...layers: readonly NetworkLayer[]): Network => ({
  inputs: [{ name: "x", width: 3, kind: "dense", per: "step" }],
  layers,
  loss: { kind: "given", of: (layers.at(-1) as NetworkLayer).name },
});

export const tinyLayer: NetworkLayer = { name: "tiny", cell: elman, sizes, inputs: { x: "x" } };

/** On top of the other. */
export const upperLayer: NetworkLayer = {
  ...tinyLayer,
  name: "upper",
  sizes: { I: 2, H: 2 },
  inputs: { x: "tiny" },
};

export const train: PlanOptions = { mode: "train", rows: 2, steps: 4 };

/** A copy of values: `into ← from`. */
export const copy = (
  from: Access,
  into: Access,
  width: number,
  over: PointwiseKernel["over"] = "tokens",
): PointwiseKernel => ({
  kind: "pointwise",
  over,
  values: [{ op: "load", access: from, width }],
  passes: [{ width, values: [0], stores: [{ value: 0, access: into }] }],
});

export const loop = (
  direction: Loop["direction"],
  ...body: readonly Kernel[]
): Loop & { readonly body: readonly Kernel[] } => ({ kind: "loop", direction, body });

/** Kernels as `printPlan` prints them, without alignment and without the operations of pointwise ones. */
export function show(work: readonly (Kernel | Loop)[], layout?: ParameterLayout): string[] {
  const plan = {
    parameters: layout ?? { places: [], trained: 0, size: 0 },
    ports: { gradients: "gradients" },
    phases: { forward: work },
  };
  return printPlan(plan as unknown as Plan)
    .slice(1)
    .map((line) =>
      line
        .replace(/; \d+ operations? .*$/u, "")
        .replace(/\s+/gu, " ")
        .trim(),
    );
}

export const namesOf = (buffers: readonly Buffer[]): string[] => buffers.map((b) => b.name);
