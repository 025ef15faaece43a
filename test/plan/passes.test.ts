// The passes of `buildPlan`, one after the other, on the smallest networks: draft, connect, layers, phases, ports.
import { expect, test } from "vitest";
import { equations } from "../../src/language/equations.ts";
import { connectNetwork, type Connected } from "../../src/plan/connect.ts";
import {
  createDraft,
  outputOf,
  keptOf,
  widthOf,
  type Draft,
  type PlanOptions,
} from "../../src/plan/draft.ts";
import { planLayers, type PlannedLayer } from "../../src/plan/layers.ts";
import type { Network, NetworkInput, NetworkLayer } from "../../src/plan/network.ts";
import { planPhases } from "../../src/plan/phases.ts";
import { namesOf, networkOf, show, tinyLayer } from "./tiny.ts";

const train: PlanOptions = { mode: "train", rows: 2, steps: 4 };
const upper: NetworkLayer = { ...tinyLayer, name: "upper", sizes: { I: 2, H: 2 }, inputs: { x: "tiny" } };
const classes: NetworkInput = { name: "x", width: 3, kind: "index", per: "step" };

function planned(
  network: Network,
  options: PlanOptions = train,
): { draft: Draft; connected: Connected; layers: PlannedLayer[] } {
  const draft = createDraft(network, options);
  const connected = connectNetwork(draft);
  return { draft, connected, layers: planLayers(draft, connected) };
}

test("a draft starts with the parameters, the resets and, in training, noise and gradients", () => {
  const names = (mode: PlanOptions["mode"]): string[] =>
    namesOf(createDraft(networkOf(tinyLayer), { ...train, mode }).arena.buffers);
  expect(names("train")).toEqual(["parameters", "resets", "seed", "step", "gradients"]);
  expect(names("evaluate")).toEqual(["parameters", "resets"]);
});

test("a draft has one step if it runs step by step, and knows widths and kept quantities", () => {
  const draft = createDraft(networkOf(tinyLayer, upper), {
    ...train,
    mode: "step",
    keep: ["tiny.h", "upper.h"],
  });
  expect(draft.steps).toBe(1);
  expect([widthOf(draft, "x"), widthOf(draft, "tiny")]).toEqual([3, 2]);
  expect([keptOf(draft, "tiny"), keptOf(draft, "upper")]).toEqual([["h"], ["h"]]);
  expect(() => outputOf(draft, "tiny")).toThrow("layer 'tiny' is not planned yet");
  const reverse = networkOf({ ...tinyLayer, direction: "reverse" });
  expect(() => createDraft(reverse, { ...train, mode: "step" })).toThrow("cannot be run step by step");
});

test("an encoder that is not there cannot be planned", () => {
  expect(() => createDraft(networkOf(tinyLayer), { ...train, part: "encoder" })).toThrow(
    "the network has no encoder to plan; leave out the part",
  );
});

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

test("phases follow each other in one training step", () => {
  const { draft, connected, layers } = planned(networkOf(tinyLayer, upper));
  const { phases, update } = planPhases(draft, connected, layers);
  expect(Object.keys(phases)).toEqual(["forward", "backward", "carry"]);
  expect(update).toBeUndefined();
  expect(Object.keys(draft.views)).toEqual(["output.tiny", "output.upper", "d.x"]);
  expect(show(phases.carry!)).toEqual([
    "finals final.tiny.h ← tiny.states.h, each row's last step, [B, 2]",
    "copy rows tiny.states.h ← final.tiny.h [B, 2]",
    "finals final.upper.h ← upper.states.h, each row's last step, [B, 2]",
    "copy rows upper.states.h ← final.upper.h [B, 2]",
  ]);
});

test("a reverse layer carries nothing to the next window", () => {
  const { draft, connected, layers } = planned(networkOf({ ...tinyLayer, direction: "reverse" }));
  expect(planPhases(draft, connected, layers).phases.carry).toEqual([]);
});

test("the derivatives by an input of several layers are summed", () => {
  const beside: NetworkLayer = { ...tinyLayer, name: "beside" };
  const { draft, connected, layers } = planned(networkOf(beside, tinyLayer));
  const { phases } = planPhases(draft, connected, layers);
  const sum = show(phases.backward!).at(-1);
  expect(sum).toMatch(/^pointwise d\.x \[T·B, 3\] ← tiny\/\d+, beside\/\d+$/u);
  expect(draft.views["d.x"]?.access.buffer.name).toBe("d.x");
});
