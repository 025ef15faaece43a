import { expect, test } from "vitest";
import { createDraft, keptOf, outputOf, widthOf, type PlanOptions } from "../../src/plan/draft.ts";
import { namesOf, networkOf, tinyLayer, train, upperLayer as upper } from "./tiny.ts";

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
