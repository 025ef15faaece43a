// Wrong calls of the addon's functions: always an error that says what is wrong, never a crash.
import { expect, test } from "vitest";
import { loadNative } from "../../src/run/native/addon.ts";
import { encodePlan } from "../../src/emit/native/encode.ts";
import { planOfCase, trainingCases } from "./training.ts";

const addon = loadNative();
const plan = planOfCase({ ...trainingCases[0]!, rows: 2, steps: 3, size: 4 });
const words = encodePlan(plan);
const arena = addon.memory(plan.arena);
const parameters = addon.memory(plan.parameters.size);
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

test("program, memory, team, times and roofline", () => {
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
    expect(() => (addon.memory as Call)(count)).toThrow(/^native: .+/);
  }
  expect(() => addon.read(addon.memory(0), 0, 1, 1, new Float32Array(0), false)).not.toThrow();
  for (const threads of [undefined, NaN, 0.5, {}])
    expect(() => (addon.team as Call)(threads)).toThrow(/^native: /);
  for (const other of wrong.filter((w) => w !== program)) {
    expect(() => (addon.times as Call)(other)).toThrow("native: argument 1 must be a program");
  }
  for (const other of wrong.filter((w) => w !== team)) {
    expect(() => (addon.roofline as Call)(other)).toThrow("native: argument 1 must be a team");
  }
});

test("what is outside of a memory is neither read nor written", () => {
  const memory = addon.memory(10);
  const ten = Float64Array.from({ length: 10 }, (_, i) => i + 0.5);
  addon.write(memory, 0, ten, false);
  const read = (start: number, width: number, stride: number, count: number): number[] => {
    const into = new Float64Array(count);
    addon.read(memory, start, width, stride, into, false);
    return [...into];
  };
  expect(read(0, 10, 10, 10)).toEqual([...ten]);
  expect(read(1, 2, 4, 5)).toEqual([1.5, 2.5, 5.5, 6.5, 9.5]);
  expect(read(10, 1, 1, 0)).toEqual([]);
  for (const [start, width, stride, count] of [
    [1, 10, 10, 10],
    [1, 2, 4, 6],
    [9, 1, 1, 2],
    [11, 1, 1, 1],
    [-1, 1, 1, 1],
    [0, 0, 1, 1],
    [0, 2, 1, 2],
    [0, 1, 2 ** 52, 3],
    [0, 8e15, 9e15, 11],
  ] as const) {
    expect(() => read(start, width, stride, count), `${start} ${width} ${stride} ${count}`).toThrow(
      "native: cannot read",
    );
  }
  for (const start of [-1, 1, 11, 2 ** 52]) {
    expect(() => addon.write(memory, start, ten, false)).toThrow("native: cannot write 10 values");
  }
  expect(read(0, 10, 10, 10)).toEqual([...ten]);
});

test("numbers convert as in typed arrays", () => {
  const numbers = [0, -0.5, 1.9, -1.9, 2 ** 31, -(2 ** 31) - 1, 2 ** 32 + 5, 1e20, NaN, Infinity];
  const memory = addon.memory(numbers.length);
  const kinds = [Float32Array, Float64Array, Int32Array];
  for (const From of kinds) {
    for (const To of kinds) {
      for (const integers of [false, true]) {
        const stored = integers ? Int32Array.from(From.from(numbers)) : Float32Array.from(From.from(numbers));
        addon.write(memory, 0, From.from(numbers), integers);
        const into = new To(numbers.length);
        addon.read(memory, 0, numbers.length, numbers.length, into, integers);
        expect(into, `${From.name} ${To.name} ${integers}`).toEqual(To.from(stored));
      }
    }
  }
});

test("a handle that has been released is refused; what it held lives as long as it is needed", async () => {
  const own = {
    team: addon.team(2),
    arena: addon.memory(plan.arena),
    parameters: addon.memory(plan.parameters.size),
  };
  const bound = addon.program(words, own.arena, own.parameters, false, "");
  const call = (): void => addon.run(own.team, bound, 0, 2, 3, 3, alive, offsets, true);
  addon.release(own.arena);
  addon.release(own.arena);
  addon.release(own.parameters);
  // The program keeps its memories.
  expect(call).not.toThrow();
  expect(() => addon.write(own.arena, 0, new Float32Array(1), false)).toThrow(
    "native: argument 1, a memory, has been released",
  );
  expect(() => addon.program(words, own.arena, parameters, false, "")).toThrow(
    "argument 2, a memory, has been",
  );
  const running = addon.start(own.team, bound, 0, 2, 3, 3, alive, offsets, true);
  addon.release(own.team);
  addon.release(bound);
  await running;
  expect(call).toThrow("native: argument 1, a team, has been released");
  expect(() => addon.times(bound)).toThrow("native: argument 1, a program, has been released");
  for (const other of [undefined, {}, 1, new Float32Array(4)]) {
    expect(() => (addon.release as Call)(other)).toThrow("native: argument 1 must be a program");
  }
});

test("arrays whose buffer has been transferred are short, not dangerous", () => {
  const gone = <A extends Int32Array | Float32Array>(array: A): A => {
    structuredClone(array, { transfer: [array.buffer as ArrayBuffer] });
    return array;
  };
  expect(() => addon.program(gone(words.slice()), arena, parameters, false, "")).toThrow(
    "native: invalid plan",
  );
  expect(() => addon.run(team, program, 0, 2, 3, 3, gone(alive.slice()), offsets, true)).toThrow(
    "native: alive must have at least 3 entries, got 0",
  );
  addon.write(arena, 0, gone(new Float32Array(4)), false);
  addon.read(arena, 0, 1, 1, gone(new Float32Array(4)), false);
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
  const make = (a: object, p: object, set = ""): object => addon.program(words, a, p, false, set);
  const { size } = plan.parameters;
  expect(() => make(addon.memory(plan.arena - 1), parameters)).toThrow(
    `native: expected at least ${plan.arena} floats for the arena, got ${plan.arena - 1}`,
  );
  expect(() => make(arena, addon.memory(size - 1))).toThrow(
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
