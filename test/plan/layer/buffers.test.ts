import { expect, test } from "vitest";
import { equations } from "../../../src/language/equations.ts";
import { access } from "../../../src/plan/arena.ts";
import {
  findAdjacent,
  findAfter,
  findLocation,
  locationOf,
  locationsOf,
  makeTemporary,
  nameSource,
  resultOf,
  storedNodes,
  type LayerBuffers,
} from "../../../src/plan/layer/buffers.ts";
import { layerOf, nodeOf, valueOf } from "../tiny.ts";

const layer = layerOf(
  equations("gates")`
    i  = σ(W x + U h)
    g  = tanh(V x + R h)
    h' = i ⊙ g
  `,
);
const { step, arena } = layer;
const [i, g, next] = ["i", "g", "h'"].map((name) => valueOf(step, name));
const product = nodeOf(step, "product");
const [gates, states, result] = [
  arena.make("gates", "tokens", 4),
  arena.make("states", "states", 2),
  arena.make("result", "tokens", 4),
];
const copyOfG = arena.make("copy", "tokens", 2);
const buffers: LayerBuffers = {
  layer,
  states: new Map(),
  derivatives: new Map(),
  kept: new Map(),
  results: new Map([[product, result]]),
  targets: new Map([
    [g!, [access(copyOfG), access(gates, 2)]],
    [i!, [access(gates)]],
    [next!, [access(states, 0, "lag")]],
  ]),
  newName: nameSource("tiny"),
};

test("a value is read where it is, then in its copies", () => {
  expect(locationsOf(buffers, valueOf(step, "x"))).toEqual([layer.input("x").access()]);
  expect(locationsOf(buffers, nodeOf(step, "gradient"))).toEqual(layer.contributions);
  expect(locationsOf(buffers, g!)).toEqual([access(copyOfG), access(gates, 2)]);
  expect(locationsOf(buffers, product)).toEqual([access(result)]);
  expect(resultOf(buffers, product)).toEqual(access(result));
});

test("a part of a product is read at its columns", () => {
  const slices = step.graph.nodes.filter((n) => n.op === "slice" && n.arguments[0] === product);
  expect(slices.map((s) => locationOf(buffers, s).column)).toEqual([0, 2]);
});

test("rows before the step are no place to read a value", () => {
  expect(findLocation(buffers, next!)).toBeUndefined();
  expect(() => locationOf(buffers, next!)).toThrow("tiny: a value of 'mul' is not in memory");
});

test("side by side is in order and without a gap", () => {
  expect(findAdjacent(buffers, [i!, g!])).toEqual(access(gates));
  expect(findAdjacent(buffers, [g!, i!])).toBeUndefined();
  expect(findAdjacent(buffers, [i!, i!])).toBeUndefined();
});

test("a value after other columns may be a copy", () => {
  expect(findAfter(buffers, g!, { access: access(gates), width: 2 })).toEqual(access(gates, 2));
  expect(findAfter(buffers, g!, { access: access(gates), width: 1 })).toBeUndefined();
});

test("stored values come arguments first", () => {
  expect(storedNodes(buffers)).toEqual([i, g, next]);
});

test("names are numbered, with the quantity where there is one", () => {
  const newName = nameSource("lstm");
  expect([newName(), newName("i"), newName()]).toEqual(["lstm/0", "lstm/1(i)", "lstm/2"]);
  expect(makeTemporary(buffers, 3).buffer).toMatchObject({ name: "tiny/0", extent: "once", width: 3 });
});
