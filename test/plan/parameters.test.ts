import { expect, test } from "vitest";
import { equations } from "../../src/language/equations.ts";
import type { NetworkLayer } from "../../src/plan/network.ts";
import { parameterLayout, placesByName } from "../../src/plan/parameters.ts";
import { elman, networkOf, sizes, tinyLayer } from "./tiny.ts";

const layoutOf = (...layers: readonly NetworkLayer[]): ReturnType<typeof parameterLayout> =>
  parameterLayout(networkOf(...layers));

test("matrices of one product are neighbours, vectors come last", () => {
  const cell = equations("gates")`
    i  = σ(Wi x + Ui h + bi)
    h' = i ⊙ tanh(Wg x + Ug h)
  `;
  const { places, trained, size } = layoutOf({ ...tinyLayer, cell });
  expect(places.map((p) => [p.name, p.offset, p.shape])).toEqual([
    ["tiny.Wi", 0, [2, 3]],
    ["tiny.Wg", 6, [2, 3]],
    ["tiny.Ui", 12, [2, 2]],
    ["tiny.Ug", 16, [2, 2]],
    ["tiny.bi", 20, [2]],
  ]);
  expect([trained, size]).toEqual([22, 22]);
});

test("what is not trained comes after everything that is", () => {
  const frozen = equations("frozen")`
    h' = tanh(W x + U h)
    fixed U
  `;
  const layout = layoutOf(
    { ...tinyLayer, cell: frozen },
    { ...tinyLayer, name: "upper", inputs: { x: "x" } },
  );
  expect(layout.places.map((p) => p.name)).toEqual(["tiny.W", "upper.W", "upper.U", "upper.b", "tiny.U"]);
  expect(layout.trained).toBe(layout.size - 4);
});

test("a block-diagonal matrix takes the room of its blocks", () => {
  const cell = equations("blocked")`
    h' = tanh(U h)
    blocks U = 2
  `;
  const [place] = layoutOf({ ...tinyLayer, cell, sizes: { H: 6 } }).places;
  expect(place).toMatchObject({ shape: [6, 3], size: 18, blocks: 2 });
});

test("a shared parameter has one place and both names", () => {
  const upper: NetworkLayer = { ...tinyLayer, name: "upper", shares: { U: "tiny.U" } };
  const layers = [tinyLayer, upper];
  const layout = layoutOf(...layers);
  expect(layout.places.map((p) => p.name)).not.toContain("upper.U");
  const places = placesByName(layout, layers);
  expect(places.get("upper.U")).toBe(places.get("tiny.U"));
});

test.each([
  [
    { Z: "tiny.U" },
    sizes,
    "layer 'upper' shares its 'Z' as 'tiny.U', and there is no such parameter; name both",
  ],
  [
    { U: "tiny.Z" },
    sizes,
    "layer 'upper' shares its 'U' as 'tiny.Z', and there is no such parameter; name both",
  ],
  [
    { U: "tiny.U" },
    { I: 3, H: 5 },
    "layer 'upper' shares its 'U', [5, 5], as 'tiny.U', [2, 2]; both must have the same shape",
  ],
] as const)("sharing %o is refused where it does not fit", (shares, upperSizes, message) => {
  const upper: NetworkLayer = { name: "upper", cell: elman, sizes: upperSizes, inputs: { x: "x" }, shares };
  expect(() => layoutOf(tinyLayer, upper)).toThrow(message);
});
