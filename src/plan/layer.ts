// One layer's part of a plan: its values get places, its forward and its backward pass their kernels. Knows the
// layer's equations and capacities, no other layer's.
import { levels, reachable, type Node } from "../graph/graph.ts";
import type { Step } from "../graph/step.ts";
import type { StepGradient } from "../graph/differentiate.ts";
import { access, type Arena } from "./buffers.ts";
import { parameterGradients } from "./gradients.ts";
import { isAtHome, settleHomes, type Homes, type StateHome } from "./homes.ts";
import { keptNodes } from "./keep.ts";
import type { ParameterPlace } from "./parameters.ts";
import type { Access, Buffer, Kernel, Loop } from "./plan.ts";
import { isUpdatedInPlace, workInPlace } from "./in-place.ts";
import { place } from "./placement.ts";
import { assignSpots, isBarrier } from "./regions.ts";
import { isIndex, scheduleWork } from "./schedule.ts";

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
  /** Where products find a matrix of the layer, by its name in the equations. */
  readonly matrix: (name: string) => { readonly buffer: Buffer; readonly offset: number };
  /** The block of gradients, in the order of the parameters. */
  readonly gradients?: Buffer;
  /** Parameters of the network whose gradient stands there already. */
  readonly written: Set<string>;
  /** 1 where a new sequence starts. */
  readonly resets: Buffer;
  readonly source: (input: string) => Source;
  /** The indices, where an input stands for a one-hot vector. */
  readonly indices: (input: string) => Access | undefined;
  /** The derivative by this layer's output, in as many parts as it has users. */
  readonly contributions: readonly Access[];
  /** Quantities to be readable after a run: names in the equations, `d` before one for its derivative. */
  readonly keep: readonly string[];
}

export interface LayerPlan {
  readonly output: Access;
  readonly inputGradients: ReadonlyMap<string, Access>;
  readonly states: readonly StateHome[];
  /** Called once the sources' places are known. */
  forward(): (Kernel | Loop)[];
  backward(): (Kernel | Loop)[];
}

export function planLayer(context: LayerContext): LayerPlan {
  const { step, gradient } = context;
  const spotOf = assignSpots({
    step,
    forwardCount: context.forwardCount,
    ...(gradient && { gradient }),
    isIndex: (node) => isIndex(node, context),
  });
  const kept = keptNodes(context);
  const carriedBack = derivativesByStates(context);
  const inputGradients = [...(gradient?.inputs ?? [])];
  const lasting = [
    step.output,
    ...kept.values(),
    ...(gradient?.parameters ?? []).flatMap((p) => (p.kind === "matrix" ? [p.rows, p.vector] : [p.delta])),
    ...inputGradients.map(([, node]) => node),
  ];
  const next = step.states.map((s) => s.next);
  const roots = [...next, ...lasting, ...carriedBack.values()];
  const barriers = reachable(roots).filter(isBarrier);
  const required = [...roots, ...barriers.flatMap((b) => b.arguments)].filter(
    (node) => !isAtHome(node, context) || next.includes(node),
  );
  const wholes = lasting.map((n) => (n.op === "slice" ? (n.arguments[0] as Node) : n));
  const placement = place(new Set(required), new Set(wholes), barriers, spotOf);
  const homes = settleHomes({ layer: context, spotOf, barriers, placement, kept, carriedBack });

  return {
    // An input that is handed on as it is stands where its source does.
    get output() {
      return homes.memoryOf(step.output);
    },
    inputGradients: new Map(inputGradients.map(([input, node]) => [input, homes.memoryOf(node)])),
    states: homes.states,
    forward: () => [
      ...scheduleWork("forward", context, homes, barriers, spotOf),
      ...homes.states.map(({ buffer, final }) => finals("collect", buffer, final)),
    ],
    backward: () => {
      let work = scheduleWork("backward", context, homes, barriers, spotOf);
      const beginning = [...homes.derivatives].map(([state, buffer]): Kernel => {
        const final = context.arena.named(`dfinal.${context.name}.${state}`);
        if (!isUpdatedInPlace(buffer, work)) return finals("spread", buffer, final);
        work = workInPlace(buffer, work);
        context.arena.shrinkToRows(buffer);
        return { kind: "copyRows", from: access(final), into: access(buffer), width: buffer.width };
      });
      return [...beginning, ...work, ...weightGradients(context, homes)];
    },
  };
}

/** What the step hands back to the one before: 0 where a state is not read. */
function derivativesByStates({ step, gradient }: LayerContext): Map<string, Node> {
  const nothing = (width: number): Node => step.graph.broadcast(step.graph.number(0), width, levels.step);
  const found = (name: string, width: number): Node => gradient?.previous.get(name) ?? nothing(width);
  return new Map(gradient ? step.states.map(({ name, width }) => [name, found(name, width)]) : []);
}

function finals(direction: "collect" | "spread", tokens: Buffer, rows: Buffer): Kernel {
  const { width } = tokens;
  return { kind: "finals", direction, carried: false, tokens: access(tokens), rows: access(rows), width };
}

function weightGradients(context: LayerContext, homes: Homes): Kernel[] {
  return parameterGradients(context.gradient?.parameters ?? [], {
    place: (p) => context.parameter(`${context.name}.${p}`),
    into: context.gradients as Buffer,
    written: context.written,
    memoryOf: (node, beside) =>
      (beside && homes.of(node).find((h) => isNextTo(beside, h))) ?? homes.memoryOf(node),
    source: (node) => (node.op === "input" ? context.indices(node.name) : undefined),
  });
}

const isNextTo = (before: { access: Access; width: number }, after: Access): boolean =>
  after.buffer === before.access.buffer && after.column === before.access.column + before.width;
