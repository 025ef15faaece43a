// Blocks of a wasm device's memory.
import { expect, test } from "vitest";
import { createHeap } from "../../src/run/wasm/heap.ts";

test("blocks do not overlap, start on cache lines and are zero", () => {
  const heap = createHeap();
  const first = heap.allocate(100);
  const second = heap.allocate(200_000);
  expect(first % 64).toBe(0);
  expect(second).toBeGreaterThanOrEqual(first + 100);
  heap.floats(second, 3).fill(7);
  heap.free(second, 200_000);
  const third = heap.allocate(150_000);
  expect(third).toBe(second);
  expect([...heap.floats(third, 3)]).toEqual([0, 0, 0]);
});

test("neighbouring blocks that are freed become one", () => {
  const heap = createHeap();
  const [a, b] = [heap.allocate(64), heap.allocate(64)];
  heap.allocate(64);
  heap.free(a, 64);
  heap.free(b, 64);
  expect(heap.allocate(128)).toBe(a);
});

test("more than addresses reach is refused, with what to do", () => {
  const heap = createHeap();
  expect(() => heap.allocate(2 ** 33)).toThrow(
    /cannot have 8\d{9} bytes .* choose a smaller size, batch or window/,
  );
});
