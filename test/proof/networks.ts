// Networks with connections that a single layer does not have: stacked, branching, with shared inputs, with classes as
// inputs, with noise, with losses.
import type { Cell } from "../../src/language/cell.ts";
import { equations } from "../../src/language/equations.ts";
import { cellNamed } from "../../src/cells/index.ts";
import type { Network } from "../../src/plan/network.ts";

const dropout = equations("dropout")`
  y = mask(0.3, per step) ⊙ x / 0.7
  output y
  width y = I
`;

const readout = equations("readout")`
  y = W x + V z + b
  output y
  input z per step
  width z = K
`;

/** A class as input that selects, is multiplied elementwise, and is reduced. */
const selecting = equations("selecting")`
  h' = tanh(W x + A (a ⊙ x) + sum(b ⊙ x) + U h)
`;

const conditioned: Cell = equations("conditioned-by-class")`
  e  = tanh(E v + be)
  h' = tanh(W x + e ⊙ (U h) + V v)
  input v per sequence
  width v = C
`;

const weighted = equations("weighted-class")`
  h' = tanh(W x + sum(p ⊙ v) + U h)
  input v per sequence
  width v = C
`;

const stacked: Network = {
  inputs: [{ name: "symbols", width: 7, kind: "index", per: "step" }],
  layers: [
    { name: "first", cell: cellNamed("lstm"), sizes: { I: 7, H: 5 }, inputs: { x: "symbols" } },
    { name: "drop", cell: dropout, sizes: { I: 5, H: 5 }, inputs: { x: "first" } },
    { name: "second", cell: cellNamed("gru"), sizes: { I: 5, H: 11 }, inputs: { x: "drop" } },
    { name: "out", cell: readout, sizes: { I: 11, K: 5, H: 7 }, inputs: { x: "second", z: "first" } },
  ],
  loss: { kind: "cross-entropy", of: "out" },
};

const branching: Network = {
  inputs: [
    { name: "x", width: 3, kind: "dense", per: "step" },
    { name: "topic", width: 5, kind: "index", per: "sequence" },
    { name: "v", width: 5, kind: "dense", per: "sequence" },
  ],
  layers: [
    { name: "left", cell: conditioned, sizes: { I: 3, H: 5, C: 5 }, inputs: { x: "x", v: "topic" } },
    { name: "right", cell: weighted, sizes: { I: 3, H: 3, C: 5 }, inputs: { x: "x", v: "v" } },
    { name: "both", cell: readout, sizes: { I: 5, K: 3, H: 7 }, inputs: { x: "left", z: "right" } },
    { name: "aside", cell: cellNamed("elman"), sizes: { I: 7, H: 3 }, inputs: { x: "both" } },
    { name: "again", cell: conditioned, sizes: { I: 3, H: 5, C: 5 }, inputs: { x: "right", v: "v" } },
  ],
  loss: { kind: "given", of: "both" },
};

const classes: Network = {
  inputs: [
    { name: "symbols", width: 5, kind: "index", per: "step" },
    { name: "topic", width: 4, kind: "index", per: "sequence" },
  ],
  layers: [
    { name: "dense", cell: selecting, sizes: { I: 5, H: 7 }, inputs: { x: "symbols" } },
    { name: "weighted", cell: weighted, sizes: { I: 5, H: 3, C: 4 }, inputs: { x: "symbols", v: "topic" } },
    { name: "top", cell: conditioned, sizes: { I: 7, H: 5, C: 4 }, inputs: { x: "dense", v: "topic" } },
  ],
  loss: { kind: "given", of: "top" },
};

const number = equations("number")`
  y = sum(a ⊙ square(x - z)) + sum(x)
  output y
  input z per step
  width z = I
  width y = 1
`;

/** Both directions, in sequence and side by side; parts of a layer's output, some of them twice. */
const bidirectional: Network = {
  inputs: [
    { name: "symbols", width: 7, kind: "index", per: "step" },
    { name: "features", width: 3, kind: "dense", per: "step" },
  ],
  layers: [
    { name: "ahead", cell: cellNamed("lstm"), sizes: { I: 7, H: 5 }, inputs: { x: "symbols" } },
    {
      name: "behind",
      cell: cellNamed("gru"),
      sizes: { I: 7, H: 4 },
      inputs: { x: "symbols" },
      direction: "reverse",
    },
    {
      name: "both",
      cell: dropout,
      sizes: { I: 12, H: 12 },
      inputs: { x: ["ahead", "features", "behind"] },
      direction: "reverse",
    },
    {
      name: "upper",
      cell: cellNamed("elman"),
      sizes: { I: 9, H: 6 },
      inputs: {
        x: [
          { of: "both", from: 2, width: 7 },
          { of: "ahead", from: 0, width: 2 },
        ],
      },
      direction: "reverse",
    },
    {
      name: "out",
      cell: readout,
      sizes: { I: 6, K: 4, H: 7 },
      inputs: { x: "upper", z: { of: "upper", from: 1, width: 4 } },
    },
  ],
  loss: { kind: "cross-entropy", of: "out", smoothing: 0.2 },
};

/** A `mean` loss that reads parts of a layer, and an input as target. */
const mean: Network = {
  inputs: [
    { name: "x", width: 3, kind: "dense", per: "step" },
    { name: "targets", width: 2, kind: "dense", per: "step" },
  ],
  layers: [
    { name: "layer", cell: cellNamed("lstm"), sizes: { I: 3, H: 5 }, inputs: { x: "x" } },
    {
      name: "number",
      cell: number,
      sizes: { I: 2, H: 2 },
      inputs: { x: { of: "layer", from: 3, width: 2 }, z: "targets" },
    },
  ],
  loss: { kind: "mean", of: "number" },
};

/** A loss that the caller computes, behind layers in both directions, with parts of inputs. */
const joined: Network = {
  inputs: [
    { name: "x", width: 4, kind: "dense", per: "step" },
    { name: "v", width: 3, kind: "dense", per: "sequence" },
    { name: "w", width: 2, kind: "dense", per: "sequence" },
  ],
  layers: [
    {
      name: "behind",
      cell: conditioned,
      sizes: { I: 3, H: 5, C: 5 },
      inputs: { x: { of: "x", from: 1, width: 3 }, v: ["w", "v"] },
      direction: "reverse",
    },
    {
      name: "top",
      cell: cellNamed("gru"),
      sizes: { I: 9, H: 4 },
      inputs: { x: ["behind", "x"] },
      direction: "reverse",
    },
  ],
  loss: { kind: "given", of: "top" },
};

export const networks: readonly { readonly name: string; readonly network: Network }[] = [
  { name: "stacked", network: stacked },
  { name: "branching", network: branching },
  { name: "classes", network: classes },
  { name: "bidirectional", network: bidirectional },
  { name: "mean", network: mean },
  { name: "joined", network: joined },
];
