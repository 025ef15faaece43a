// Quantities that are asked for by the names of the equations, to be readable after a run. Knows names, no memory.
import type { Node } from "../graph/graph.ts";
import type { Step } from "../graph/step.ts";
import type { LayerContext } from "./layer.ts";
import { isLeaf } from "./placement.ts";

/** The node of each quantity; throws for a name that the equations do not know. */
export function keptNodes({ name, step, gradient, keep }: LayerContext): Map<string, Node> {
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
