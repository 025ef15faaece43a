// What a network ends in: a readout, and a loss that compares it with targets. Joins equations; computes nothing.
import {
  ctc,
  gaussian,
  huber,
  impossible,
  absoluteError,
  mixtureDensity,
  quantiles,
  sigmoids,
  squaredError,
} from "../cells/losses.ts";
import { readout } from "../cells/parts.ts";
import type { Cell } from "../language/cell.ts";
import type { Connection, Loss, NetworkInput, NetworkLayer, Part } from "../plan/network.ts";

/**
 * What is predicted, `width` numbers or one of so many classes at each step:
 * - `classes`: softmax cross-entropy against an index; a negative target is ignored, and `smoothing` (default 0) of each
 *   target is spread over all classes.
 * - `sigmoids`: yes or no for each of several.
 * - `squared-error`, `absolute-error`, `huber` (`delta` default 1): numbers.
 * - `gaussian`: means and log standard deviations; the readout has them in this order.
 * - `mixture-density`: logits of the components' weights, then for each number the components' means, then for each
 *   number their log standard deviations.
 * - `quantiles`: for each level in turn all numbers.
 * - `ctc`: a class at each step or none (class 0), against a sequence of labels of at most `labels`.
 */
export type Head =
  | { readonly kind: "classes"; readonly classes: number; readonly smoothing?: number }
  | { readonly kind: "sigmoids" | "squared-error" | "absolute-error" | "gaussian"; readonly width: number }
  | { readonly kind: "huber"; readonly width: number; readonly delta?: number }
  | { readonly kind: "mixture-density"; readonly width: number; readonly components: number }
  | { readonly kind: "quantiles"; readonly width: number; readonly levels: readonly number[] }
  | { readonly kind: "ctc"; readonly classes: number; readonly labels: number };

export type HeadKind = Head["kind"];
export const headKinds: readonly HeadKind[] = [
  "classes",
  "sigmoids",
  "squared-error",
  "absolute-error",
  "huber",
  "gaussian",
  "mixture-density",
  "quantiles",
  "ctc",
];

export interface PlannedHead {
  /** The targets, where they are no index: `targets` [width] a step; for CTC as `ctcTargets` makes them. */
  readonly inputs: readonly NetworkInput[];
  /** `readout`, and `loss` where the loss is equations. */
  readonly layers: readonly NetworkLayer[];
  readonly loss: Loss;
}

/** Numbers of the readout. */
export function readoutWidth(head: Head): number {
  switch (head.kind) {
    case "classes":
    case "ctc":
      return head.classes;
    case "gaussian":
      return 2 * head.width;
    case "mixture-density":
      return head.components * (1 + 2 * head.width);
    case "quantiles":
      return head.levels.length * head.width;
    default:
      return head.width;
  }
}

/** A head on what `source`, so wide, hands on. */
export function planHead(source: Connection, width: number, head: Head): PlannedHead {
  const read: NetworkLayer = {
    name: "readout",
    cell: readout,
    sizes: { I: width, H: readoutWidth(head) },
    inputs: { x: source },
  };
  if (head.kind === "classes") {
    const { smoothing } = head;
    const loss: Loss = {
      kind: "cross-entropy",
      of: "readout",
      ...(smoothing !== undefined && { smoothing }),
    };
    return { inputs: [], layers: [read], loss };
  }
  const { cell, sizes, inputs, targets } = lossOf(head);
  const layer: NetworkLayer = { name: "loss", cell, sizes, inputs };
  return { inputs: targets, layers: [read, layer], loss: { kind: "mean", of: "loss" } };
}

interface LossParts {
  readonly cell: Cell;
  readonly sizes: NetworkLayer["sizes"];
  readonly inputs: NetworkLayer["inputs"];
  readonly targets: readonly NetworkInput[];
}

