import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { PixelImage } from "../../../../src/tasks/caption/images/image.ts";
import { drawScene, type Scene } from "../../../../src/tasks/caption/shapes/scene.ts";
import { shapesExample } from "../../../../src/tasks/caption/shapes/shapes.ts";
import { bankWidth, filterBank } from "../../../../src/tasks/caption/images/filter-bank.ts";
import { openEncoder } from "../../../../src/tasks/caption/images/encoder.ts";

async function features(indices: readonly number[], objects: readonly number[]): Promise<Float32Array> {
  const encoder = await openEncoder({ model: filterBank(), preprocessing: "plain", batch: 64 });
  const rows = await encoder.encode(indices.map((index) => shapesExample(index, { objects }).image));
  await encoder.dispose();
  return joined(rows);
}

const joined = (rows: readonly Float32Array[]): Float32Array =>
  Float32Array.from(rows.flatMap((row) => [...row]));

it("is the same file everywhere", () => {
  expect(createHash("sha256").update(filterBank()).digest("hex")).toBe(
    "a2c22d984f16bd551d19874e524d50bb65b7f09cd7e8b5c557e11019018a0812",
  );
});

it("gives numbers of a moderate size, and none for an empty image", async () => {
  const encoder = await openEncoder({ model: filterBank(), name: "bank", preprocessing: "plain" });
  expect(encoder.describe()).toContain("tap 'features', 420 features");
  const empty = (level: number): PixelImage => ({
    width: 32,
    height: 32,
    pixels: new Uint8ClampedArray(32 * 32 * 3).fill(level),
  });
  const least = -1e-6; // sums of rounded weights
  for (const value of joined(await encoder.encode([empty(220), empty(252)]))) {
    expect(value).toBeGreaterThanOrEqual(least);
    expect(value).toBeLessThanOrEqual(1e-4);
  }
  const some = joined(await encoder.encode(Array.from({ length: 50 }, (_, i) => shapesExample(i).image)));
  expect(some.length).toBe(50 * bankWidth);
  expect(Math.min(...some)).toBeGreaterThanOrEqual(least);
  const mean = some.reduce((sum, value) => sum + value, 0) / some.length;
  const spread = Math.sqrt(some.reduce((sum, value) => sum + (value - mean) ** 2, 0) / some.length);
  expect(spread).toBeGreaterThan(0.5);
  expect(spread).toBeLessThan(2);
  await encoder.dispose();
});

it("lets a linear reading tell shape, colour, size and place of one object", async () => {
  const [training, testing] = [900, 300];
  const scenes = Array.from({ length: training + testing }, (_, i) => drawScene(i, { objects: [1] }));
  const rows = await features(
    scenes.map((_, i) => i),
    [1],
  );
  const told: Record<string, (scene: Scene) => string> = {
    shape: ({ objects: [one] }) => one!.shape,
    colour: ({ objects: [one] }) => one!.colour,
    size: ({ objects: [one] }) => one!.size,
    horizontal: ({ horizontal }) => horizontal,
    vertical: ({ vertical }) => vertical,
  };
  const labels = Object.values(told).map((of) => scenes.map(of));
  const shares = readRidge(rows, bankWidth, labels, training);
  // Seen: shape 0.99, the others 1.
  Object.keys(told).forEach((name, i) => expect(shares[i], name).toBeGreaterThan(0.95));
});

/**
 * By set of labels, the share of rows after the first `training` ones whose class the ridge regression of those gives
 * the most: targets 1 for the class, 0 for others, all less their means. Solved in its dual form, (K + λ) a = y with
 * K the products of rows, by Cholesky.
 */
function readRidge(
  rows: Float32Array,
  width: number,
  labels: readonly (readonly string[])[],
  training: number,
): readonly number[] {
  const count = rows.length / width;
  const centred = Array.from({ length: count }, (_, i) =>
    Float64Array.from(rows.subarray(i * width, (i + 1) * width)),
  );
  for (let k = 0; k < width; k++) {
    const mean = centred.slice(0, training).reduce((sum, row) => sum + row[k]!, 0) / training;
    for (const row of centred) row[k]! -= mean;
  }
  const product = (a: Float64Array, b: Float64Array): number => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += a[k]! * b[k]!;
    return sum;
  };
  const lower = Array.from({ length: training }, () => new Float64Array(training));
  for (let i = 0; i < training; i++)
    for (let j = 0; j <= i; j++) {
      let value = product(centred[i]!, centred[j]!) + (i === j ? 30 : 0);
      const [a, b] = [lower[i]!, lower[j]!];
      for (let k = 0; k < j; k++) value -= a[k]! * b[k]!;
      lower[i]![j] = i === j ? Math.sqrt(value) : value / b[j]!;
    }
  const solve = (target: readonly number[]): Float64Array => {
    const x = Float64Array.from(target);
    for (let i = 0; i < training; i++) {
      for (let k = 0; k < i; k++) x[i]! -= lower[i]![k]! * x[k]!;
      x[i]! /= lower[i]![i]!;
    }
    for (let i = training - 1; i >= 0; i--) {
      for (let k = i + 1; k < training; k++) x[i]! -= lower[k]![i]! * x[k]!;
      x[i]! /= lower[i]![i]!;
    }
    return x;
  };
  const reading = (target: readonly number[]): Float64Array => {
    const weights = new Float64Array(width);
    solve(target).forEach((share, i) => centred[i]!.forEach((value, k) => (weights[k]! += share * value)));
    return weights;
  };
  return labels.map((own) => {
    const classes = [...new Set(own)];
    const readings = classes.map((name) => {
      const hits = own.slice(0, training).map((label) => (label === name ? 1 : 0));
      const mean = hits.reduce<number>((sum, hit) => sum + hit, 0) / training;
      return { name, mean, weights: reading(hits.map((hit) => hit - mean)) };
    });
    const right = own.slice(training).filter((label, i) => {
      const scores = readings.map(({ mean, weights }) => mean + product(weights, centred[training + i]!));
      return readings[scores.indexOf(Math.max(...scores))]!.name === label;
    });
    return right.length / (count - training);
  });
}
