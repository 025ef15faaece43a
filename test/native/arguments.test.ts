// Wrong calls of the addon's functions: always an error that says what is wrong, never a crash.
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
type Call = (...values: readonly unknown[]) => unknown;

test("the right arguments are accepted", () => {
  expect(addon.microseconds(...right)).toBeGreaterThan(0);
  expect(() => addon.run(...right)).not.toThrow();
  expect(addon.processor()).toMatch(/AVX|NEON|portable/);
});

test.each(["run", "microseconds", "start"] as const)("%s", (name) => {
  const call = addon[name] as Call;
  expect(() => call()).toThrow(/^native: .+/);
  right.forEach((value, i) => {
    for (const other of wrong.filter((w) => !Object.is(w, value) && w !== (i < 2 ? right[i] : value))) {
      const values: unknown[] = [...right];
      values[i] = other;
      // Either boolean is a right argument.
      if (i === 8 && typeof other === "boolean") continue;
      if (name === "start") {
        // Errors of the engine reject, wrong types throw.
        try {
          (call(...values) as Promise<void>).catch((error: Error) =>
            expect(error.message).toMatch(/^native: /),
          );
        } catch (error) {
          expect((error as Error).message).toMatch(/^native: .+/);
        }
        continue;
      }
      expect(() => call(...values), `argument ${i}: ${typeof other}`).toThrow(/^native: .+/);
    }
  });
});

test("program, floats, team, times and roofline", () => {
  const rightOnes = [words, arena, parameters, false, ""];
  rightOnes.forEach((value, i) => {
    for (const other of wrong) {
      const values: unknown[] = [...rightOnes];
      values[i] = other;
      if (typeof other === typeof value && other !== value && typeof value === "boolean") continue;
      if (other === value || (i === 4 && other === "")) continue;
      expect(() => (addon.program as Call)(...values), `argument ${i}: ${typeof other}`).toThrow(
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
    expect(() => (addon.times as Call)(other)).toThrow("native: argument 1 must be a program");
  }
  for (const other of wrong.filter((w) => w !== team)) {
    expect(() => (addon.roofline as Call)(other)).toThrow("native: argument 1 must be a team");
  }
});

test.each([
  ["more rows than the plan has", [3, 3, 3, [3, 3, 3], [0, 3, 6, 9]], "rows must be from 1 to 2, got 3"],
  ["more steps", [2, 4, 4, [2, 2, 2, 2], [0, 2, 4, 6, 8]], "steps must be from 1 to 3, got 4"],
  ["carry after the end", [2, 2, 3, [2, 2], [0, 2, 4]], "carry must be from 1 to 2, got 3"],
  ["rows that come back", [2, 3, 3, [2, 1, 2], [0, 2, 3, 5]], "alive[2] must be from 0 to 1, got 2"],
  ["a negative number of rows", [2, 2, 2, [2, -1], [0, 2, 1]], "alive[1] must be from 0 to 2, got -1"],
  ["a row without a step", [2, 2, 2, [1, 1], [0, 1, 2]], "alive[0] must be 2, got 1"],
  ["wrong offsets", [2, 2, 2, [2, 2], [0, 2, 5]], "offsets[2] must be 4, got 5"],
  ["overflowing offsets", [2, 2, 2, [2, 2], [0, 2, -(2 ** 31)]], "offsets[2] must be 4, got -2147483648"],
  ["a late start", [2, 1, 1, [2], [1, 3]], "offsets[0] must be 0, got 1"],
  ["a short table", [2, 3, 3, [2, 2], [0, 2, 4]], "alive must have at least 3 entries, got 2"],
] as const)("%s", (_name, [rows, steps, carry, rowsAlive, starts], message) => {
  const tables = [Int32Array.from(rowsAlive), Int32Array.from(starts)] as const;
  expect(() => addon.run(team, program, 0, rows, steps, carry, ...tables, true)).toThrow(message);
});

test("a small arena, too few parameters, and an unknown instruction set", () => {
  const make = (a: Float32Array, p: Float32Array, set = ""): object => addon.program(words, a, p, false, set);
  const { size } = plan.parameters;
  expect(() => make(arena.subarray(1), parameters)).toThrow(
    `native: expected at least ${plan.arena} floats for the arena, got ${plan.arena - 1}`,
  );
  expect(() => make(arena, parameters.subarray(1))).toThrow(
    `native: expected at least ${size} floats for the parameters, got ${size - 1}`,
  );
  expect(() => make(arena, parameters, "AVX-1024")).toThrow("native: this processor has no AVX-1024");
});

test.each([
  ["another first word", 0, 7, "the words do not start like a plan"],
  ["another version", 1, 9, "the version must be 2, got 9"],
  ["no rows", 2, 0, "rows must be from 1 to 2147483647, got 0"],
  ["a wide first buffer", 9, 5, /buffers\[0\]: size must be \d+, got \d+/],
] as const)("a plan with %s", (_name, at, word, message) => {
  const changed = words.slice();
  changed[at] = word;
  const make = (): object => addon.program(changed, arena, parameters, false, "");
  expect(make).toThrow("native: invalid plan: ");
  expect(make).toThrow(message);
});
