// One time step of a cell with sizes: its graph, and the nodes that its equations name.
import type { Graph, Node } from "./graph.ts";

/** A state of a step. */
interface StepState {
  readonly name: string;
  readonly width: number;
  /** Its value before the step, already reset where a sequence starts. */
  readonly previous: Node;
  /** Its value after the step. */
  readonly next: Node;
}

/** One step; made by `lower`. */
export interface Step {
  readonly graph: Graph;
  readonly inputs: readonly Node[];
  readonly states: readonly StepState[];
  readonly output: Node;
  /** Every quantity that the equations name: `z`, `h'` (after the step), `h` (before it). */
  readonly named: ReadonlyMap<string, Node>;
}
