// Tags of tokens: a network that reads both ways learns what a name is from what stands around it, where one that reads
// one way and each word's most frequent tag do not.
import { describe, expect, test } from "vitest";
import { trainMostFrequentTag } from "../../../src/tasks/tag/most-frequent-tag.ts";
import { cellNamed } from "../../../src/cells/index.ts";
import { entitySentence } from "../../../src/tasks/tag/entities.ts";
import { randomStream } from "../../../src/base/random.ts";
import { spanReport } from "../../../src/tasks/tag/spans.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import type { TaskModel } from "../../../src/tasks/shared/model.ts";
import {
  tag,
  tagExamples,
  tagger,
  type TaggedSequence,
  type TaggerSettings,
  type TagTask,
} from "../../../src/tasks/tag/tag.ts";
import { fit } from "../../../src/train/fit.ts";
import { finish } from "../../train/small.ts";

const gru = cellNamed("gru");

async function trained(
  items: readonly TaggedSequence[],
  settings: Partial<TaggerSettings>,
  steps: number,
): Promise<TaskModel<TagTask>> {
  const { task, network } = tagger(items, { cell: gru, size: 32, ...settings });
  const device = wasmDevice();
  const data = { kind: "examples", train: tagExamples(task, items) } as const;
  const budget = { steps };
  const run = await fit({
    network,
    device,
    data,
    batch: 16,
    rate: 0.02,
    schedule: { kind: "cosine" },
    budget,
  });
  await finish(run);
  return { task, network, device, store: run.store };
}

/** Of all tokens, whose tags are right. */
function accuracy(items: readonly TaggedSequence[], found: readonly (readonly string[])[]): number {
  const right = items.flatMap(({ tags }, i) => tags.map((label, t) => label === found[i]?.[t]));
  return right.filter(Boolean).length / right.length;
}

describe("entities", () => {
  const sentences = (seed: number, count: number): (TaggedSequence & { tokens: readonly string[] })[] =>
    Array.from({ length: count }, (_, i) => entitySentence(seed, i)).map((s) => ({ value: s.tokens, ...s }));
  const [train, held] = [sentences(1, 1000), sentences(2, 300)];
  const values = held.map((item) => item.value);
  const spans = (found: readonly (readonly string[])[]): number =>
    spanReport(
      held.map((item) => item.tags),
      found,
    ).f1;

  test("are known by both sides, not by one and not by the word", async () => {
    const both = await trained(train, { embedding: 16 }, 250);
    const one = await trained(train, { embedding: 16, bidirectional: false }, 250);
    const rival = trainMostFrequentTag(train);
    const taggings = await tag(both, values);
    const found = taggings.map((own) => own.tags);
    expect(accuracy(held, found)).toBeGreaterThan(0.99);
    expect(spans(found)).toBeGreaterThan(0.97);
    const before = (await tag(one, values)).map((own) => own.tags);
    expect(spans(before)).toBeLessThan(0.7);
    const plain = held.map((item) => rival.predict(item.tokens));
    expect(accuracy(held, plain)).toBeLessThan(0.95);
    expect(spans(plain)).toBeLessThan(0.4);

    for (const { tokens, tags, probabilities } of taggings.slice(0, 20)) {
      expect([tags.length, probabilities.length]).toEqual([tokens.length, tokens.length]);
      probabilities.forEach((own, t) => {
        expect(own.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
        expect(both.task.labels[own.indexOf(Math.max(...own))]).toBe(tags[t]);
      });
    }
    const alone = await tag(both, [values[5]!]);
    expect(alone[0]?.tags).toEqual(taggings[5]?.tags);
    const text = await tag(both, ["Yesterday, Paris hired forty people."]);
    expect(text[0]?.tokens).toEqual(["Yesterday", ",", "Paris", "hired", "forty", "people", "."]);
    expect(text[0]?.tags[2]).toBe("B-ORG");
    for (const { device } of [both, one]) device.dispose();
  });
});

test("steps of a series are tagged by what comes next", async () => {
  const stream = randomStream(5, 2);
  const series = Array.from({ length: 60 }, () =>
    Array.from({ length: 3 + Math.floor(stream.uniform() * 9) }, () => [stream.normal(), 1]),
  );
  const items = series.map((value) => ({
    value,
    tags: value.map((_, t) => ((value[t + 1]?.[0] ?? 0) > 0 ? "rise" : "fall")),
  }));
  const model = await trained(items, { size: 12 }, 150);
  const found = await tag(model, series);
  expect(
    accuracy(
      items,
      found.map((own) => own.tags),
    ),
  ).toBeGreaterThan(0.95);
  expect(found[0]?.tokens).toBe(series[0]);
  await expect(tag(model, [["a", "b"]])).rejects.toThrow("sequence 0: it must be numbers, not a text");
  await expect(tag(model, [[]])).rejects.toThrow("sequence 0: the sequence is empty; leave it out");
  model.device.dispose();
});

describe("tags and tokens", () => {
  const settings = { cell: gru, size: 3 };
  const items = [{ value: ["Ab", "c"], tags: ["X", "Y"] }];

  test("are as many, whatever small letters make of a text", () => {
    const text = [{ value: "İi", tags: ["X", "Y"] }];
    const { task } = tagger(text, { ...settings, unit: "char", lowerCase: true });
    expect(tagExamples(task, text)[0]?.steps).toBe(2);
    const words = tagger(items, { ...settings, lowerCase: true });
    const [{ inputs } = {}] = tagExamples(words.task, [{ value: "AB, c", tags: ["X", "Y", "X"] }]);
    const [{ inputs: same } = {}] = tagExamples(words.task, [
      { value: ["ab", "?", "C"], tags: ["X", "Y", "X"] },
    ]);
    expect(inputs).toEqual(same);
  });

  test("are refused where there are fewer, none, or other ones", () => {
    const { task } = tagger(items, { ...settings, labels: ["B-PER"] });
    expect(task.labels).toEqual(["B-PER", "X", "Y"]);
    const refuse = (item: TaggedSequence, message: string): void =>
      expect(() => tagExamples(task, [item])).toThrow(message);
    refuse(
      { value: ["a", "b"], tags: ["X"] },
      "sequence 0: 2 tokens need as many tags, not 1; tag every token",
    );
    refuse({ value: [], tags: [] }, "sequence 0: the sequence is empty; leave it out");
    refuse({ value: " ", tags: [] }, "sequence 0: the sequence is empty; leave it out");
    refuse(
      { value: [1, 2], tags: ["X", "Y"] },
      "sequence 0: it must be a text, as the model reads, not numbers",
    );
    refuse(
      { value: ["a", "b"], tags: ["X", "B-PRE"], place: "a.jsonl, line 3" },
      "a.jsonl, line 3, token 1: the label 'B-PRE' is none of the 3 learned; did you mean 'B-PER'?",
    );
    refuse(
      { value: ["a", "b"], tags: ["X", "Q"], place: "a, line 3", places: ["a, line 3", "a, line 4"] },
      "a, line 4: the label 'Q' is none of the 3 learned; it has B-PER, X, Y",
    );
    expect(() => tagger([{ value: ["a"], tags: ["X"] }], settings)).toThrow(
      "tagging needs two labels or more, and the 1 sequences have 1 (X)",
    );
  });
});
