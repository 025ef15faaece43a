// Networks whose layers meet in the ways that one layer alone cannot show: stacked, branching, sharing inputs,
// with classes as inputs, with noise, with a loss of their own.
import type { Cell } from "../../src/ir/cell.ts";
import { equations } from "../../src/ir/equations.ts";
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

/** A class that is selected by, multiplied elementwise, and reduced. */
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

export const networks: readonly { readonly name: string; readonly network: Network }[] = [
  { name: "stacked", network: stacked },
  { name: "branching", network: branching },
  { name: "classes", network: classes },
];
