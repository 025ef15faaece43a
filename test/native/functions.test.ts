// The accuracy of exp, tanh, σ, log and softplus: the bounds that `native/math.h` states, over the whole range of
// floats, and the values at its ends.
import { describe, expect, test } from "vitest";
import { nativeDevice } from "../../src/run/native/device.ts";
import { hasRelaxedSimd } from "../../src/run/wasm/engine.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import type { Device } from "../../src/run/device.ts";
import { tolerances } from "../tolerances.ts";
import { instructionSets } from "./instruction-sets.ts";
import {
  evaluate,
  floatsOfAllBits,
  largestError,
  smallestKept,
  sweptFunctions,
  type SweptFunction,
} from "./sweep.ts";

const sample = floatsOfAllBits(997);

interface Swept {
  readonly name: string;
  readonly make: () => Device;
}

const devices: readonly Swept[] = [
  ...instructionSets.map((instructions) => ({
    name: `native, ${instructions}`,
    make: () => nativeDevice({ instructions }),
  })),
  ...(hasRelaxedSimd() ? [false, true] : [false]).map((relaxed) => ({
    name: `wasm, relaxed ${relaxed}`,
    make: () => wasmDevice({ relaxed }),
  })),
];

describe.each(devices)("$name", ({ make }) => {
  const device = make();
  const at = async (name: SweptFunction, ...xs: number[]): Promise<number[]> => [
    ...(await evaluate(device, name, Float32Array.from(xs))),
  ];

  test.each(sweptFunctions)("%s is as accurate as stated", async (name) => {
    const worst = largestError(name, sample, await evaluate(device, name, sample));
    expect(worst.units, `at ${worst.at}`).toBeLessThanOrEqual(tolerances.units[name]);
    // A bound far above the measured error would say nothing.
    expect(worst.units).toBeGreaterThan(0.75 * tolerances.units[name]);
  });

  test.each(sweptFunctions)("%s of NaN is NaN", async (name) => {
    expect(await at(name, NaN, -NaN)).toEqual([NaN, NaN]);
  });

  test("the ends of the range and zeros", async () => {
    expect(await at("exp", -Infinity, -1e30, -0, 0, 1e-45, 88.73, Infinity)).toEqual([
      0,
      0,
      1,
      1,
      1,
      Infinity,
      Infinity,
    ]);
    expect((await at("exp", 88.72))[0]).toBeLessThan(Infinity);
    expect((await at("exp", -86.5))[0]).toBeGreaterThanOrEqual(smallestKept);
    expect(await at("tanh", -Infinity, -20, 0, 1e-45, -1e-40, 20, Infinity)).toEqual(
      [-1, -1, 0, 1e-45, -1e-40, 1, 1].map(Math.fround),
    );
    expect(await at("sigmoid", 0, -0, 1e-45, 1000, Infinity)).toEqual([0.5, 0.5, 0.5, 1, 1]);
    for (const tiny of await at("sigmoid", -Infinity, -1000, -100)) {
      expect(tiny).toBeGreaterThanOrEqual(0);
      expect(tiny).toBeLessThan(smallestKept);
    }
    expect(await at("log", -Infinity, -1, -1e-45, 0, -0, 1, Infinity)).toEqual([
      NaN,
      NaN,
      NaN,
      -Infinity,
      -Infinity,
      0,
      Infinity,
    ]);
    expect(await at("softplus", -Infinity, -1000, 0, 1000, Infinity)).toEqual([
      0,
      0,
      Math.fround(Math.LN2),
      1000,
      Infinity,
    ]);
  });
});

test("a wrong value is seen: one in two thousand floats wrong by eight units", async () => {
  const xs = floatsOfAllBits(99_991);
  const ys = Float32Array.from(xs, Math.tanh);
  for (let i = 0; i < ys.length; i += 2000) ys[i] = (ys[i] as number) * (1 + 8 * 2 ** -23);
  expect(largestError("tanh", xs, ys).units).toBeGreaterThan(4);
});
