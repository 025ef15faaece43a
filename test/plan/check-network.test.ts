// Errors for networks that do not fit together.
import { expect, test } from "vitest";
import { equations } from "../../src/language/equations.ts";
import { elman } from "../../src/cells/elman.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Network, NetworkInput, NetworkLayer } from "../../src/plan/network.ts";

const told = equations("told")`
  h' = tanh(W x + V v)
  input v per sequence
`;
const x: NetworkInput = { name: "x", width: 3, kind: "dense", per: "step" };
const lower: NetworkLayer = { name: "lower", cell: elman, sizes: { I: 3, H: 5 }, inputs: { x: "x" } };
const upper: NetworkLayer = { name: "upper", cell: elman, sizes: { I: 5, H: 2 }, inputs: { x: "lower" } };

function build(change: Partial<Network>, keep: readonly string[] = []): void {
  const network: Network = {
    inputs: [x],
    layers: [lower, upper],
    loss: { kind: "given", of: "upper" },
    ...change,
  };
  buildPlan(network, { mode: "train", rows: 2, steps: 3, keep });
}

test("a network that fits is planned", () => {
  expect(() => build({}, ["lower.h", "upper.dh"])).not.toThrow();
});

test.each([
  [
    "an input connected to nothing",
    { layers: [{ ...lower, inputs: {} }] },
    "layer 'lower': input 'x' of elman is connected to nothing; choose one of x",
  ],
  [
    "an unknown source",
    { layers: [lower, { ...upper, inputs: { x: "lowr" } }] },
    "layer 'upper': input 'x' of elman is connected to 'lowr', which is neither an input nor an earlier layer; choose one of x, lower",
  ],
  [
    "a layer above its source",
    { layers: [upper, lower] },
    "'lower', which is neither an input nor an earlier layer",
  ],
  [
    "another width",
    { layers: [lower, { ...upper, sizes: { I: 4, H: 2 } }] },
    "layer 'upper': input 'x' has width 4 but 'lower' has width 5",
  ],
  [
    "an input per sequence from one per step",
    { layers: [lower, { ...upper, cell: told, inputs: { x: "lower", v: "lower" }, sizes: { I: 5, H: 5 } }] },
    "layer 'upper': input 'v' is per sequence but 'lower' is per step; declare it so in the equations, as in 'input v per step'",
  ],
  [
    "two parts of one name",
    { layers: [lower, { ...upper, name: "x" }] },
    "two parts of the network are named 'x'; rename one",
  ],
  [
    "a loss of no layer",
    { loss: { kind: "given", of: "out" } as const },
    "the loss is of 'out', which is not a layer of the network",
  ],
])("%s is refused", (_, change, message) => {
  expect(() => build(change)).toThrow(message);
});

test("a quantity that cannot be kept is refused: of no layer, or not in its equations", () => {
  expect(() => build({}, ["middle.h"])).toThrow(
    "'middle.h' cannot be kept; write <layer>.<quantity>, with a layer of lower, upper",
  );
  expect(() => build({}, ["upper.z"])).toThrow(
    "upper: 'z' cannot be kept; the equations name h, and 'd' before one is its derivative",
  );
});

const backwards: NetworkLayer = { ...upper, direction: "reverse" };
const number: NetworkLayer = {
  name: "upper",
  cell: equations("number")`
    y = sum(x)
    output y
    width y = 1
  `,
  sizes: { I: 5, H: 1 },
  inputs: { x: "lower" },
};

test.each([
  [
    "a part that is not there",
    { layers: [lower, { ...upper, inputs: { x: { of: "lower", from: 3, width: 5 } } }] },
    "layer 'upper': input 'x' is 5 columns of 'lower' from 3 on, but 'lower' has width 5",
  ],
  [
    "a part of an index",
    {
      inputs: [{ ...x, kind: "index" as const }],
      layers: [{ ...lower, inputs: { x: { of: "x", from: 0, width: 3 } } }],
    },
    "is a part of 'x', which is an index; connect all of it",
  ],
  [
    "several that are too wide together",
    { layers: [lower, { ...upper, inputs: { x: ["lower", "x"] } }] },
    "layer 'upper': input 'x' has width 5 but 'lower' and 'x' have width 8",
  ],
  [
    "a mean of more than one number",
    { loss: { kind: "mean" as const, of: "upper" } },
    "the loss is the mean of 'upper', which has width 2; reduce it to one number, as in 'sum(…)'",
  ],
  [
    "a smoothing that leaves nothing",
    { loss: { kind: "cross-entropy" as const, of: "upper", smoothing: 1 } },
    "label smoothing must be from 0 (none) to below 1, not 1; 0.1 is customary",
  ],
])("%s is refused", (_, change, message) => {
  expect(() => build(change)).toThrow(message);
});

test("a mean of one number and a reverse layer are planned", () => {
  expect(() => build({ layers: [lower, number], loss: { kind: "mean", of: "upper" } })).not.toThrow();
  expect(() => build({ layers: [lower, backwards] }, ["upper.h", "upper.dh"])).not.toThrow();
});

test("a reverse layer cannot be run step by step", () => {
  const network: Network = { inputs: [x], layers: [lower, backwards], loss: { kind: "given", of: "upper" } };
  expect(() => buildPlan(network, { mode: "step", rows: 1, steps: 1 })).toThrow(
    "layer 'upper' goes from the last step to the first, so the network cannot be run step by step",
  );
});
