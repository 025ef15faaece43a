// The analysis of a layer: the slots of its values, its barriers, and the choice of values to store.
import { levels, reachable, type Node } from "../../graph/graph.ts";
import { keptNodes } from "./keep.ts";
import { isIndex, type LayerContext } from "./context.ts";
import { assignSlots, isBarrier, type SlotOf } from "./slots.ts";
import { chooseStorage, wholeOf, type StorageChoice } from "./storage.ts";

export interface LayerAnalysis {
  readonly slotOf: SlotOf;
  /** Products and other operations that run as kernels of their own, in order. */
  readonly barriers: readonly Node[];
  readonly storage: StorageChoice;
  /** By quantities to be readable after a run. */
  readonly kept: ReadonlyMap<string, Node>;
  /** In training, by state: the derivative by the state before the step, 0 if the equations do not read it. */
  readonly stateDerivatives: ReadonlyMap<string, Node>;
}

export function analyseLayer(layer: LayerContext): LayerAnalysis {
  const { step, forwardCount, gradient } = layer;
  const slotOf = assignSlots({
    step,
    forwardCount,
    ...(gradient && { gradient }),
    isIndex: (node) => isIndex(node, layer),
  });
  const kept = keptNodes(layer);
  const stateDerivatives = derivativesByStates(layer);
  const lasting = [
    step.output,
    ...kept.values(),
    ...(gradient?.parameters ?? []).flatMap((p) => (p.kind === "matrix" ? [p.rows, p.vector] : [p.delta])),
    ...(gradient?.inputs.values() ?? []),
  ];
  const next = step.states.map((s) => s.next);
  const roots = [...next, ...lasting, ...stateDerivatives.values()];
  const barriers = reachable(roots).filter(isBarrier);
  const required = [...roots, ...barriers.flatMap((b) => b.arguments)].filter(
    (node) => !isInMemory(node, layer) || next.includes(node),
  );
  const storage = chooseStorage(new Set(required), new Set(lasting.map(wholeOf)), barriers, slotOf);
  return { slotOf, barriers, storage, kept, stateDerivatives };
}

/** In memory without being stored: results of barriers, connected inputs, a derivative that has one source. */
export const isInMemory = (node: Node, { contributions }: LayerContext): boolean =>
  isBarrier(node) ||
  node.op === "slice" ||
  node.op === "input" ||
  (node.op === "gradient" && contributions.length === 1);

function derivativesByStates({ step, gradient }: LayerContext): Map<string, Node> {
  const zero = (width: number): Node => step.graph.broadcast(step.graph.number(0), width, levels.step);
  const states = gradient ? step.states : [];
  return new Map(states.map(({ name, width }) => [name, gradient?.previous.get(name) ?? zero(width)]));
}
