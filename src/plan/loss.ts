// The loss of a network as kernels, and its derivative by the output of the layer that it is computed from.
import { access, type Arena } from "./arena.ts";
import type { Loss } from "./network.ts";
import type { Access, Buffer, Kernel, PointwiseKernel } from "./plan.ts";

export interface PlannedLoss {
  /** Without one the caller gives the derivative. */
  readonly value?: Buffer;
  readonly weights?: Buffer;
  readonly targets?: Buffer;
  /** In training: the derivative by the output of the layer that the loss is of. */
  readonly gradient?: Access;
  kernels(output: Access): Kernel[];
}

/** `width` is that of the layer that the loss is of. */
export function planLoss(loss: Loss, width: number, arena: Arena, isTraining: boolean): PlannedLoss {
  const gradient = isTraining && { gradient: access(arena.make(`d.${loss.of}`, "tokens", width)) };
  if (loss.kind === "given") return { ...gradient, kernels: () => [] };
  const value = arena.make("loss", "once", 1);
  const weights = arena.make("weights", "tokens", 1);
  if (loss.kind === "mean") {
    const kernels = planMean({ value, weights, ...gradient }, arena);
    return { value, weights, ...gradient, kernels };
  }
  const targets = arena.make("targets", "tokens", 1, "integer");
  return {
    value,
    weights,
    targets,
    ...gradient,
    kernels: (logits) => [
      {
        kind: "crossEntropy",
        logits,
        classes: width,
        targets: access(targets),
        weights: access(weights),
        smoothing: loss.smoothing ?? 0,
        loss: access(value),
        ...gradient,
      },
    ],
  };
}

interface MeanBuffers {
  readonly value: Buffer;
  readonly weights: Buffer;
  readonly gradient?: Access;
}

/** `Σ weight·value / Σ weight`, from sums over tokens. */
function planMean({ value, weights, gradient }: MeanBuffers, arena: Arena): (output: Access) => Kernel[] {
  const weight = access(weights);
  const weighted = access(arena.make("loss/shares", "tokens", 1));
  const sum = access(arena.make("loss/sum", "once", 1));
  const total = access(arena.make("loss/total", "once", 1));
  return (output) => [
    combine("tokens", "mul", output, weight, weighted),
    sumOver(weighted, sum),
    sumOver(weight, total),
    combine("once", "div", sum, total, access(value)),
    ...(gradient ? [combine("tokens", "div", weight, total, gradient)] : []),
  ];
}

const combine = (
  over: "tokens" | "once",
  op: "mul" | "div",
  a: Access,
  b: Access,
  into: Access,
): PointwiseKernel => ({
  kind: "pointwise",
  over,
  values: [
    { op: "load", access: a, width: 1 },
    { op: "load", access: b, width: 1 },
    { op, arguments: [0, 1], width: 1 },
  ],
  passes: [{ width: 1, values: [0, 1, 2], stores: [{ value: 2, access: into }] }],
});

const sumOver = (from: Access, into: Access): Kernel => ({
  kind: "columnSums",
  over: "tokens",
  from,
  width: 1,
  into,
  accumulate: false,
});
