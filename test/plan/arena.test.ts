import { expect, test } from "vitest";
import { access, createArena, shiftColumns } from "../../src/plan/arena.ts";
import { namesOf } from "./tiny.ts";

test("a buffer is as large as its extent and width say", () => {
  const arena = createArena(3, 4);
  const sizes = (["tokens", "states", "rows", "once"] as const).map((e) => arena.make(e, e, 2).size);
  expect(sizes).toEqual([24, 30, 6, 2]);
});

test("buffers start on cache lines, large ones at different offsets of a page", () => {
  const arena = createArena(1, 1);
  const [small, large, last] = [1, 1025, 1].map((width, i) => arena.make(`${i}`, "once", width));
  const end = arena.layOut();
  expect([small?.offset, large?.offset, last?.offset]).toEqual([0, 16, 16 + 1040 + 80]);
  expect(end).toBe(16 + 1040 + 80 + 16);
});

test("an alias has the offset of its original, and parameters take no room in the arena", () => {
  const arena = createArena(2, 3);
  const parameters = arena.parameters(1000);
  arena.make("first", "once", 1);
  const original = arena.make("states", "states", 5);
  const alias = arena.alias("initial", "rows", original);
  expect(arena.layOut()).toBe(16 + 48);
  expect([parameters.space, parameters.offset]).toEqual(["parameters", 0]);
  expect([alias.offset, alias.size]).toEqual([original.offset, 10]);
  expect(original.offset).toBe(16);
});

test("a name is given once", () => {
  const arena = createArena(1, 1);
  const buffer = arena.make("x", "once", 1);
  expect(() => arena.make("x", "once", 1)).toThrow("two buffers are named 'x'");
  expect(() => arena.alias("x", "once", buffer)).toThrow("two buffers are named 'x'");
  arena.remove(buffer);
  expect(() => arena.make("x", "once", 1)).not.toThrow();
});

test("buffers that shrink or go leave the others in order", () => {
  const arena = createArena(2, 3);
  const [a, b, c] = ["a", "b", "c"].map((name) => arena.make(name, "states", 1));
  arena.shrinkToRows(a!);
  arena.remove(b!);
  expect([a!.extent, a!.size]).toEqual(["rows", 2]);
  expect(namesOf(arena.buffers)).toEqual(["a", "c"]);
  expect([a!.id, c!.id]).toEqual([0, 1]);
});

test("an access starts at the first column of this step's rows", () => {
  const buffer = createArena(1, 1).make("x", "states", 4);
  expect(access(buffer)).toEqual({ buffer, column: 0, at: "now" });
  expect(shiftColumns(access(buffer, 1, "lag"), 2)).toEqual({ buffer, column: 3, at: "lag" });
});
