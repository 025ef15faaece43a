// The end of a network: a readout, and a loss that compares its output with targets.
import { checkKind, checkWhole, shown, type OptionRule } from "../base/options.ts";
import {
  crf,
  ctc,
  gaussian,
  huber,
  absoluteError,
  mixtureDensity,
  quantiles,
  sigmoids,
  squaredError,
} from "../cells/losses.ts";
import { readout } from "../cells/parts.ts";
import type { Cell } from "../language/cell.ts";
import {
  type Connection,
  type Loss,
  type NetworkInput,
  type NetworkLayer,
  type NetworkPart,
} from "../plan/network.ts";

/**
 * What a network predicts at each step: a class, or `width` numbers.
 * - `classes`: a class, by softmax cross-entropy; a negative target is ignored, and `smoothing` (default 0) of each target
 *   is spread evenly over all classes.
 * - `sigmoids`: `width` independent yes-or-no outputs, by binary cross-entropy.
 * - `squared-error`, `absolute-error`, `huber` (`delta` default 1): numbers.
 * - `gaussian`: normal distributions; the readout has all means, then all log standard deviations.
 * - `mixture-density`: a mixture of normal distributions; the readout has the logits of the components' weights, then for
 *   each number the components' means, then for each number their log standard deviations.
 * - `quantiles`: each number at each of the `levels`; the readout has all numbers for the first level, then for the second.
 *   A prediction is the readout and the level's number of `offsets` [levels], default 0.
 * - `ctc`: at most `labels` labels per sequence, aligned with its steps by connectionist temporal classification; class 0
 *   is the blank.
 * - `crf`: a class at each step, by a linear-chain conditional random field over the sequence, with that number of
 *   `transitions` between classes.
 */
export type Head =
  | { readonly kind: "classes"; readonly classes: number; readonly smoothing?: number }
  | { readonly kind: "sigmoids" | "squared-error" | "absolute-error" | "gaussian"; readonly width: number }
  | { readonly kind: "huber"; readonly width: number; readonly delta?: number }
  | { readonly kind: "mixture-density"; readonly width: number; readonly components: number }
  | {
      readonly kind: "quantiles";
      readonly width: number;
      readonly levels: readonly number[];
      readonly offsets?: readonly number[];
    }
  | { readonly kind: "ctc"; readonly classes: number; readonly labels: number }
  | { readonly kind: "crf"; readonly classes: number; readonly transitions: number };

/** All kinds of heads. */
export const headKinds: readonly Head["kind"][] = [
  "classes",
  "sigmoids",
  "squared-error",
  "absolute-error",
  "huber",
  "gaussian",
  "mixture-density",
  "quantiles",
  "ctc",
  "crf",
];

/** The inputs, layers and loss that a head adds to a network. */
export interface PlannedHead {
  /** The targets, unless they are classes: `targets` [width] per step, or those of `ctcTargets` or `crfTargets`. */
  readonly inputs: readonly NetworkInput[];
  /** The readout, and a layer that is the loss unless that is `cross-entropy`. */
  readonly layers: readonly NetworkLayer[];
  readonly loss: Loss;
  /** The name of the readout. */
  readonly readout: string;
}

/** The width of the readout. */
export function readoutWidth(head: Head): number {
  switch (head.kind) {
    case "classes":
    case "ctc":
    case "crf":
      return head.classes;
    case "gaussian":
      return 2 * head.width;
    case "mixture-density":
      return head.components * (1 + 2 * head.width);
    case "quantiles":
      return head.levels.length * head.width;
    case "sigmoids":
    case "squared-error":
    case "absolute-error":
    case "huber":
      return head.width;
  }
  return head satisfies never;
}

const readoutName = "readout";
/** The layer that is the loss, unless that is `cross-entropy`. */
export const lossName = "loss";

const rules: { readonly [K in Head["kind"]]: Readonly<Record<string, OptionRule>> } = {
  classes: { kind: "any", classes: "number", smoothing: "number" },
  sigmoids: { kind: "any", width: "number" },
  "squared-error": { kind: "any", width: "number" },
  "absolute-error": { kind: "any", width: "number" },
  huber: { kind: "any", width: "number", delta: "number" },
  gaussian: { kind: "any", width: "number" },
  "mixture-density": { kind: "any", width: "number", components: "number" },
  quantiles: { kind: "any", width: "number", levels: "any", offsets: "any" },
  ctc: { kind: "any", classes: "number", labels: "number" },
  crf: { kind: "any", classes: "number", transitions: "number" },
};

