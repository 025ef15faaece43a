// The surroundings of a layer while it is planned: its equations as a graph, and the memory it shares with the rest of
// the network.
import type { StepGradient } from "../../graph/differentiate.ts";
import type { Node } from "../../graph/graph.ts";
import type { Step } from "../../graph/step.ts";
import type { Arena } from "../arena.ts";
import type { ParameterPlace } from "../parameters.ts";
import type { Access, Buffer } from "../plan.ts";

/** The output of an input or a layer of the network: dense vectors, or indices that stand for one-hot vectors. */
export interface Signal {
  readonly kind: "dense" | "index";
  /** To be called once all layers are planned: a layer is planned before the layers that it reads. */
  access(): Access;
}

export interface LayerContext {
  readonly name: string;
  /** Tells this layer's noise from that of others. */
  readonly salt: number;
  readonly step: Step;
  /** Number of nodes of the step that are not part of its gradient: the first ones. */
  readonly forwardCount: number;
  readonly gradient?: StepGradient;
  readonly arena: Arena;
  readonly parameters: Buffer;
  /** By their names in the equations. */
  readonly parameter: (name: string) => ParameterPlace;
  /** The buffer from which products read a matrix, by its name in the equations, and the matrix's offset there. */
  readonly matrix: (name: string) => { readonly buffer: Buffer; readonly offset: number };
  /** The block of gradients, in the order of the parameters. */
  readonly gradients?: Buffer;
  /** Parameters of the network whose gradients earlier kernels have written. */
  readonly written: Set<string>;
  /** 1 where a new sequence starts. */
  readonly resets: Buffer;
  readonly input: (name: string) => Signal;
  /** The derivative by this layer's output, one part for each of its users. */
  readonly contributions: readonly Access[];
  /** Quantities to be readable after a run: names in the equations, with `d` in front for derivatives. */
  readonly keep: readonly string[];
}

/** Whether a node is an input that stands for a one-hot vector. */
export function isIndex(node: Node, layer: LayerContext): node is Node & { op: "input" } {
  return node.op === "input" && layer.input(node.name).kind === "index";
}
