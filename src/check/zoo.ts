// The subjects of the checks, by name: all cells, transforms alone and in pairs, stacks and losses. The checks are in
// `check.ts`.
import { cellNamed, cells } from "../cells/index.ts";
import { transforms } from "../cells/transforms/index.ts";
import type { Cell } from "../language/cell.ts";
import type { Network } from "../plan/network.ts";
import { headKinds, planHead, type Head } from "../model/head.ts";
import { stack, type StackSettings } from "../model/stack.ts";

type SubjectKind = Subject["kind"];

/** Something to check: a cell, whose sizes the check chooses, or a network with sizes. */
export type Subject = {
  readonly name: string;
  readonly kind: "cell" | "transform" | "pair of transforms" | "composition" | "loss";
} & ({ readonly cell: Cell } | { readonly network: Network });

/** The cells that transforms are applied to: one with two states, and one with a reset gate inside its candidate. */
const bases = ["lstm", "gru"] as const;
/** All transforms but `init`: initial values do not affect gradients. */
const structural = transforms.filter((t) => t.name !== "init").map((t) => t.name);

/** After a deep transition the lstm has several candidates, so one has to be named. */
const pairable = structural.map((name) => (name === "candidate-dropout" ? `${name}:g=0.25` : name));

/** All subjects, simple ones first: cells, transforms, compositions, losses. */
export function zoo(): Subject[] {
  const ofCell = (kind: SubjectKind, name: string): Subject => ({ kind, name, cell: cellNamed(name) });
  return [
    ...cells.map((cell): Subject => ({ kind: "cell", name: cell.name, cell })),
    ...bases.flatMap((base) => structural.map((t) => ofCell("transform", `${base}+${t}`))),
    ...pairable.flatMap((first) =>
      pairable
        .filter((second) => second !== first)
        .map((second) => ofCell("pair of transforms", `lstm+${first}+${second}`)),
    ),
    ...compositions.map(([name, settings]): Subject => ({
      kind: "composition",
      name,
      network: stacked(settings),
    })),
    ...headKinds.map((kind): Subject => ({ kind: "loss", name: kind, network: withHead(heads[kind]) })),
    {
      kind: "loss",
      name: "classes, smoothed",
      network: withHead({ kind: "classes", classes: 6, smoothing: 0.1 }),
    },
  ];
}

const lstm = cellNamed("lstm");
const gru = cellNamed("gru");

const compositions: readonly (readonly [name: string, settings: StackSettings])[] = [
  ["stacked", { cell: [lstm, gru, cellNamed("elman")], size: 5 }],
  ["stacked with dropout", { cell: lstm, size: 5, layers: 2, dropout: 0.3 }],
  ["stacked with residual connections", { cell: gru, size: 5, layers: 3, connections: "residual" }],
  ["stacked with highway connections", { cell: lstm, size: 5, layers: 2, connections: "highway" }],
  ["bidirectional, concatenated", { cell: lstm, size: 4, layers: 2, bidirectional: "concatenate" }],
  ["bidirectional, summed", { cell: gru, size: 5, layers: 2, bidirectional: "sum", connections: "residual" }],
  ["bidirectional, averaged", { cell: lstm, size: 5, layers: 2, bidirectional: "average", dropout: 0.3 }],
  [
    "bidirectional, transformed",
    {
      cell: cellNamed("gru+layer-norm+recurrent-dropout+learned-start"),
      size: 5,
      bidirectional: "concatenate",
    },
  ],
];

/** A stack on a vector per step, with a readout whose derivative the check provides. */
function stacked(settings: StackSettings): Network {
  const { layers, output, width } = stack("x", 3, settings);
  const { layers: ends, readout } = planHead(output, width, { kind: "squared-error", width: 4 });
  return {
    inputs: [{ name: "x", width: 3, kind: "dense", per: "step" }],
    layers: [...layers, ...ends.filter((layer) => layer.name === readout)],
    loss: { kind: "given", of: readout },
  };
}

const heads: Readonly<Record<Head["kind"], Head>> = {
  classes: { kind: "classes", classes: 6 },
  sigmoids: { kind: "sigmoids", width: 5 },
  "squared-error": { kind: "squared-error", width: 3 },
  "absolute-error": { kind: "absolute-error", width: 3 },
  huber: { kind: "huber", width: 3, delta: 0.5 },
  gaussian: { kind: "gaussian", width: 3 },
  "mixture-density": { kind: "mixture-density", width: 2, components: 3 },
  quantiles: { kind: "quantiles", width: 2, levels: [0.1, 0.5, 0.9] },
  ctc: { kind: "ctc", classes: 5, labels: 3 },
  crf: { kind: "crf", classes: 4, transitions: 11 },
};

/** A recurrent layer with a head and its loss. */
function withHead(head: Head): Network {
  const { layers, output, width } = stack("x", 3, { cell: lstm, size: 5 });
  const planned = planHead(output, width, head);
  return {
    inputs: [{ name: "x", width: 3, kind: "dense", per: "step" }, ...planned.inputs],
    layers: [...layers, ...planned.layers],
    loss: planned.loss,
  };
}
