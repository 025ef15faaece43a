import { expect, test } from "vitest";
import { planFault } from "../../../src/plan/check/fault.ts";
import { goodPlan, kernelOf, copyOf } from "./planting.ts";

test("a fault names the place as far as it is known", () => {
  const kernel = kernelOf(copyOf(goodPlan), "backward", "outer");
  const position = { phase: "backward", number: 4, kernel } as const;
  expect(() => planFault("rule")).toThrow(new Error("plan: rule"));
  expect(() => planFault("rule", "x")).toThrow(new Error("plan: buffer 'x': rule"));
  expect(() => planFault("rule", "x", "forward")).toThrow(new Error("plan: after forward, buffer 'x': rule"));
  expect(() => planFault("rule", "x", position)).toThrow(
    new Error("plan: backward, kernel 4 (outer), buffer 'x': rule"),
  );
  expect(() => planFault("rule", undefined, position)).toThrow(
    new Error("plan: backward, kernel 4 (outer): rule"),
  );
});
