import { expect, test } from "vitest";
import { access, createArena } from "../../src/plan/arena.ts";
import { addParts, addUp, joinColumns, reverseSteps } from "../../src/plan/columns.ts";

const arena = createArena(2, 3);
const [a, b] = ["a", "b"].map((name) => access(arena.make(name, "tokens", 4)));
const whole = arena.make("whole", "tokens", 6);
const perRow = arena.make("perRow", "rows", 6);

test("columns are copied side by side, a pass each", () => {
  const kernel = joinColumns(
    [
      { from: a!, width: 4 },
      { from: b!, width: 2 },
    ],
    whole,
  );
  expect(kernel).toEqual({
    kind: "pointwise",
    over: "tokens",
    values: [
      { op: "load", access: a, width: 4 },
      { op: "load", access: b, width: 2 },
    ],
    passes: [
      { width: 4, values: [0], stores: [{ value: 0, access: access(whole) }] },
      { width: 2, values: [1], stores: [{ value: 1, access: access(whole, 4) }] },
    ],
  });
  expect(joinColumns([{ from: a!, width: 4 }], perRow).over).toBe("rows");
});

test("parts that overlap are added where they do, and columns of none are 0", () => {
  const kernel = addParts(
    [
      { access: a!, from: 1, width: 3 },
      { access: b!, from: 3, width: 2 },
    ],
    access(whole),
    6,
  );
  const stores = kernel.passes.map(({ width, stores: [store] }) => [store?.access.column, width]);
  expect(stores).toEqual([
    [0, 1],
    [1, 2],
    [3, 1],
    [4, 1],
    [5, 1],
  ]);
  const read = kernel.passes.map((p) =>
    p.values.flatMap((id) => {
      const v = kernel.values[id];
      return v?.op === "load" ? [`${v.access.buffer.name}+${v.access.column}`] : [];
    }),
  );
  expect(read).toEqual([[], ["a+0"], ["a+2", "b+0"], ["b+1"], []]);
  const [first] = kernel.passes;
  expect(kernel.values[first!.stores[0]!.value]).toEqual({ op: "number", value: 0, width: 1 });
});

test("a sum of wholes is one pass", () => {
  const kernel = addUp([a!, b!], access(whole), 4);
  expect(kernel.passes).toHaveLength(1);
  expect(kernel.values.map((v) => v.op)).toEqual(["load", "load", "add"]);
});

test("reversing keeps the columns", () => {
  expect(reverseSteps(a!, b!, 3)).toEqual({ kind: "reverse", of: "values", from: a, into: b, width: 3 });
});
