// Matrices whose elements are left out at random in training: copies made before anything reads them, with one draw
// for a whole update, and their gradients left out alike. Wan et al. 2013 (ICML), Merity et al. 2017,
// arXiv:1708.02182v1. Knows no equations.
import type { Matrix } from "../graph/graph.ts";
import type { Step } from "../graph/step.ts";
import { access, type Arena } from "./buffers.ts";
import type { NetworkLayer } from "./network.ts";
import { dropSalt } from "./noise.ts";
import type { ParameterPlace } from "./parameters.ts";
import type { Access, Buffer, Kernel } from "./plan.ts";

export interface DropContext {
  readonly layer: NetworkLayer;
  readonly salt: number;
  readonly step: Step;
  readonly places: ReadonlyMap<string, ParameterPlace>;
  readonly arena: Arena;
  readonly parameters: Buffer;
  readonly gradients: Buffer | undefined;
}

export interface PlannedDrops {
  /** Where products find a matrix of the layer. */
  matrix(name: string): { readonly buffer: Buffer; readonly offset: number };
  readonly prepare: readonly Kernel[];
  /** After the gradients of the layer. */
  readonly backward: readonly Kernel[];
}

export function planDrops(context: DropContext): PlannedDrops {
  const { layer, salt, step, places, arena, parameters, gradients } = context;
  const dropped = new Map<string, Matrix>();
  for (const node of step.graph.nodes) {
    if (node.op !== "product" && node.op !== "transposedProduct") continue;
    for (const matrix of node.matrices) if (matrix.drop) dropped.set(matrix.name, matrix);
  }
  const placeOf = (name: string): ParameterPlace => places.get(`${layer.name}.${name}`) as ParameterPlace;
  const copies = new Map<string, Buffer>();
  const prepare: Kernel[] = [];
  const backward: Kernel[] = [];
  for (const [name, { drop = 0 }] of dropped) {
    const { offset, size, trained } = placeOf(name);
    const copy = arena.make(`${layer.name}/kept.${name}`, "once", size);
    copies.set(name, copy);
    const own = salt + dropSalt(layer.cell, name);
    prepare.push(masked(access(parameters, offset), access(copy), size, drop, own));
    if (!gradients || !trained) continue;
    backward.push(masked(access(gradients, offset), access(gradients, offset), size, drop, own));
  }
  return {
    matrix: (name) => {
      const copy = copies.get(name);
      return copy ? { buffer: copy, offset: 0 } : { buffer: parameters, offset: placeOf(name).offset };
    },
    prepare,
    backward,
  };
}

/** Each element with its probability, scaled up so that the mean stays. */
function masked(from: Access, into: Access, width: number, rate: number, salt: number): Kernel {
  return {
    kind: "pointwise",
    over: "once",
    values: [
      { op: "load", access: from, width },
      { op: "mask", rate, per: "sequence", salt, width },
      { op: "number", value: 1 / (1 - rate), width: 1 },
      { op: "mul", arguments: [0, 1], width },
      { op: "mul", arguments: [3, 2], width },
    ],
    passes: [{ width, values: [0, 1, 2, 3, 4], stores: [{ value: 4, access: into }] }],
  };
}
