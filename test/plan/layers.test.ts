import { expect, test } from "vitest";
import { equations } from "../../src/language/equations.ts";
import { connectNetwork } from "../../src/plan/connect.ts";
import { createDraft, outputOf, type Draft, type PlanOptions } from "../../src/plan/draft.ts";
import { planLayers, type PlannedLayer } from "../../src/plan/layers.ts";
import type { Network, NetworkLayer } from "../../src/plan/network.ts";
import { namesOf, networkOf, show, tinyLayer, train, upperLayer as upper } from "./tiny.ts";

function planned(network: Network, options: PlanOptions = train): { draft: Draft; layers: PlannedLayer[] } {
  const draft = createDraft(network, options);
  return { draft, layers: planLayers(draft, connectNetwork(draft)) };
}

test("layers are planned last first, and each hands its derivative to the one before", () => {
  const { draft, layers } = planned(networkOf(tinyLayer, upper));
  expect(layers.map(({ layer }) => layer.name)).toEqual(["tiny", "upper"]);
  const states = namesOf(draft.arena.buffers).filter((name) => name.includes(".states."));
  expect(states).toEqual(["upper.states.h", "tiny.states.h"]);
  const [handedBack] = draft.wiring.contributions.get("tiny") ?? [];
  expect(handedBack?.access).toEqual(layers[1]?.plan.inputGradients.get("x"));
  expect(outputOf(draft, "tiny").buffer.name).toBe("tiny.states.h");
});

test("a network whose loss is its own derives by no input", () => {
  const number = equations("number")`
    y = sum(x)
    output y
    width y = 1
  `;
  const mean: NetworkLayer = { ...upper, cell: number, sizes: { I: 2, H: 1 } };
  const { draft } = planned({ ...networkOf(tinyLayer, mean), loss: { kind: "mean", of: "upper" } });
  expect(draft.wiring.contributions.has("x")).toBe(false);
  expect(planned(networkOf(tinyLayer)).draft.wiring.contributions.has("x")).toBe(true);
});

test("a kept derivative of a reverse layer is copied after the backward pass, a quantity after the forward pass", () => {
  const reverse: NetworkLayer = { ...tinyLayer, direction: "reverse" };
  const { draft, layers } = planned(networkOf(reverse), { ...train, keep: ["tiny.h", "tiny.dh"] });
  const [layer] = layers;
  expect(show(layer!.forward()).at(-1)).toContain("tiny.h/natural");
  expect(show(layer!.backward()).at(-1)).toContain("tiny.dh/natural");
  expect(Object.keys(draft.views)).toEqual(["tiny.h", "tiny.dh"]);
});
