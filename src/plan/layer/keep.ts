// Quantities that are asked for by their names in the equations, to be readable after a run. Knows names, no memory.
import type { Node } from "../../graph/graph.ts";
import type { Step } from "../../graph/step.ts";
import type { LayerContext } from "./context.ts";
import { isLeaf } from "./storage.ts";

type KeepContext = Pick<LayerContext, "name" | "step" | "gradient" | "keep">;

/** The node of each quantity. Throws for a name that the equations do not have. */
export function keptNodes(layer: KeepContext): Map<string, Node> {
  return new Map(layer.keep.map((quantity) => [quantity, keptNode(layer, quantity)]));
}

function keptNode({ name, step, gradient }: KeepContext, quantity: string): Node {
  const node = nodeNamed(step, quantity);
  if (node) return node;
  const derivedBy = quantity.startsWith("d") ? nodeNamed(step, quantity.slice(1)) : undefined;
  const adjoint = derivedBy && gradient?.adjoints.get(derivedBy);
  if (adjoint) return adjoint;
  const known = [...step.named].filter(([, n]) => !isLeaf(n)).map(([n]) => n.replace("'", ""));
  throw new Error(
    `${name}: '${quantity}' cannot be kept; the equations name ${[...new Set(known)].join(", ")}` +
      (gradient ? ", and 'd' before one is its derivative" : " (derivatives only in training)"),
  );
}

/** `h` is the state after the step. */
const nodeNamed = (step: Step, quantity: string): Node | undefined =>
  step.named.get(`${quantity}'`) ?? step.named.get(quantity);
