// The averaged perceptron: it learns from neighbours and from the form of words, and keeps to the transitions.
import { expect, test } from "vitest";
import { transitionsBetween } from "../../../src/model/crf.ts";
import { entitySentence } from "../../../src/tasks/tag/entities.ts";
import { trainPerceptron } from "../../../src/tasks/tag/perceptron.ts";

test("words next to a name tell its type, unlike the name itself", () => {
  const sentences = Array.from({ length: 400 }, (_, i) => entitySentence(1, i));
  const labels = [...new Set(sentences.flatMap(({ tags }) => tags))].sort();
  const perceptron = trainPerceptron(
    sentences.slice(0, 300).map(({ value, tags }) => ({
      tokens: value,
      classes: tags.map((tag) => labels.indexOf(tag)),
    })),
    transitionsBetween(labels.length),
  );
  let [right, all] = [0, 0];
  for (const { value, tags } of sentences.slice(300)) {
    const classes = perceptron.predict(value);
    tags.forEach((tag, t) => {
      all += 1;
      if (labels[classes[t]!] === tag) right += 1;
    });
  }
  // Most words are O: 0.84 of them.
  expect(right / all).toBeGreaterThan(0.93);
});

test("new words are known by their form", () => {
  const words = [
    ["walking", 0],
    ["Rome", 1],
    ["running", 0],
    ["Oslo", 1],
    ["eating", 0],
    ["Lima", 1],
  ] as const;
  const perceptron = trainPerceptron(
    words.map(([word, k]) => ({ tokens: [word], classes: [k] })),
    transitionsBetween(2),
  );
  expect(["singing", "Delhi"].map((word) => perceptron.predict([word])[0])).toEqual([0, 1]);
  expect(perceptron.predict([])).toEqual([]);
});

test("classes that may not follow each other do not", () => {
  const sequences = Array.from({ length: 20 }, () => ({ tokens: ["a", "b"], classes: [0, 1] }));
  const perceptron = trainPerceptron(
    sequences,
    transitionsBetween(2, (before, after) => before === undefined || after !== 1 || before === 0),
  );
  expect(perceptron.predict(["a", "b", "b", "b"])).toEqual([0, 1, 0, 1]);
});
