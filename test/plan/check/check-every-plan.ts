// Set up before every test file: each plan that a test builds is checked.
import { vi } from "vitest";

vi.mock(import("../../../src/plan/build.ts"), async (importOriginal) => {
  const original = await importOriginal();
  const { checkPlan } = await import("../../../src/plan/check/check-plan.ts");
  return {
    ...original,
    buildPlan(network, options) {
      const plan = original.buildPlan(network, options);
      checkPlan(plan);
      return plan;
    },
  };
});
