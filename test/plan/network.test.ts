// What a network that does not fit together is told.
import { expect, test } from "vitest";
import { equations } from "../../src/ir/equations.ts";
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
    "layer 'upper': input 'x' of elman is connected to 'lowr', which is no input and no earlier layer; choose one of x, lower",
  ],
  ["a layer above its source", { layers: [upper, lower] }, "'lower', which is no input and no earlier layer"],
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
    "the loss is of 'out', which is no layer of the network",
  ],
])("%s is refused", (_, change, message) => {
  expect(() => build(change)).toThrow(message);
});

test("what cannot be kept is told apart", () => {
  expect(() => build({}, ["middle.h"])).toThrow(
    "'middle.h' cannot be kept; write <layer>.<quantity>, with a layer of lower, upper",
  );
  expect(() => build({}, ["upper.z"])).toThrow(
    "upper: 'z' cannot be kept; the equations name h, and 'd' before one is its derivative",
  );
});
