// The nearest series, by distances that are written out here in another way.
import { expect, it } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { costOf, nearestLabel } from "../../../src/tasks/classify/nearest.ts";

const stream = randomStream(3, 1);
const series = (steps: number, width: number) =>
  Float64Array.from({ length: steps * width }, () => stream.normal());

/** By recursion, over all matches whose steps are at most `reach` apart. */
function warped(a: Float64Array, b: Float64Array, width: number, reach: number): number {
  const known = new Map<string, number>();
  const at = (i: number, j: number): number => {
    if (i < 0 || j < 0) return i === j ? 0 : Infinity;
    if (Math.abs(i - j) > reach) return Infinity;
    const key = `${i} ${j}`;
    if (!known.has(key)) {
      let cost = 0;
      for (let k = 0; k < width; k++) cost += (a[i * width + k]! - b[j * width + k]!) ** 2;
      known.set(key, cost + Math.min(at(i - 1, j), at(i, j - 1), at(i - 1, j - 1)));
    }
    return known.get(key)!;
  };
  return at(a.length / width - 1, b.length / width - 1);
}

const argmin = (values: readonly number[]): number => values.indexOf(Math.min(...values));

it("takes the label of the nearest series, step by step", () => {
  const learned = Array.from({ length: 20 }, (_, i) => ({ values: series(30, 2), label: `${i}` }));
  const nearest = nearestLabel(learned, 2, "euclidean");
  for (let n = 0; n < 20; n++) {
    const values = series(30, 2);
    const distances = learned.map((one) =>
      one.values.reduce((sum, v, i) => sum + (v - (values[i] as number)) ** 2, 0),
    );
    expect(nearest(values)).toBe(`${argmin(distances)}`);
  }
});

it.each([
  ["of one length", () => 40],
  ["of several lengths", (i: number) => 31 + (i % 9)],
])("and by the best match in a band, %s", (_name, lengthOf) => {
  const learned = Array.from({ length: 15 }, (_, i) => ({ values: series(lengthOf(i), 2), label: `${i}` }));
  const nearest = nearestLabel(learned, 2, "warped");
  for (let n = 0; n < 10; n++) {
    const values = series(lengthOf(n + 4), 2);
    const distances = learned.map((one) => {
      const [rows, columns] = [one.values.length / 2, values.length / 2];
      const reach = Math.max(Math.ceil(0.1 * Math.max(rows, columns)), Math.abs(rows - columns));
      return warped(one.values, values, 2, reach);
    });
    expect(nearest(values)).toBe(`${argmin(distances)}`);
  }
});

it("stretches series of other lengths", () => {
  const ramp = (steps: number, to: number) =>
    Float64Array.from({ length: steps }, (_, t) => (t * to) / (steps - 1));
  const learned = [
    { values: ramp(30, 1), label: "up" },
    { values: ramp(20, -1), label: "down" },
  ];
  const nearest = nearestLabel(learned, 1, "euclidean");
  expect([nearest(ramp(7, 0.8)), nearest(ramp(90, -0.8)), nearest(Float64Array.of(-2))]).toEqual([
    "up",
    "down",
    "down",
  ]);
});

it("says what comparing costs", () => {
  expect(costOf("euclidean", 10, 20, 100, 3)).toBe(60_000);
  expect(costOf("warped", 10, 20, 100, 3)).toBe(2 * 21 * 60_000);
});
