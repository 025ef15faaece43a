// Tagging as programs use it: from sentences to a model, its scores and its file; a network that reads both ways learns
// the kind of a name from its context, which one direction and each word's most frequent tag do not.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { exampleFeed } from "../../../src/batch/example-feed.ts";
import type { Feed } from "../../../src/batch/feed.ts";
import { loadModel, openModel, saveModel } from "../../../src/checkpoint/model-files.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import { classify } from "../../../src/tasks/classify/classify.ts";
import {
  designTagger,
  tagExamples,
  unknownAtRandom,
  type TaggedItem,
  type TagOptions,
} from "../../../src/tasks/tag/design.ts";
import { entitySentence } from "../../../src/tasks/tag/entities.ts";
import { spansOf } from "../../../src/tasks/tag/spans.ts";
import { tag, type Tagger } from "../../../src/tasks/tag/tag.ts";
import { unknownId } from "../../../src/text/vocabulary.ts";
import { train, type TrainOptions } from "../../../src/tasks/train.ts";

const device = wasmDevice();
afterAll(() => device.dispose());

async function trained(
  items: readonly TaggedItem[],
  options: TagOptions,
  training: TrainOptions,
): Promise<Tagger> {
  const run = train(tag({ size: 32, ...options }), items, {
    batch: 16,
    rate: 0.02,
    schedule: "cosine",
    device,
    ...training,
  });
  await run.finish();
  const model = await run.best();
  run.dispose();
  return model;
}

describe("entities", () => {
  const sentences: TaggedItem[] = Array.from({ length: 1300 }, (_, i) => entitySentence(1, i));
  const training = { split: [0.77, 0.03, 0.2], steps: 250 };
  let folder = "";
  let model: Tagger;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "unrolled-tag-"));
    model = await trained(sentences, { embedding: 16 }, training);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("are known from both sides of a name, not from one and not from the word", async () => {
    const score = await model.score("test");
    expect(score).toMatchObject({ sequences: 260, labels: model.labels });
    expect(score.tokens).toBe(score.classes.reduce((sum, { support }) => sum + support, 0));
    expect(score.accuracy).toBeGreaterThan(0.99);
    expect(score.spans?.f1).toBeGreaterThan(0.97);
    expect(Object.keys(score.spans?.byType ?? {})).toEqual(["LOC", "ORG", "PER"]);
    expect(score.baseline?.name).toBe("most frequent tag");
    expect(score.baseline?.accuracy).toBeLessThan(0.95);
    expect(score.baseline?.spans?.f1).toBeLessThan(0.4);
    expect(score.perceptron?.name).toBe("perceptron");
    expect(score.perceptron?.spans?.f1).toBeGreaterThan(0.6);
    const forward = await trained(sentences, { embedding: 16, bidirectional: false, crf: false }, training);
    expect((await forward.score("test")).spans?.f1).toBeLessThan(0.7);
    forward.dispose();
  });

  test("of texts and lists of tokens have a tag and probabilities per token", async () => {
    const tokens = ["in", "spring", "Paris", "lies", "on", "a", "river", "."] as const;
    const [text, list] = await model.predict(["Yesterday, Paris hired forty people.", tokens]);
    expect(text.tokens).toEqual(["Yesterday", ",", "Paris", "hired", "forty", "people", "."]);
    expect(text.tags[2]).toBe("B-ORG");
    expect(list.tokens).toBe(tokens);
    expect(list.tags[2]).toBe("B-LOC");
    for (const { tags, probabilities } of [text, list]) {
      expect(probabilities).toHaveLength(tags.length);
      probabilities.forEach((row, t) => {
        expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
        expect(model.labels[row.indexOf(Math.max(...row))]).toBe(tags[t]);
      });
    }
    const many = await model.predict(sentences.slice(0, 100).map(({ value }) => value));
    const [alone] = await model.predict([sentences[7]?.value ?? ""]);
    expect(alone.tags).toEqual(many[7]?.tags);
    expect(await model.predict([])).toEqual([]);
  });

  test("are the same for a model from its file, whose parts are found again in the same data", async () => {
    const path = join(folder, "names.safetensors");
    await saveModel(path, model);
    const later = await loadModel(path, tag, { device });
    const parts = await later.parts(sentences);
    expect(parts.test?.length).toBe(260);
    const score = await later.score(parts.test ?? [], { baseline: parts.train });
    expect(score).toEqual(await model.score("test"));
    expect((await later.score(parts.test ?? [])).baseline).toBeUndefined();
    await expect(later.score("test")).rejects.toThrow(
      "score: a loaded model holds no data, so it has no part 'test'; pass the data",
    );
    await expect(later.parts(sentences.slice(1))).rejects.toThrow(
      "these are not the data that the model was trained on",
    );
    await expect(loadModel(path, classify, { device })).rejects.toThrow(
      "is a model of the task 'tag', not 'classify'",
    );
    expect((await openModel(path, { device })).kind).toBe("tag");
    later.dispose();
    await expect(later.predict(["a"])).rejects.toThrow("this model has been disposed");
  });
});

