import { expect, test, vi } from "vitest";
import { buildPlan } from "../../../src/plan/build.ts";
import * as library from "../../../src/plan.ts";
import { networkOf, tinyLayer } from "../tiny.ts";

test("whatever a test builds is checked, by whichever way it comes to the function", async () => {
  const { buildPlan: unchecked } = await vi.importActual<typeof import("../../../src/plan/build.ts")>(
    "../../../src/plan/build.ts",
  );
  expect(library.buildPlan).toBe(buildPlan);
  expect(buildPlan).not.toBe(unchecked);
  const options = { mode: "evaluate", rows: 2 ** 30, steps: 2 ** 30 } as const;
  expect(() => unchecked(networkOf(tinyLayer), options)).not.toThrow();
  expect(() => buildPlan(networkOf(tinyLayer), options)).toThrow(/^plan: buffer/u);
});
