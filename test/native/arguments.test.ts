// The addon's functions called wrongly: always an error that says what is wrong, never a crash.
import { expect, test } from "vitest";
import { loadNative } from "../../src/run/native/addon.ts";
import { encodePlan } from "../../src/emit/native/encode.ts";
import { planOfCase, trainingCases } from "./training.ts";

const addon = loadNative();
const plan = planOfCase({ ...trainingCases[0]!, rows: 2, steps: 3, size: 4 });
const words = encodePlan(plan);
const arena = addon.floats(plan.arena);
const parameters = addon.floats(plan.parameters.size);
const team = addon.team(2);
const program = addon.program(words, arena, parameters, false, "");
const alive = Int32Array.of(2, 2, 2);
const offsets = Int32Array.of(0, 2, 4, 6);
const right = [team, program, 0, 2, 3, 3, alive, offsets, true] as const;

const wrong: readonly unknown[] = [
  [undefined, null, true, -1, 0.5, NaN, Infinity, 2 ** 53, "", "x".repeat(1000), Symbol("s"), 3n],
  [{}, [], () => 1, new Proxy({}, {}), new Float64Array(4), new Uint8Array(2), new ArrayBuffer(8)],
  [new Int32Array(0), new Float32Array(0), team, program],
].flat();
type Call = (...given: readonly unknown[]) => unknown;

test("the right calls are right", () => {
  expect(addon.microseconds(...right)).toBeGreaterThan(0);
  expect(() => addon.run(...right)).not.toThrow();
  expect(addon.processor()).toMatch(/AVX|NEON|portable/);
});

test.each(["run", "microseconds", "start"] as const)("%s", (name) => {
  const call = addon[name] as Call;
  expect(() => call()).toThrow(/^native: .+/);
  right.forEach((value, i) => {
    for (const other of wrong.filter((w) => !Object.is(w, value) && w !== (i < 2 ? right[i] : value))) {
      const given: unknown[] = [...right];
      given[i] = other;
      // A run may pack or not, and 0 is a phase; all else must be refused.
      if (i === 8 && typeof other === "boolean") continue;
      if (name === "start") {
        // What is seen to be wrong only by the engine rejects; what is no argument at all throws.
        try {
          (call(...given) as Promise<void>).catch((error: Error) =>
            expect(error.message).toMatch(/^native: /),
          );
        } catch (error) {
          expect((error as Error).message).toMatch(/^native: .+/);
        }
        continue;
      }
      expect(() => call(...given), `argument ${i}: ${String(typeof other)}`).toThrow(/^native: .+/);
    }
  });
});

test("program, floats, team, times and roofline", () => {
  const made = [words, arena, parameters, false, ""];
  made.forEach((value, i) => {
    for (const other of wrong) {
      const given: unknown[] = [...made];
      given[i] = other;
      if (typeof other === typeof value && other !== value && typeof value === "boolean") continue;
      if (other === value || (i === 4 && other === "")) continue;
      expect(() => (addon.program as Call)(...given), `argument ${i}: ${typeof other}`).toThrow(
        /^native: .+/,
      );
    }
  });
  for (const count of [undefined, -1, 0.5, NaN, 2 ** 33, 2 ** 53, "8", 3n]) {
    expect(() => (addon.floats as Call)(count)).toThrow(/^native: .+/);
  }
  expect(addon.floats(0).length).toBe(0);
  for (const threads of [undefined, NaN, 0.5, {}])
    expect(() => (addon.team as Call)(threads)).toThrow(/^native: /);
  for (const other of wrong.filter((w) => w !== program)) {
    expect(() => (addon.times as Call)(other)).toThrow("native: an argument is no such object");
  }
  for (const other of wrong.filter((w) => w !== team)) {
    expect(() => (addon.roofline as Call)(other)).toThrow("native: an argument is no such object");
  }
});

test.each([
  ["more rows than the plan has", [3, 3, 3, [3, 3, 3], [0, 3, 6, 9]], "larger than its plan"],
  ["more steps", [2, 4, 4, [2, 2, 2, 2], [0, 2, 4, 6, 8]], "larger than its plan"],
  ["carry after the end", [2, 2, 3, [2, 2], [0, 2, 4]], "larger than its plan"],
  ["rows that come back", [2, 3, 3, [2, 1, 2], [0, 2, 3, 5]], "rows come alive again"],
  ["less than no row", [2, 2, 2, [2, -1], [0, 2, 1]], "rows come alive again"],
  ["a row without a step", [2, 2, 2, [1, 1], [0, 1, 2]], "a row has no step"],
  ["offsets that do not fit", [2, 2, 2, [2, 2], [0, 2, 5]], "not the sums"],
  ["offsets beyond all numbers", [2, 2, 2, [2, 2], [0, 2, -(2 ** 31)]], "not the sums"],
  ["a late beginning", [2, 1, 1, [2], [1, 3]], "begin at 0"],
  ["short tables", [2, 3, 3, [2, 2], [0, 2, 4]], "too short"],
] as const)("%s", (_name, [rows, steps, carry, rowsAlive, starts], message) => {
  const tables = [Int32Array.from(rowsAlive), Int32Array.from(starts)] as const;
  expect(() => addon.run(team, program, 0, rows, steps, carry, ...tables, true)).toThrow(message);
});

test("a smaller arena, fewer parameters, and an instruction set that there is not", () => {
  const make = (a: Float32Array, p: Float32Array, set = ""): object => addon.program(words, a, p, false, set);
  expect(() => make(arena.subarray(1), parameters)).toThrow("native: the arena is smaller than the plan's");
  expect(() => make(arena, parameters.subarray(1))).toThrow(
    "native: the parameters are fewer than the plan's",
  );
  expect(() => make(arena, parameters, "AVX-1024")).toThrow("this processor has no AVX-1024");
});