describe("tags in a row", () => {
  const sentences: TaggedItem[] = Array.from({ length: 60 }, (_, i) => entitySentence(2, i));
  const few = { split: 1, steps: 6 };

  test("keep to the scheme of the labels, however little was learned", async () => {
    for (const crf of [true, false]) {
      const model = await trained(sentences, { crf }, few);
      const taggings = await model.predict(sentences.map(({ value }) => value));
      const spans = taggings.flatMap(({ tags }) => spansOf(tags)).length;
      const begun = taggings.flatMap(({ tags }) => tags.filter((one) => one.startsWith("B"))).length;
      expect(spans).toBeGreaterThan(0);
      // In IOB2 each span begins with a B, unless a tag breaks the scheme.
      expect(spans === begun).toBe(crf);
      model.dispose();
    }
  });

  test("are scored where they break the scheme of the data that were learned", async () => {
    const model = await trained(sentences, {}, few);
    const broken = [{ value: ["Paris", "fell"], tags: ["I-PER", "O"] }];
    expect((await model.score(broken)).tokens).toBe(2);
    model.dispose();
  });

  test("that break a scheme are learned without one", () => {
    const broken = [...sentences, { value: ["a", "b"], tags: ["I-PER", "O"] }];
    expect(designTagger(sentences, sentences, {}).spec.order).toBe("IOB2");
    expect(designTagger(sentences, broken, {}).spec.order).toBe("any");
    expect(designTagger(sentences, sentences, { crf: false }).spec.order).toBeUndefined();
    const many = Array.from({ length: 65 }, (_, i) => ({ value: ["a"], tags: [`T${i}`] }));
    expect(designTagger(many, many, {}).spec.order).toBeUndefined();
    expect(designTagger(many, many, { crf: true }).spec.order).toBe("any");
  });
});

test("the best weights are those with the best score of the validation part", async () => {
  const sentences: TaggedItem[] = Array.from({ length: 120 }, (_, i) => entitySentence(3, i));
  const settings = { split: [0.5, 0.5], validateEvery: 6, steps: 30, rate: 0.02, device } as const;
  const run = train(tag({ size: 12, embedding: 8 }), sentences, settings);
  const scores: number[] = [];
  for await (const event of run) {
    if (event.kind !== "validation") continue;
    const model = await run.latest();
    const { spans } = await model.score("validation");
    expect(event.score).toBe(spans?.f1);
    scores.push(spans?.f1 ?? 0);
    model.dispose();
  }
  const best = await run.best();
  expect((await best.score("validation")).spans?.f1).toBe(Math.max(...scores));
  expect(new Set(scores).size).toBeGreaterThan(1);
  best.dispose();
  run.dispose();
});

