// Targets as people have them, as rows of numbers.
import { describe, expect, test } from "vitest";
import { foundPlace, targetNames, targetRows, type Targets } from "../../../src/tasks/regress/targets.ts";

const wrong = (value: unknown): never => value as never;

describe("rows", () => {
  test.each<[string, "last" | "every", Targets, number[][]]>([
    ["a number for the whole", "last", 4, [[4]]],
    ["a number at every step", "every", 4, [[4], [4], [4]]],
    ["the last of a list", "last", [1, 2, 3], [[3]]],
    ["a list", "every", [1, NaN, 3], [[1], [NaN], [3]]],
  ])("are made of %s", (_, at, target, rows) => {
    expect(targetRows(["target"], at, target, 3, "here")).toEqual(rows);
  });

  test("have several targets in the order of their names", () => {
    const target = { b: [1, 2], a: 5 };
    expect(targetRows(["a", "b"], "every", target, 2, "here")).toEqual([
      [5, 1],
      [5, 2],
    ]);
  });

  test.each<[string, "last" | "every", Targets, string]>([
    ["another length", "every", [1, 2], "here: target has 2 numbers for 3 steps; give one per step"],
    ["a text", "last", wrong("3"), 'here: target must be finite numbers, not "3"; correct it'],
    ["infinity", "every", [1, Infinity, 2], "here: target must be finite numbers, not Infinity"],
    ["a gap in a list", "every", wrong([1, undefined, 2]), "here: target must be finite numbers"],
    ["no number at all", "last", NaN, "here: target is missing; fill it in, or leave the sequence out"],
    ["nothing at the last step", "last", [1, 2, NaN], "here: target is missing"],
  ])("are refused for %s", (_, at, target, message) => {
    expect(() => targetRows(["target"], at, target, 3, "here")).toThrow(message);
  });
});

test("the place of targets is found: at every step where any is a list", () => {
  expect(foundPlace([{ target: 1 }, { target: { a: 1 } }])).toBe("last");
  expect(foundPlace([{ target: 1 }, { target: { a: 1, b: [1] } }])).toBe("every");
});

test("names are those of the first item, and the same for all", () => {
  expect(targetNames([{ target: 1 }])).toEqual(["target"]);
  expect(targetNames([{ target: { b: 1, a: 2 } }, { target: { a: 1, b: 2 } }])).toEqual(["b", "a"]);
  expect(() => targetNames([{ target: { a: 1 } }, { target: { b: 1 }, place: "x.csv, line 3" }])).toThrow(
    "x.csv, line 3: the targets are b, but those of the first sequence a; give all sequences the same",
  );
  expect(() => targetNames([{ target: {} }])).toThrow("the first sequence has no target; give a number");
});
