import { expect, test } from "vitest";
import { access, createArena } from "../../src/plan/arena.ts";
import { planLoss } from "../../src/plan/loss.ts";
import { namesOf, show } from "./tiny.ts";

test("cross-entropy takes integer targets and weights, and gives the derivative in training", () => {
  const arena = createArena(2, 3);
  const logits = access(arena.make("logits", "tokens", 5));
  const loss = planLoss({ kind: "cross-entropy", of: "out", smoothing: 0.1 }, 5, arena, true);
  expect(namesOf(arena.buffers)).toEqual(["logits", "d.out", "loss", "weights", "targets"]);
  expect(loss.targets?.type).toBe("integer");
  expect(loss.kernels(logits)).toMatchObject([{ kind: "crossEntropy", classes: 5, smoothing: 0.1 }]);
  expect(show(loss.kernels(logits))).toEqual([
    "cross entropy loss, d.out ← softmax of logits [T·B, 5] at targets",
  ]);
});

test("in evaluation there is no derivative", () => {
  const arena = createArena(2, 3);
  const loss = planLoss({ kind: "cross-entropy", of: "out" }, 5, arena, false);
  expect(loss.gradient).toBeUndefined();
  const [kernel] = loss.kernels(access(arena.make("logits", "tokens", 5)));
  expect(kernel).not.toHaveProperty("gradient");
  expect(kernel).toMatchObject({ smoothing: 0 });
});

test("a mean is a weighted sum over the sum of weights, and its derivative a share of them", () => {
  const arena = createArena(2, 3);
  const output = access(arena.make("output", "tokens", 1));
  const loss = planLoss({ kind: "mean", of: "out" }, 1, arena, true);
  const kernels = loss.kernels(output);
  expect(show(kernels)).toEqual([
    "pointwise loss/shares [T·B, 1] ← output, weights",
    "column sums loss/sum [1] ← Σ loss/shares over [T·B]",
    "column sums loss/total [1] ← Σ weights over [T·B]",
    "pointwise loss [1] ← loss/sum, loss/total",
    "pointwise d.out [T·B, 1] ← weights, loss/total",
  ]);
  const operations = kernels.flatMap((k) => (k.kind === "pointwise" ? [k.values[2]?.op] : []));
  expect(operations).toEqual(["mul", "div", "div"]);
  expect(planLoss({ kind: "mean", of: "out" }, 1, createArena(2, 3), false).kernels(output)).toHaveLength(4);
});

test("a given loss has no value, only the caller's derivative", () => {
  const arena = createArena(2, 3);
  const loss = planLoss({ kind: "given", of: "out" }, 4, arena, true);
  expect(namesOf(arena.buffers)).toEqual(["d.out"]);
  expect([loss.value, loss.kernels(loss.gradient!)]).toEqual([undefined, []]);
});
