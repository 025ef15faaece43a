// The linear model of runs of characters, and what minimises its loss.
import { expect, it } from "vitest";
import { minimise } from "../../../src/tasks/classify/lbfgs.ts";
import { trainLinear } from "../../../src/tasks/classify/linear.ts";

it("L-BFGS finds the minimum of Rosenbrock's function", () => {
  const at = Float64Array.of(-1.2, 1);
  const value = minimise(
    ([x = 0, y = 0], gradient) => {
      gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
      gradient[1] = 200 * (y - x * x);
      return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
    },
    at,
    { iterations: 100, tolerance: 1e-12 },
  );
  expect(value).toBeLessThan(1e-12);
  expect(at[0]).toBeCloseTo(1, 5);
  expect(at[1]).toBeCloseTo(1, 5);
});

/** Words with an ending by their label, after syllables that say nothing. */
const words = (count: number, from: number) =>
  Array.from({ length: count }, (_, i) => {
    const n = i + from;
    const stem = ["ka", "mo", "ri", "te", "lu", "so"];
    const label = ["fi", "es", "pl"][n % 3] as string;
    const ending = { fi: "nen", es: "ez", pl: "ski" }[label];
    return [`${stem[n % 6]}${stem[(n * 5 + 1) % 6]}${stem[(n * 7 + (n >> 3)) % 6]}${ending}`, label] as const;
  });

it("learns what tells texts apart", () => {
  const model = trainLinear(words(90, 0));
  expect(model.labels).toEqual(["es", "fi", "pl"]);
  const others = words(60, 1000);
  expect(others.filter(([text, label]) => model.predict(text) === label)).toHaveLength(60);
  // Runs that no text to learn from has: the most frequent label, or the first of equally frequent ones.
  expect(model.labels).toContain(model.predict("????"));
});

it("is held back where little freedom is given", () => {
  // One label in ten: with no freedom to speak of, only the bias is learned.
  const rare = words(300, 0).filter(([, label], i) => label === "es" || i % 10 === 0);
  const held = trainLinear(rare, { freedom: 1e-9 });
  expect(new Set(rare.map(([text]) => held.predict(text)))).toEqual(new Set(["es"]));
});

it("needs two classes", () => {
  expect(() => trainLinear([["ab", "x"]])).toThrow("linear model: two classes or more are needed, not 1");
});