function lossOf(head: Exclude<Head, { kind: "classes" }>): LossParts {
  const part = (from: number, width: number): Part => ({ of: "readout", from, width });
  if (head.kind === "ctc") {
    const { classes, labels } = head;
    const places = 2 * labels + 1;
    const names = ["labels", "begin", "skip", "end"];
    const targets = names.map((name): NetworkInput => ({
      name,
      width: places,
      kind: "dense",
      per: "sequence",
    }));
    const inputs = { x: "readout", k: "labels", begin: "begin", skip: "skip", end: "end" };
    return { cell: ctc, sizes: { I: classes, H: places }, inputs, targets };
  }
  const { width } = head;
  const targets: readonly NetworkInput[] = [{ name: "targets", width, kind: "dense", per: "step" }];
  const plain = (cell: Cell): LossParts => {
    return { cell, sizes: { I: width, H: 1 }, inputs: { x: "readout", t: "targets" }, targets };
  };
  switch (head.kind) {
    case "sigmoids":
      return plain(sigmoids);
    case "squared-error":
      return plain(squaredError);
    case "absolute-error":
      return plain(absoluteError);
    case "huber":
      return plain(huber(head.delta));
    case "gaussian": {
      const inputs = { x: part(0, width), s: part(width, width), t: "targets" };
      return { ...plain(gaussian), inputs };
    }
    case "quantiles": {
      const { levels } = head;
      const parts = levels.map((_, i) => [`x${i + 1}`, part(i * width, width)] as const);
      return {
        cell: quantiles(levels),
        sizes: { H: width },
        inputs: { ...Object.fromEntries(parts), t: "targets" },
        targets,
      };
    }
    case "mixture-density": {
      const { components } = head;
      const axes = Array.from({ length: width }, (_, d) => d);
      const inputs = axes.flatMap((d): [string, Part][] => [
        [`m${d + 1}`, part(components * (1 + d), components)],
        [`s${d + 1}`, part(components * (1 + width + d), components)],
        [`t${d + 1}`, { of: "targets", from: d, width: 1 }],
      ]);
      return {
        cell: mixtureDensity(width),
        sizes: { H: components },
        inputs: { p: part(0, components), ...Object.fromEntries(inputs) },
        targets,
      };
    }
  }
  return head satisfies never;
}

/** What a `ctc` head is given for a batch, [rows, 2 · capacity + 1] each. */
export interface CtcTargets {
  /** The labels with blanks before, between and after them. */
  readonly labels: Float32Array;
  /** 0 where a path may begin, come from two places before, and end; `impossible` elsewhere. */
  readonly begin: Float32Array;
  readonly skip: Float32Array;
  readonly end: Float32Array;
}

/**
 * The targets of sequences of labels, which are classes from 1; `capacity` is the head's `labels`, `lengths` are the
 * steps of each row. Throws for a label that is none, for too many, and for more than its row has steps for.
 */
export function ctcTargets(
  sequences: readonly ArrayLike<number>[],
  settings: { readonly classes: number; readonly capacity: number; readonly lengths?: ArrayLike<number> },
): CtcTargets {
  const { classes, capacity, lengths } = settings;
  const places = 2 * capacity + 1;
  const filled = (value: number): Float32Array => new Float32Array(sequences.length * places).fill(value);
  const targets = {
    labels: filled(0),
    begin: filled(impossible),
    skip: filled(impossible),
    end: filled(impossible),
  };
  sequences.forEach((labels, row) => {
    if (labels.length > capacity) {
      throw new Error(`ctc: sequence ${row} has ${labels.length} labels, and there is room for ${capacity}`);
    }
    const first = row * places;
    let needed = labels.length;
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i] as number;
      if (!(Number.isInteger(label) && label >= 1 && label < classes)) {
        throw new Error(
          `ctc: label ${i} of sequence ${row} must be a whole number from 1 to ${classes - 1}, not ${label}; 0 is the blank`,
        );
      }
      const repeats = i > 0 && labels[i - 1] === label;
      if (repeats) needed += 1;
      targets.labels[first + 2 * i + 1] = label;
      if (i > 0 && !repeats) targets.skip[first + 2 * i + 1] = 0;
    }
    const steps = lengths?.[row];
    if (steps !== undefined && steps < needed) {
      throw new Error(`ctc: sequence ${row} has ${steps} steps, but its labels need ${needed}; leave it out`);
    }
    targets.begin[first] = 0;
    const last = first + 2 * labels.length;
    targets.end[last] = 0;
    if (labels.length > 0) targets.end[last - 1] = 0;
  });
  return targets;
}
