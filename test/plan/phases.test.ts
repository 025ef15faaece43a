import { expect, test } from "vitest";
import { connectNetwork } from "../../src/plan/connect.ts";
import { createDraft, type Draft } from "../../src/plan/draft.ts";
import { planLayers } from "../../src/plan/layers.ts";
import type { Network, NetworkLayer } from "../../src/plan/network.ts";
import { planPhases, type PlannedPhases } from "../../src/plan/phases.ts";
import { networkOf, show, tinyLayer, train, upperLayer as upper } from "./tiny.ts";

function planned(network: Network): PlannedPhases & { draft: Draft } {
  const draft = createDraft(network, train);
  const connected = connectNetwork(draft);
  return { draft, ...planPhases(draft, connected, planLayers(draft, connected)) };
}

test("phases follow each other in one training step", () => {
  const { draft, phases, update } = planned(networkOf(tinyLayer, upper));
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
  expect(planned(networkOf({ ...tinyLayer, direction: "reverse" })).phases.carry).toEqual([]);
});

test("the derivatives by an input of several layers are summed", () => {
  const beside: NetworkLayer = { ...tinyLayer, name: "beside" };
  const { draft, phases } = planned(networkOf(beside, tinyLayer));
  const sum = show(phases.backward!).at(-1);
  expect(sum).toMatch(/^pointwise d\.x \[T·B, 3\] ← tiny\/\d+, beside\/\d+$/u);
  expect(draft.views["d.x"]?.access.buffer.name).toBe("d.x");
});
