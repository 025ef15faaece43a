// The support table in `docs/support.md`, made by running every row on every device. `npm run support` writes it.
import { expect, test } from "vitest";
import { lstm } from "../../src/cells/lstm.ts";
import { parseCell } from "../../src/language/equations.ts";
import { ops, type PointwiseOp } from "../../src/graph/ops.ts";
import { operatorArities, pointwiseFunctions, spelling } from "../../src/language/functions.ts";
import {
  checkCell,
  checkDevice,
  checkNetwork,
  checkNetworkOnDevice,
  type CheckResult,
} from "../../src/check/check.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { zoo } from "../../src/check/zoo.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import type { Device } from "../../src/run/device.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";

const sizes = [{ steps: 3, rows: 2, H: 8, I: 5, other: 3 }];
const operators: Partial<Record<PointwiseOp, string>> = { add: "+", sub: "-", mul: "⊙", div: "/" };

/** A recurrence through one operation, whose argument is positive where it has to be. */
function recurrenceOf(op: PointwiseOp): string {
  const positive = "(1 + square(U h + b))";
  if (op === "neg") return "h' = tanh(W x - U h + b)";
  const operator = operators[op];
  if (operator) return `h' = tanh((W x) ${operator} ${positive})`;
  const call = ops[op].arity === 1 ? `${spelling(op)}(${positive} - 0.5)` : `${spelling(op)}(W x, U h + b)`;
  return `h' = tanh(W x + ${call})`;
}

const features: readonly (readonly [string, string])[] = [
  ["sum, mean and maximum over the width", "h' = tanh(W x + sum(h) + mean(h) ⊙ greatest(U h))"],
  ["softmax inside the recurrence", "h' = tanh(W x + softmax(U h + b))"],
  ["layer normalisation inside the recurrence", "h' = tanh(norm(W x + U h))"],
  ["a second input per step", "h' = tanh(W x + V y + U h)\ninput y per step"],
  ["an input per sequence", "h' = tanh(W x + V y + U h)\ninput y per sequence"],
  [
    "masks per step and per sequence",
    "h' = tanh(mask(0.2, per step) ⊙ W x + U (mask(0.3, per sequence) ⊙ h))",
  ],
  ["a transposed matrix", "h' = tanh(W x + U h + Uᵀ h)"],
  ["a matrix used twice", "h' = tanh(W x + U (U h))"],
  ["block-diagonal matrices", "h' = tanh(W x + R h)\nblocks R = 4"],
  ["a state's value at this step", "c' = tanh(W x + U h)\nh' = σ(p ⊙ c') ⊙ c'"],
  ["projections", "c' = tanh(W x + U r)\nr' = P c'\nwidth r = 3\noutput r"],
  ["a local as output", "h' = tanh(W x + U h)\ny = V h' + c\noutput y"],
  [
    "constants, start values, fixed parameters",
    "h' = γ ⊙ h + tanh(W x + U h)\nconstant γ = 0.5\nstart h = 1\nfixed W",
  ],
  [
    "initial states that are learned or computed from an input",
    "h' = tanh(W x + U h)\nstart h = h0 + V v\ninput v per sequence",
  ],
  ["elements gathered by index (`pick`)", "h' = tanh(pick(W x, k) + U h)\ninput k per sequence"],
  [
    "elements scattered by index (`place`)",
    "h' = tanh(place(W x, k) + U h)\ninput k per sequence\nwidth k = 5",
  ],
  ["masks on weights", "h' = tanh(W x + U h)\ndrop W, U = 0.3"],
];

const devices: readonly Device[] = [referenceDevice(), wasmDevice(), nativeDevice()];

async function row(name: string, check: (device: Device) => Promise<CheckResult>): Promise<string> {
  const marks = [];
  for (const device of devices) marks.push((await check(device)).pass ? "yes" : "no");
  return `| ${name} | ${marks.join(" | ")} |`;
}

async function supportTable(): Promise<string> {
  const named = Object.keys(ops).filter(
    (op) => op in operatorArities || op in pointwiseFunctions,
  ) as PointwiseOp[];
  const cellRow = (name: string, text: string): Promise<string> =>
    row(name, (device) => {
      const cell = parseCell("row", text);
      return device.name === "reference"
        ? checkCell(cell, { steps: [2] })
        : checkDevice(cell, device, { sizes });
    });
  const networkRow = (
    name: string,
    settings: Partial<Parameters<typeof languageModel>[0]>,
  ): Promise<string> =>
    row(name, (device) =>
      checkNetworkOnDevice(name, languageModel({ vocabulary: 5, cell: lstm, size: 7, ...settings }), device, {
        sizes,
      }),
    );
  const lines = [
    "# What runs where",
    "",
    "Each row was run on each device: on the reference as a gradient check in float64, on the others against the",
    "reference, with ragged lengths, sequences that start in the middle of a window, and carried states.",
    "`npm run support` makes this table.",
    "",
    `| | ${devices.map((d) => d.name).join(" | ")} |`,
    `| --- | ${devices.map(() => "---").join(" | ")} |`,
  ];
  for (const op of named) {
    const written = op === "neg" ? "`-` before a value" : `\`${operators[op] ?? spelling(op)}\``;
    lines.push(await cellRow(written, recurrenceOf(op)));
  }
  for (const [name, text] of features) lines.push(await cellRow(name, text));
  lines.push(await networkRow("a language model with one-hot input", {}));
  lines.push(await networkRow("a language model with an embedding", { embedding: 3 }));
  lines.push(await networkRow("a language model of three layers", { layers: 3 }));
  lines.push(await networkRow("a language model with dropout between layers", { layers: 2, dropout: 0.2 }));
  for (const subject of zoo()) {
    if (!("network" in subject)) continue;
    const { name, kind, network } = subject;
    lines.push(
      await row(kind === "loss" ? `the loss ${name}` : `layers ${name}`, (device) =>
        device.name === "reference"
          ? checkNetwork(name, network, { steps: [2] })
          : checkNetworkOnDevice(name, network, device, { sizes }),
      ),
    );
  }
  return `${lines.join("\n")}\n`;
}

test("the support table is what the devices do", async () => {
  await expect(await supportTable()).toMatchFileSnapshot("../../docs/support.md");
});
