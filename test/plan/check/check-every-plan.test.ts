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
  const options = { mode: "evaluate", rows: 2, steps: 3 } as const;
  const network = networkOf(tinyLayer);
  const nothing = { name: "nothing", width: Number.NaN, kind: "dense", per: "step" } as const;
  const broken = { ...network, inputs: [...network.inputs, nothing] };
  expect(() => unchecked(broken, options)).not.toThrow();
  expect(() => buildPlan(broken, options)).toThrow(/^plan: buffer/u);
});
