import { expect, test } from "vitest";
import { access, createArena } from "../../../src/plan/arena.ts";
import {
  createMemory,
  expire,
  extentsOf,
  whyUnreadable,
  write,
  type MarkedMemory,
  type Region,
} from "../../../src/plan/check/marked-memory.ts";
import type { Access, Buffer, Plan } from "../../../src/plan/plan.ts";

const arena = createArena(4, 5);
const [tokens, states, rows, other] = [
  arena.make("tokens", "tokens", 4),
  arena.make("states", "states", 2),
  arena.make("rows", "rows", 2),
  arena.make("other", "tokens", 4),
];
arena.layOut();
const plan = { mode: "train", buffers: arena.buffers } as unknown as Plan;

const region = (
  buffer: Buffer,
  over: Region["rows"],
  width = buffer.width,
  at: Access["at"] = "now",
  column = 0,
): Region => ({ access: access(buffer, column, at), width, rows: over });

const memory = (...operands: readonly Region[]): MarkedMemory => createMemory(plan, arena.buffers, operands);

test("a value is there once it is written, column by column", () => {
  const [left, right] = [region(tokens, "tokens", 3), region(tokens, "tokens", 1, "now", 3)];
  const marked = memory(left, right);
  write(marked, left, 0);
  expect(whyUnreadable(marked, left, 0)).toBeUndefined();
  expect(whyUnreadable(marked, region(tokens, "tokens"), 0)).toBe(
    "reads 'tokens' from column 3 on before anything wrote it",
  );
});

test("a step writes its own rows", () => {
  const marked = memory();
  write(marked, region(tokens, "step"), 1);
  expect(whyUnreadable(marked, region(tokens, "step"), 1)).toBeUndefined();
  expect(whyUnreadable(marked, region(tokens, "step"), 0)).toBeDefined();
  expect(whyUnreadable(marked, region(tokens, "tokens"), 0)).toBeDefined();
  for (const step of [0, 2]) write(marked, region(tokens, "step"), step);
  expect(whyUnreadable(marked, region(tokens, "tokens"), 0)).toBeUndefined();
});

test("the step before the first left the initial rows", () => {
  const marked = memory();
  write(marked, region(states, "rows", 2, "initial"), 0);
  expect(whyUnreadable(marked, region(states, "step", 2, "lag"), 0)).toBeUndefined();
  expect(whyUnreadable(marked, region(states, "step", 2, "lag"), 1)).toBeDefined();
  write(marked, region(states, "step"), 0);
  expect(whyUnreadable(marked, region(states, "step", 2, "lag"), 1)).toBeUndefined();
});

test("rows end at different steps", () => {
  const marked = memory();
  write(marked, region(states, "ends"), 0);
  // Three rows start, two and then one go on: the last step of each is one of its own.
  expect(extentsOf(plan).alive).toEqual([3, 2, 1]);
  expect(whyUnreadable(marked, region(states, "ends"), 0)).toBeUndefined();
  expect([0, 1, 2].map((step) => whyUnreadable(marked, region(states, "step"), step) === undefined)).toEqual([
    false,
    false,
    true,
  ]);
  expect(extentsOf({ ...plan, mode: "step" }).steps).toBe(1);
});

test("what expires was there, at another step", () => {
  const marked = memory();
  write(marked, region(rows, "step"), 0);
  expire(marked, region(rows, "step"), 0);
  expect(whyUnreadable(marked, region(rows, "step"), 0)).toBe(
    "reads 'rows' from column 0 on, which was written at another step and is not carried over",
  );
});

test("buffers in the same memory overwrite each other", () => {
  const shared = arena.buffers.map((b) => (b === other ? { ...b, offset: tokens!.offset + 8 } : b));
  const [first, , third, last] = shared as [Buffer, Buffer, Buffer, Buffer];
  const marked = createMemory({ ...plan, buffers: shared }, shared, []);
  write(marked, region(first, "tokens"), 0);
  write(marked, region(third, "rows"), 0);
  expect(whyUnreadable(marked, region(first, "tokens"), 0)).toBeUndefined();
  write(marked, region(last, "tokens"), 0);
  expect(whyUnreadable(marked, region(first, "tokens"), 0)).toBe(
    "reads 'tokens' from column 0 on after 'other', in the same memory, was written",
  );
});
