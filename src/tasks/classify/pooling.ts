// Pools the outputs of recurrent layers at each step into one vector per sequence.
import { attentionPooling, firstStep, maxPooling, meanPooling } from "../../cells/pooling.ts";
import type { Cell } from "../../language/cell.ts";
import type { Stack } from "../../model/stack.ts";
import type { Connection, NetworkLayer } from "../../plan/network.ts";

/** The summary of a sequence: the last states, or the mean, the maximum or a weighted mean over its steps. */
export type Pooling = "last" | "mean" | "max" | "attention";

export const poolings: readonly Pooling[] = ["last", "mean", "max", "attention"];

export interface Pooled {
  readonly layers: readonly NetworkLayer[];
  /** Its value at the last step of a sequence is the summary. */
  readonly output: Connection;
  readonly width: number;
}

const cells: Readonly<Record<Exclude<Pooling, "last">, Cell>> = {
  mean: meanPooling,
  max: maxPooling,
  attention: attentionPooling,
};

/**
 * On layers of `size` in one direction or, side by side, in both. The last state of those that go from the last step to
 * the first is that at the first step.
 */
export function pool(stack: Stack, size: number, pooling: Pooling, isBidirectional: boolean): Pooled {
  const { output, width } = stack;
  if (pooling !== "last") {
    const layer = {
      name: "pooled",
      cell: cells[pooling],
      sizes: { I: width, H: size },
      inputs: { x: output },
    };
    return { layers: [layer], output: "pooled", width };
  }
  if (!isBidirectional) return { layers: [], output, width };
  const [forward, backward] = halves(output, width);
  const first: NetworkLayer = {
    name: "first",
    cell: firstStep,
    sizes: { I: width / 2, H: width / 2 },
    inputs: { x: backward },
  };
  return { layers: [first], output: [forward, "first"], width };
}

type Half = Exclude<Connection, readonly unknown[]>;

function halves(output: Connection, width: number): [Half, Half] {
  if (typeof output === "string") {
    const half = width / 2;
    return [
      { of: output, from: 0, width: half },
      { of: output, from: half, width: half },
    ];
  }
  return [...(output as readonly Half[])] as [Half, Half];
}