/** Throws for a kind of head that there is not, and for a number that is missing. */
function checkHead(width: number, head: Head): void {
  checkKind("head", head, rules);
  checkWhole("head", { "the width of its input": width });
  const needed = Object.keys(rules[head.kind]).filter(
    (name) => !["kind", "smoothing", "delta", "levels", "offsets"].includes(name),
  );
  const values = head as unknown as Readonly<Record<string, unknown>>;
  checkWhole(`head '${head.kind}'`, Object.fromEntries(needed.map((name) => [name, values[name]])));
  if (head.kind === "quantiles" && !Array.isArray(head.levels))
    throw new Error(`head 'quantiles': levels must be a list of numbers, not ${shown(head.levels)}`);
  if (head.kind === "quantiles" && head.offsets && head.offsets.length !== head.levels.length)
    throw new Error(
      `head 'quantiles': ${head.levels.length} levels need as many offsets, not ${shown(head.offsets)}`,
    );
}

/** A head on an input of this width. Throws for a kind of head that there is not, and for a number that is missing. */
export function planHead(input: Connection, width: number, head: Head): PlannedHead {
  checkHead(width, head);
  const layer: NetworkLayer = {
    name: readoutName,
    cell: readout,
    sizes: { I: width, H: readoutWidth(head) },
    inputs: { x: input },
  };
  if (head.kind === "classes") {
    const { smoothing } = head;
    const loss: Loss = {
      kind: "cross-entropy",
      of: readoutName,
      ...(smoothing !== undefined && { smoothing }),
    };
    return { inputs: [], layers: [layer], loss, readout: readoutName };
  }
  const { targets, ...loss } = lossOf(head);
  return {
    inputs: targets,
    layers: [layer, { name: lossName, ...loss }],
    loss: { kind: "mean", of: lossName },
    readout: readoutName,
  };
}

interface LossLayer extends Pick<NetworkLayer, "cell" | "sizes" | "inputs"> {
  readonly targets: readonly NetworkInput[];
}

function ctcLoss({ classes, labels }: Head & { kind: "ctc" }): LossLayer {
  const width = 2 * labels + 1;
  const names = ["labels", "begin", "skip", "end"];
  return {
    cell: ctc,
    sizes: { I: classes, H: width },
    inputs: { x: readoutName, k: "labels", begin: "begin", skip: "skip", end: "end" },
    targets: names.map((name): NetworkInput => ({ name, width, kind: "dense", per: "sequence" })),
  };
}

function crfLoss({ classes, transitions }: Head & { kind: "crf" }): LossLayer {
  const perSequence = { from: transitions, to: transitions, begin: classes, end: classes };
  const names = { ...perSequence, t: 1, r: 1, last: 1 };
  return {
    cell: crf,
    sizes: { I: classes, H: 1, N: transitions },
    inputs: { x: readoutName, ...Object.fromEntries(Object.keys(names).map((name) => [name, name])) },
    targets: Object.entries(names).map(([name, width]): NetworkInput => ({
      name,
      width,
      kind: "dense",
      per: name in perSequence ? "sequence" : "step",
    })),
  };
}

function lossOf(head: Exclude<Head, { kind: "classes" }>): LossLayer {
  if (head.kind === "ctc") return ctcLoss(head);
  if (head.kind === "crf") return crfLoss(head);
  return numbersLoss(head);
}

function numbersLoss(head: Exclude<Head, { kind: "classes" | "ctc" | "crf" }>): LossLayer {
  const { width } = head;
  const part = (from: number, partWidth: number): NetworkPart => ({
    of: readoutName,
    from,
    width: partWidth,
  });
  const targets: readonly NetworkInput[] = [{ name: "targets", width, kind: "dense", per: "step" }];
  const plain = (cell: Cell): LossLayer => {
    return { cell, sizes: { I: width, H: 1 }, inputs: { x: readoutName, t: "targets" }, targets };
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
      const { levels, offsets } = head;
      const parts = levels.map((_, i) => [`x${i + 1}`, part(i * width, width)] as const);
      return {
        cell: quantiles(levels, offsets),
        sizes: { H: width },
        inputs: { ...Object.fromEntries(parts), t: "targets" },
        targets,
      };
    }
    case "mixture-density": {
      const { components } = head;
      const axes = Array.from({ length: width }, (_, d) => d);
      const inputs = axes.flatMap((d): [string, NetworkPart][] => [
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
