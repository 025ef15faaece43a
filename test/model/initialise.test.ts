// First values of parameters: the distributions of the clauses, and independence of everything else.
import { describe, expect, it } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { equations } from "../../src/ir/equations.ts";
import { initialParameters } from "../../src/model/initialise.ts";
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

/** The greatest deviation of M Mᵀ from gain² times the identity; of Mᵀ M with `columns`. */
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
  it("are Glorot-uniform, orthogonal and zero where nothing is said", () => {
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
