// Initial values of parameters: the distributions of the clauses, and independence of everything else.
import { describe, expect, it } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { equations } from "../../src/language/equations.ts";
import { initialParameters } from "../../src/model/initialise.ts";
import { spectralRadius } from "../../src/model/spectral.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { parameterLayout } from "../../src/plan/build.ts";
import type { Network } from "../../src/plan/network.ts";
import type { ParameterLayout, ParameterPlace } from "../../src/plan/parameters.ts";
import { tolerances } from "../tolerances.ts";

/** Twelve rows or more, so that statistics mean something; odd, and not square. */
const [I, H] = [35, 49];

function layoutOf(clauses: string): ParameterLayout {
  const cell = equations("probe")`
    h' = tanh(W x + U h + b)
    ${clauses}
  `;
  const network: Network = {
    inputs: [{ name: "x", width: I, kind: "dense", per: "step" }],
    layers: [{ name: "layer", cell, sizes: { I, H }, inputs: { x: "x" } }],
    loss: { kind: "given", of: "layer" },
  };
  return parameterLayout(network);
}

function valuesOf(layout: ParameterLayout, name: string, seed = 7): Float64Array {
  const { offset, size } = layout.places.find((p) => p.name === name) as ParameterPlace;
  return initialParameters(layout, seed).subarray(offset, offset + size);
}

const probe = (clauses: string, name: string): Float64Array => valuesOf(layoutOf(clauses), `layer.${name}`);
const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;
const square = (values: Float64Array): number => mean(values.map((v) => v * v));

/** The largest deviation of M Mᵀ from gain² times the identity; of Mᵀ M with `columns`. */
function deviation(
  values: Float64Array,
  rows: number,
  columns: number,
  by: "rows" | "columns",
  gain = 1,
): number {
  const [count, length] = by === "rows" ? [rows, columns] : [columns, rows];
  const at = (vector: number, k: number): number =>
    values[by === "rows" ? vector * columns + k : k * columns + vector]!;
  let most = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      let dot = 0;
      for (let k = 0; k < length; k++) dot += at(a, k) * at(b, k);
      most = Math.max(most, Math.abs(dot - (a === b ? gain ** 2 : 0)));
    }
  }
  return most;
}

describe("first values", () => {
  it("are Glorot-uniform, orthogonal and zero by default", () => {
    const bound = Math.sqrt(6 / (I + H));
    const matrix = probe("", "W");
    expect(Math.max(...matrix.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.max(...matrix.map(Math.abs))).toBeGreaterThan(0.99 * bound);
    expect(square(matrix) / (bound ** 2 / 3)).toBeCloseTo(1, 1);
    expect(deviation(probe("", "U"), H, H, "rows")).toBeLessThan(tolerances.orthogonal);
    expect([...probe("", "b")]).toEqual(Array.from({ length: H }, () => 0));
  });

  it("are orthonormal the short way where a matrix is not square, times the gain", () => {
    expect(deviation(probe("init W = orthogonal(2)", "W"), H, I, "columns", 2)).toBeLessThan(
      tolerances.orthogonal,
    );
    const wide = layoutOf("width x = 60\ninit W = orthogonal");
    expect(deviation(valuesOf(wide, "layer.W"), H, 60, "rows")).toBeLessThan(tolerances.orthogonal);
  });

  it("follow each clause", () => {
    const identity = probe("init U = identity(0.5)", "U");
    expect(identity.filter((v) => v !== 0)).toEqual(new Float64Array(H).fill(0.5));
    expect(identity[H + 1]).toBe(0.5);
    const normal = probe("init U = normal(0.3)", "U");
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(square(normal) / 0.09).toBeCloseTo(1, 1);
    const uniform = probe("init U = uniform(1, 3)", "U");
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...uniform)).toBeLessThan(3);
    expect(mean(uniform)).toBeCloseTo(2, 1);
    expect([...probe("init b = -1.5", "b")].every((v) => v === -1.5)).toBe(true);
  });

  it("treat each block of a block-diagonal matrix alone", () => {
    const blocks = probe("blocks U = 7", "U"); // seven of [7, 7]
    for (let block = 0; block < 7; block++) {
      expect(deviation(blocks.subarray(49 * block, 49 * (block + 1)), 7, 7, "rows")).toBeLessThan(
        tolerances.orthogonal,
      );
    }
    expect(blocks.subarray(0, 49)).not.toEqual(blocks.subarray(49, 98));
  });

  it("depend on the seed and the name alone, not on other layers", () => {
    const settings = { vocabulary: 11, cell: cellNamed("lstm"), size: 6 };
    const [one, two] = [1, 2].map((layers) => parameterLayout(languageModel({ ...settings, layers })));
    for (const name of ["layer1.Wf", "layer1.Uo", "readout.W"]) {
      expect(valuesOf(two!, name), name).toEqual(valuesOf(one!, name));
      expect(valuesOf(two!, name, 8), name).not.toEqual(valuesOf(one!, name, 7));
    }
    expect(valuesOf(one!, "layer1.Wi")).not.toEqual(valuesOf(one!, "layer1.Wf"));
  });
});

