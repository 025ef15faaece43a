import { expect, test } from "vitest";
import { equations } from "../../src/language/equations.ts";
import { connectNetwork } from "../../src/plan/connect.ts";
import { createDraft } from "../../src/plan/draft.ts";
import type { NetworkInput, NetworkLayer } from "../../src/plan/network.ts";
import { namesOf, networkOf, show, tinyLayer, train, upperLayer as upper } from "./tiny.ts";

const classes: NetworkInput = { name: "x", width: 3, kind: "index", per: "step" };

test("inputs and the loss are buffers from outside", () => {
  const draft = createDraft(networkOf(tinyLayer), train);
  const { inputs, loss, outside, resetsOf } = connectNetwork(draft);
  expect(inputs.get("x")).toMatchObject({ name: "x", extent: "tokens", width: 3 });
  expect(loss.gradient?.buffer.name).toBe("d.tiny");
  expect(namesOf([...outside])).toEqual(["parameters", "resets", "seed", "step", "gradients", "x", "d.tiny"]);
  expect(resetsOf(tinyLayer)).toBe(draft.resets);
  expect(draft.prelude).toEqual([]);
});

test("an index that products alone read stays one; otherwise it becomes one-hot", () => {
  const other = equations("other")`h' = tanh(W x) + sum(x)`;
  const kinds = [tinyLayer, { ...tinyLayer, cell: other }].map((layer) => {
    const draft = createDraft({ ...networkOf(layer), inputs: [classes] }, train);
    connectNetwork(draft);
    return [draft.wiring.signals.get("x")?.kind, show(draft.prelude)];
  });
  expect(kinds).toEqual([
    ["index", []],
    ["dense", ["one hot x/one-hot [T·B, 3] ← x"]],
  ]);
});

test("a network with a reverse layer has marks of starts in the opposite order, for that layer alone", () => {
  const reverse: NetworkLayer = { ...upper, direction: "reverse" };
  const draft = createDraft(networkOf(tinyLayer, reverse), train);
  const { resetsOf } = connectNetwork(draft);
  expect([resetsOf(tinyLayer).name, resetsOf(reverse).name]).toEqual(["resets", "resets/reversed"]);
  expect(draft.prelude).toMatchObject([{ kind: "reverse", of: "starts" }]);
});
