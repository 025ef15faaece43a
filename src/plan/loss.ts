// The loss of a network as kernels, and its derivative by the output of the layer that it is of. Knows no layer.
import { access, type Arena } from "./buffers.ts";
import type { Loss } from "./network.ts";
import type { Access, Buffer, Kernel, PointwiseKernel } from "./plan.ts";

export interface PlannedLoss {
  readonly value?: Buffer;
  /** The derivative by the output of the layer that the loss is of. */
  readonly gradient?: Access;
  /** Given where that output stands. */
  readonly kernels: (output: Access) => Kernel[];
}

/** `width` of the layer that the loss is of. */
export function planLoss(loss: Loss, width: number, arena: Arena, training: boolean): PlannedLoss {
  const gradient = training ? access(arena.make(`d.${loss.of}`, "tokens", width)) : undefined;
  const derivative = gradient && { gradient };
  if (loss.kind === "given") return { ...derivative, kernels: () => [] };
  const value = arena.make("loss", "once", 1);
  const weights = access(arena.make("weights", "tokens", 1));
  if (loss.kind === "mean") {
    const kernels = planMean({ value, weights, ...derivative }, arena);
    return { value, ...derivative, kernels };
  }
  const targets = access(arena.make("targets", "tokens", 1, "integer"));
  return {
    value,
    ...derivative,
    kernels: (logits) => [
      {
        kind: "crossEntropy",
        logits,
        classes: width,
        targets,
        weights,
        smoothing: loss.smoothing ?? 0,
        loss: access(value),
        ...derivative,
      },
    ],
  };
}

interface MeanShape {
  readonly value: Buffer;
  readonly weights: Access;
  readonly gradient?: Access;
}

/** `Σ weight·value / Σ weight`, from sums over tokens. */
function planMean({ value, weights, gradient }: MeanShape, arena: Arena): (output: Access) => Kernel[] {
  const shares = access(arena.make("loss/shares", "tokens", 1));
  const [sum, total] = [
    access(arena.make("loss/sum", "once", 1)),
    access(arena.make("loss/total", "once", 1)),
  ];
  const ofTwo = (
    over: "tokens" | "once",
    op: "mul" | "div",
    [a, b]: readonly [Access, Access],
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
  const sumOf = (from: Access, into: Access): Kernel => {
    return { kind: "columnSums", over: "tokens", from, width: 1, into, accumulate: false };
  };
  return (output) => [
    ofTwo("tokens", "mul", [output, weights], shares),
    sumOf(shares, sum),
    sumOf(weights, total),
    ofTwo("once", "div", [sum, total], access(value)),
    ...(gradient ? [ofTwo("tokens", "div", [weights, total], gradient)] : []),
  ];
}