describe("first values by other rules", () => {
  it("He: normal with variance 2 / columns, times the gain", () => {
    const values = probe("init U = he", "U");
    expect(square(values)).toBeGreaterThan(0.9 * (2 / H));
    expect(square(values)).toBeLessThan(1.1 * (2 / H));
    expect(square(probe("init U = he(3)", "U"))).toBeCloseTo(9 * square(values), 12);
  });

  it("a spectral radius is that of the matrix, as the growth of its powers shows", () => {
    const matrix = probe("init U = spectral(0.9)", "U");
    // After many products with 1 / 0.9 times the matrix a vector neither grows nor fades but for a power of steps.
    let vector = Float64Array.from({ length: H }, (_, i) => Math.cos(i));
    const steps = 4000;
    for (let n = 0; n < steps; n++) {
      vector = vector.map((_, row) =>
        vector.reduce((sum, v, column) => sum + (matrix[row * H + column]! / 0.9) * v, 0),
      );
    }
    expect(Math.abs(Math.log(Math.hypot(...vector)) / steps)).toBeLessThan(1e-3);
  });

  it.each([
    [[2, 0, 0, 3], 3],
    // A turn by a quarter: two eigenvalues of absolute value 5, neither of them real.
    [[0, -5, 5, 0], 5],
    [[0, 1, 0, 0], 0],
    [[1, 1, 0, 1], 1],
  ])("the spectral radius of %j is %d", (matrix, radius) => {
    expect(spectralRadius(Float64Array.from(matrix), 2)).toBeCloseTo(radius, 6);
  });

  it("chrono: the logarithm of what is uniform from 1 to the longest but one", () => {
    const values = probe("init b = chrono(100)", "b");
    const lags = values.map(Math.exp);
    expect(Math.min(...lags)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...lags)).toBeLessThanOrEqual(99);
    expect(mean(lags)).toBeGreaterThan(35);
    expect(mean(lags)).toBeLessThan(65);
  });

  it("a parameter starts as minus another", () => {
    const cell = cellNamed("lstm+init:bf=chrono(50),bi=-bf");
    const layout = parameterLayout(languageModel({ vocabulary: 3, cell, size: 9 }));
    const [forget, input] = [valuesOf(layout, "layer1.bf"), valuesOf(layout, "layer1.bi")];
    expect([...input]).toEqual([...forget].map((v) => 0 - v));
    expect(Math.min(...forget)).toBeGreaterThanOrEqual(0);
  });

  it("a shift moves a vector down", () => {
    const values = probe("init U = shift(2)", "U");
    const ones = [...values.keys()].filter((i) => values[i] !== 0);
    expect(ones).toEqual(Array.from({ length: H - 2 }, (_, i) => (i + 2) * H + i));
    expect(ones.every((i) => values[i] === 1)).toBe(true);
  });

  it("says what cannot start so", () => {
    expect(() => probe("init W = spectral(0.9)", "W")).toThrow(
      "layer.W: 'spectral' needs a square matrix, got 49 rows and 35 columns",
    );
    expect(() => initialParameters(layoutOf("init W = -U"), 1)).toThrow(
      "layer.W is initially the negative of layer.U, which must have 1715 values of its own, but it has 2401",
    );
  });
});
