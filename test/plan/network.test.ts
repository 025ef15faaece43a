import { expect, test } from "vitest";
import {
  bridgedInputs,
  givenInputs,
  networkOfSource,
  partsOf,
  sourceOf,
  type SourceNetwork,
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

const encoder: SourceNetwork = {
  inputs: [{ name: "words", width: 3, kind: "index", per: "step" }],
  layers: [{ ...tinyLayer, name: "encoder", inputs: { x: "words" } }],
  gives: [
    { kind: "finals", of: ["encoder.h"], input: "context" },
    {
      kind: "outputs",
      of: "encoder",
      places: 4,
      inputs: { memory: "memory", far: "far", element: "element", position: "position" },
    },
  ],
};
const inputs = ["x", "context", "memory", "far", "element", "position"].map((name) => ({
  name,
  width: 3,
  kind: "dense" as const,
  per: "step" as const,
}));
const network = { ...networkOf(tinyLayer), inputs, source: encoder };

test("an encoder fills inputs, of which some need a derivative", () => {
  expect(givenInputs(network).map((i) => i.name)).toEqual(["x"]);
  expect([...bridgedInputs(network)]).toEqual(["context", "memory"]);
  expect([...bridgedInputs(networkOf(tinyLayer))]).toEqual([]);
});

test("an encoder alone has the loss that the other network gives it", () => {
  expect(networkOfSource(encoder).loss).toEqual({ kind: "given", of: "encoder" });
  const [finals] = encoder.gives;
  const last = { ...tinyLayer, name: "last", inputs: { x: "encoder" } };
  const deep = { ...encoder, layers: [...encoder.layers, last], gives: [finals!] };
  expect(networkOfSource(deep).loss.of).toBe("last");
});
