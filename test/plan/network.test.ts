import { expect, test } from "vitest";
import {
  derivedInputs,
  givenInputs,
  networkOfEncoder,
  partsOf,
  sourceOf,
  type Encoder,
} from "../../src/plan/network.ts";
import { networkOf, tinyLayer } from "./tiny.ts";

test("a connection is one part or several", () => {
  const part = { of: "x", from: 1, width: 2 };
  expect([partsOf(undefined), partsOf("x"), partsOf(part), partsOf(["x", part])]).toEqual([
    [],
    ["x"],
    [part],
    ["x", part],
  ]);
  expect([sourceOf("x"), sourceOf(part)]).toEqual(["x", "x"]);
});

const encoder: Encoder = {
  inputs: [{ name: "words", width: 3, kind: "index", per: "step" }],
  layers: [{ ...tinyLayer, name: "encoder", inputs: { x: "words" } }],
  finals: { of: ["encoder.h"], input: "context" },
  attended: { of: "encoder", longest: 4 },
};
const inputs = ["x", "context", "memory", "far", "element", "position"].map((name) => ({
  name,
  width: 3,
  kind: "dense" as const,
  per: "step" as const,
}));
const network = { ...networkOf(tinyLayer), inputs, encoder };

test("an encoder fills inputs, of which some need a derivative", () => {
  expect(givenInputs(network).map((i) => i.name)).toEqual(["x"]);
  expect([...derivedInputs(network)]).toEqual(["context", "memory"]);
  expect([...derivedInputs(networkOf(tinyLayer))]).toEqual([]);
});

test("an encoder alone has the loss that the other network gives it", () => {
  expect(networkOfEncoder(encoder).loss).toEqual({ kind: "given", of: "encoder" });
  const { attended: _, ...unattended } = encoder;
  const last = { ...tinyLayer, name: "last", inputs: { x: "encoder" } };
  const deep = { ...unattended, layers: [...encoder.layers, last] };
  expect(networkOfEncoder(deep).loss.of).toBe("last");
});
