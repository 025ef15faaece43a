// What the defaults reach with nothing set. Trains for about a minute.
import { expect, test } from "vitest";
import { regress, train } from "unrolled/node";
import { adding } from "../../../src/synthetic/adding.ts";
import { fastDevice } from "../../fast-device.ts";

test("the adding problem of 50 steps is solved, which is out of reach of a linear regression", async () => {
  const problem = adding({ length: 50 });
  const items = Array.from({ length: 1200 }, (_, i) => {
    const { steps, inputs, targets } = problem.example(1, i);
    const value = Array.from({ length: steps }, (_, t) => [
      inputs.x[2 * t] as number,
      inputs.x[2 * t + 1] as number,
    ]);
    return { value, target: targets[steps - 1] as number };
  });
  const run = train(regress(), items, { device: fastDevice() });
  await run.finish();
  const { rmse, baselines } = await (await run.best()).score("test");
  expect(rmse ** 2).toBeLessThan(0.001);
  expect(baselines.linear.rmse ** 2).toBeGreaterThan(0.1);
});
