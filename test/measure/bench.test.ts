// Configurations by name, samples and their median, and a short measurement on each device. No time is asserted.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { bench, peakGflops, type Profile } from "../../src/measure/bench.ts";
import { configurations, configurationsNamed, type Configuration } from "../../src/measure/configurations.ts";
import { medianOf, timeCalls } from "../../src/measure/timing.ts";
import { openWorkload } from "../../src/measure/workload.ts";

test("configurations by name and by group, each once", () => {
  const names = (list: string): string[] => configurationsNamed(list).map(({ name }) => name);
  expect(names("online, small")).toEqual(["online", "small"]);
  expect(names("training")).toEqual(["small", "charrnn", "medium", "large", "online"]);
  expect(names("inference,forward,small,small")).toEqual(["step-128", "step-512", "forward", "small"]);
  expect(names("all")).toHaveLength(configurations.length);
  expect(() => names("small,medum")).toThrow(
    "there is no workload 'medum'; did you mean 'medium'? (there are small, charrnn, medium, large, ",
  );
  expect(() => names("")).toThrow("there is no workload ''");
  expect(() => names("constructor")).toThrow("there is no workload 'constructor'");
});

test("the median", () => {
  expect(medianOf([3, 1, 2])).toBe(2);
  expect(medianOf([4, 1, 3, 2])).toBe(2.5);
  expect(medianOf([])).toBeNaN();
});

test("repetitions give the number of samples", async () => {
  let calls = 0;
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      calls += 1;
      setTimeout(resolve, 5);
    });
  const { samples, median, min } = await timeCalls(wait, { repetitions: 4 });
  expect(samples).toBe(4);
  expect(calls).toBe(5);
  expect(min).toBeGreaterThan(0);
  expect(median).toBeGreaterThanOrEqual(min);
});

test("without repetitions there are at least five samples, and as many as fit into the time", async () => {
  const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3));
  expect((await timeCalls(slow, { seconds: 1e-9 })).samples).toBe(5);
  expect((await timeCalls(slow, { seconds: 0.1 })).samples).toBeGreaterThan(5);
});

const tiny = (work: Configuration["work"]): Configuration => ({
  name: "tiny",
  work,
  size: 5,
  layers: 2,
  batch: work === "step" ? 1 : 3,
  steps: work === "step" ? 1 : 4,
});
const devices = { wasm: wasmDevice, native: nativeDevice, reference: referenceDevice };

test.each(["train", "forward", "step"] as const)("%s on each device", async (work) => {
  for (const [name, make] of Object.entries(devices)) {
    const device = make();
    const settings = { device, limits: { repetitions: 2 } };
    const result = await bench(tiny(work), cellNamed("gru"), settings);
    const { msPerStep, gflops, roofline, rooflineFraction } = result;
    expect(result).toMatchObject({ config: "tiny", cell: "gru", device: name, threads: device.threads });
    expect(msPerStep.min).toBeLessThanOrEqual(msPerStep.median);
    const workload = await openWorkload(tiny(work), cellNamed("gru"), device);
    // Both have four digits.
    expect((gflops * msPerStep.median * 1e6) / workload.work).toBeCloseTo(1, 2);
    if (roofline) expect((rooflineFraction as number) * peakGflops(roofline)).toBeCloseTo(gflops, 2);
    else expect(rooflineFraction).toBeNull();
    workload.dispose();
    device.dispose();
  }
});

test("training steps train", async () => {
  const device = wasmDevice();
  const lossAfter = async (calls: number): Promise<number> => {
    const { call, program, dispose } = await openWorkload(tiny("train"), cellNamed("lstm"), device);
    for (let n = 0; n < calls; n++) await call();
    const [loss] = await program.read("loss", new Float64Array(1));
    dispose();
    return loss as number;
  };
  expect(await lossAfter(1)).toBeGreaterThan(Math.log(65) - 0.5);
  expect(await lossAfter(200)).toBeLessThan(3);
  device.dispose();
});

test("the parts of a profile add up to its total", async () => {
  const [device, profiled] = [nativeDevice({ threads: 1 }), nativeDevice({ threads: 1, profile: true })];
  const settings = { device, profiled, limits: { repetitions: 5 } };
  const { profile, roofline } = await bench(tiny("train"), cellNamed("lstm"), settings);
  const { total, ...parts } = profile as Profile;
  const sum = Object.values(parts).reduce((a, b) => a + b, 0);
  expect(Object.keys(parts)).toEqual(["products", "pointwise", "packing", "waiting", "moving", "other"]);
  expect(parts.products).toBeGreaterThan(0);
  expect(sum / total).toBeCloseTo(1, 1);
  expect(roofline).toMatchObject({ registers: expect.any(Number), product: expect.any(Number) });
  device.dispose();
  profiled.dispose();
});

test("a profile needs a device that records its times", async () => {
  const [device, profiled] = [referenceDevice(), referenceDevice()];
  await expect(bench(tiny("train"), cellNamed("elman"), { device, profiled })).rejects.toThrow(
    "the reference device does not record where its time goes; leave out --profile",
  );
});

test("a result that is not finite is an error", async () => {
  const device = referenceDevice();
  const { call, program } = await openWorkload(tiny("train"), cellNamed("elman"), device);
  program.write("weights", new Float64Array(12));
  await expect(call()).rejects.toThrow("expected a finite number, since the time would mean nothing");
});

test("the peak of a roofline", () => {
  expect(peakGflops({ registers: 3, product: 2 })).toBe(3);
  expect(peakGflops({ registers: 3, product: 2, openblas: 4 })).toBe(4);
});
