// Masks on weights: matrices whose elements are dropped at random in training. Products read masked copies, drawn once
// per update before anything reads them, and gradients are masked alike. Wan et al. 2013 (ICML), Merity et al. 2017,
// arXiv:1708.02182v1.
import type { Matrix } from "../../graph/graph.ts";
import type { Step } from "../../graph/step.ts";
import { access, type Arena } from "../arena.ts";
import type { NetworkLayer } from "../network.ts";
import { weightMaskSalt } from "../noise.ts";
import type { ParameterPlace } from "../parameters.ts";
import type { Access, Buffer, Kernel } from "../plan.ts";

export interface WeightMaskContext {
  readonly layer: NetworkLayer;
  /** Tells this layer's noise from that of others. */
  readonly salt: number;
  readonly step: Step;
  /** By their names in the equations. */
  readonly parameter: (name: string) => ParameterPlace;
  readonly arena: Arena;
  readonly parameters: Buffer;
  readonly gradients: Buffer | undefined;
}

export interface WeightMasks {
  /** The buffer from which products read a matrix, and the matrix's offset there. */
  matrix(name: string): { readonly buffer: Buffer; readonly offset: number };
  readonly prepare: readonly Kernel[];
  /** To run after the layer's weight gradients. */
  readonly backward: readonly Kernel[];
}

export function planWeightMasks(context: WeightMaskContext): WeightMasks {
  const { layer, step, parameter, arena, parameters, gradients } = context;
  const copies = new Map<string, Buffer>();
  const prepare: Kernel[] = [];
  const backward: Kernel[] = [];
  for (const [name, rate] of dropRates(step)) {
    const { offset, size, trained } = parameter(name);
    const copy = arena.make(`${layer.name}/kept.${name}`, "once", size);
    copies.set(name, copy);
    const salt = context.salt + weightMaskSalt(layer.cell, name);
    prepare.push(mask(access(parameters, offset), access(copy), size, rate, salt));
    if (!gradients || !trained) continue;
    const gradient = access(gradients, offset);
    backward.push(mask(gradient, gradient, size, rate, salt));
  }
  return {
    matrix: (name) => {
      const copy = copies.get(name);
      return copy ? { buffer: copy, offset: 0 } : { buffer: parameters, offset: parameter(name).offset };
    },
    prepare,
    backward,
  };
}

/** The matrices that have one, by name. */
function dropRates({ graph }: Step): Map<string, number> {
  const matrices = graph.nodes.flatMap((node): readonly Matrix[] =>
    node.op === "product" || node.op === "transposedProduct" ? node.matrices : [],
  );
  return new Map(matrices.flatMap(({ name, drop }) => (drop ? [[name, drop]] : [])));
}

/** Each element is kept with probability `1 - rate` and scaled up, so that the mean stays the same. */
function mask(from: Access, into: Access, width: number, rate: number, salt: number): Kernel {
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