describe("words and their forms", () => {
  const sentences: TaggedItem[] = Array.from({ length: 60 }, (_, i) => entitySentence(2, i));

  test("are unknown at random in training, the rarer the more often, the same in the same pass", () => {
    const { spec } = designTagger(sentences, sentences, {});
    const examples = tagExamples(spec, sentences);
    const feedOf = (): Feed =>
      exampleFeed(designTagger(sentences, sentences, {}).network, examples, {
        batch: examples.length,
        seed: 1,
        shuffle: false,
        vary: unknownAtRandom(spec, examples),
      });
    const wordsOf = (feed: Feed, epoch: number): number[] => [...feed.load({ epoch, at: 0 }).values["x"]!];
    expect(wordsOf(feedOf(), 3)).toEqual(wordsOf(feedOf(), 3));
    expect(wordsOf(feedOf(), 3)).not.toEqual(wordsOf(feedOf(), 4));
    const [feed, counts] = [feedOf(), new Map<number, number>()];
    for (const { inputs } of examples) {
      for (const id of inputs["x"] as Int32Array) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const expected = [...counts.values()].reduce((sum, n) => sum + (4 * n) / (4 + n), 0) / all;
    const passes = 40;
    const unknown = Array.from({ length: passes }, (_, epoch) => wordsOf(feed, epoch)).flat();
    const share = unknown.filter((id) => id === unknownId).length / (passes * all);
    expect(Math.abs(share - expected)).toBeLessThan(0.1 * expected);
  });

  test("are read unless that is not wanted, or words are letters or one-hot", () => {
    const formsOf = (options: TagOptions): number =>
      designTagger(sentences, sentences, options).spec.forms?.length ?? 0;
    expect(formsOf({})).toBe(9);
    expect(formsOf({ lowerCase: true })).toBe(8);
    expect([{ forms: false }, { unit: "char" as const }, { embedding: 0 }].map(formsOf)).toEqual([0, 0, 0]);
  });

  test("tell new words, on which a tagger of whole words cannot but guess", async () => {
    const endings = { verb: ["ing", "ed"], noun: ["ness", "tion"] } as const;
    const stream = randomStream(3, 2);
    const letter = (): string => "abcdefghijklmnopqrstuvwxyz"[Math.floor(stream.uniform() * 26)] ?? "";
    const word = (tags: keyof typeof endings): string =>
      letter() + letter() + letter() + letter() + endings[tags][Math.floor(stream.uniform() * 2)];
    const items = Array.from({ length: 200 }, (): TaggedItem => {
      const tags = Array.from({ length: 4 }, (): keyof typeof endings =>
        stream.uniform() < 0.5 ? "verb" : "noun",
      );
      return { value: tags.map(word), tags };
    });
    const accuracies: number[] = [];
    for (const forms of [true, false]) {
      const model = await trained(items, { forms }, { split: [0.7, 0.1, 0.2], steps: 60 });
      accuracies.push((await model.score("test")).accuracy);
      model.dispose();
    }
    expect(accuracies[0]).toBeGreaterThan(0.97);
    expect(accuracies[1]).toBeLessThan(0.7);
  });
});

test("steps of a series are tagged by the step that follows", async () => {
  const stream = randomStream(5, 2);
  const series = Array.from({ length: 60 }, () =>
    Array.from({ length: 3 + Math.floor(stream.uniform() * 9) }, () => [stream.normal(), 1]),
  );
  const items = series.map((value) => ({
    value,
    tags: value.map((_, t) => ((value[t + 1]?.[0] ?? 0) > 0 ? "rise" : "fall")),
  }));
  const model = await trained(items, { size: 12 }, { split: 1, steps: 150 });
  const score = await model.score("train");
  expect(score.accuracy).toBeGreaterThan(0.95);
  expect([score.spans, score.baseline]).toEqual([undefined, undefined]);
  expect((await model.score(items, { baseline: items })).baseline).toBeUndefined();
  const [first] = await model.predict(series);
  expect(first?.tokens).toBe(series[0]);
  await expect(model.predict([["a", "b"]])).rejects.toThrow("sequence 0: it must be numbers, not a text");
  await expect(model.predict([[]])).rejects.toThrow("sequence 0: the sequence is empty; leave it out");
  model.dispose();
});

test("a model of version 0.1.0 opens", async () => {
  const path = fileURLToPath(new URL("../../goldens/models/tag.safetensors", import.meta.url));
  const model = await loadModel(path, tag, { device });
  expect(model.labels).toEqual(["B-LOC", "O"]);
  expect(model.metadata.data).toMatchObject({ kind: "items", split: "0.7/0.1/0.2", count: 120 });
  const [{ tokens, tags }] = await model.predict(["the dog sees the moon in Oslo."]);
  expect(tokens).toEqual(["the", "dog", "sees", "the", "moon", "in", "Oslo", "."]);
  expect(tags).toHaveLength(8);
  model.dispose();
});

describe("a design", () => {
  const items = [{ value: ["Ab", "c"], tags: ["X", "Y"] }];
  const designed = (more: readonly TaggedItem[] = [], options: TagOptions = {}) =>
    designTagger(items, [...items, ...more], { size: 3, ...options });

  test("has labels of all items, in alphabetical order", () => {
    const { spec } = designed([{ value: ["d"], tags: ["B-PER"] }]);
    expect(spec.labels).toEqual(["B-PER", "X", "Y"]);
    expect(() => designTagger([{ value: ["a"], tags: ["X"] }], [{ value: ["a"], tags: ["X"] }], {})).toThrow(
      "tagging needs two labels or more, and the 1 sequences have 1 (X)",
    );
  });

  test("splits texts before it makes their letters small, so that tags and tokens stay equally many", () => {
    const text = [{ value: "İi", tags: ["X", "Y"] }];
    const { spec } = designTagger(text, text, { size: 3, unit: "char", lowerCase: true });
    expect(tagExamples(spec, text)[0]?.steps).toBe(2);
    const words = designed([], { lowerCase: true }).spec;
    const [mixed] = tagExamples(words, [{ value: "AB, c", tags: ["X", "Y", "X"] }]);
    const [small] = tagExamples(words, [{ value: ["ab", "?", "C"], tags: ["X", "Y", "X"] }]);
    expect(mixed?.inputs).toEqual(small?.inputs);
  });

  test.each<[TaggedItem, string]>([
    [
      { value: ["a", "b"], tags: ["X"] },
      "sequence 0: expected 2 tags, one per token, got 1; tag every token",
    ],
    [{ value: [], tags: [] }, "sequence 0: the sequence is empty; leave it out"],
    [{ value: " ", tags: [] }, "sequence 0: the sequence is empty; leave it out"],
    [{ value: [1, 2], tags: ["X", "Y"] }, "sequence 0: it must be a text, as the model reads, not numbers"],
    [
      { value: ["a", "b"], tags: ["X", "B-PRE"], place: "a.jsonl, line 3" },
      "a.jsonl, line 3, token 1: there is no label 'B-PRE'",
    ],
    [
      { value: ["a", "b"], tags: ["X", "Q"], place: "a, line 3", places: ["a, line 3", "a, line 4"] },
      "a, line 4: there is no label 'Q'",
    ],
  ])("refuses %j", (item, message) => {
    const { spec } = designed([{ value: ["d"], tags: ["B-PER"] }]);
    expect(() => tagExamples(spec, [item])).toThrow(message);
  });

  test("reaches the caller of train as a rejection", async () => {
    const bad: TaggedItem[] = [...items, { value: ["d"], tags: ["X", "Y"], place: "my.conll, line 9" }];
    await expect(train(tag({ size: 3 }), bad, { split: 1, device }).finish()).rejects.toThrow(
      "my.conll, line 9: expected 1 tags, one per token, got 2; tag every token",
    );
    const none = train(tag({ size: 3 }), items, { split: 0.5, device });
    await expect(none.prepare()).rejects.toThrow("split: the training part is empty");
    expect(() => tag({ cell: "gruu" })).toThrow("did you mean");
  });

  test("is refused in a damaged file, by field", () => {
    const { spec } = designed();
    expect(tag.check(spec)).toEqual(spec);
    expect(() => tag.check({ ...spec, labels: ["X"] })).toThrow("task, labels: ");
    expect(() => tag.check({ ...spec, extra: 1 })).toThrow("the file is damaged, copy or save it again");
  });
});
