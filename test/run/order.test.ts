// The work of a device is done in the order of the calls, and a long run does not block a caller who does not read.
import { describe, expect, test } from "vitest";
import { lstm } from "../../src/cells/lstm.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Device, ParameterStore, Program } from "../../src/run/device.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { prepare, threaded, train, vocabulary } from "./small-training.ts";

const shape = { cell: lstm, size: 19, rows: 6, steps: 8 };
const extent = { rows: 6, steps: 8 };
const loss = async (program: Program): Promise<number> =>
  (await program.read("loss", new Float32Array(1)))[0] as number;

describe.each([
  { name: "on the caller's thread", make: (): Device => wasmDevice({ longRun: Infinity }) },
  { name: "on one thread", make: (): Device => threaded(1) },
  { name: "on two threads", make: (): Device => threaded(2) },
])("$name", ({ make }) => {
  test("a write after a run does not reach it, and a written array may change at once", async () => {
    const { program } = await prepare(make(), shape);
    train(program, extent, 1);
    const expected = await loss(program);
    const other = await prepare(make(), shape);
    train(other.program, extent, 1);
    const weights = new Float32Array(48).fill(0);
    other.program.write("weights", weights);
    weights.fill(1);
    other.program.run("forward", extent);
    other.program.write("weights", weights);
    weights.fill(0);
    other.program.run("forward", extent);
    expect(await loss(other.program)).toBeLessThan(expected);
    const third = await prepare(make(), shape);
    train(third.program, extent, 1);
    const first = loss(third.program);
    third.program.write("weights", weights);
    third.program.run("forward", extent);
    expect(await first).toBe(expected);
    expect(await loss(third.program)).toBeNaN();
  });

  test("parameters are written and read in the order of the calls", async () => {
    const { program, store } = await prepare(make(), shape);
    const start = await store.read();
    train(program, extent, 1);
    const after = store.read();
    store.write(start);
    train(program, extent, 1);
    const again = store.read();
    store.write(new Float32Array(start.length));
    expect(await after).not.toEqual(start);
    // Adam's averages have changed, the gradient is the same.
    expect(await again).not.toEqual(start);
    expect((await store.read()).every((v) => v === 0)).toBe(true);
  });

  test("an error of a run rejects the next read, and the device goes on", async () => {
    const { program } = await prepare(make(), shape);
    const symbols = new Int32Array(48);
    program.write(
      "symbols",
      symbols.map(() => Math.floor(3e9 / (16 * 19))),
    );
    program.run("forward", extent);
    await expect(program.read("loss", new Float32Array(1))).rejects.toThrow(/out of bounds/);
    program.write("symbols", symbols);
    program.run("forward", extent);
    expect(await loss(program)).toBeGreaterThan(0);
  });

  test("calls before a program is disposed are still done", async () => {
    const device = make();
    const { program, store } = await prepare(device, shape);
    const start = await store.read();
    train(program, extent, 1);
    const before = loss(program);
    program.dispose();
    expect(await before).toBeGreaterThan(0);
    expect(await store.read()).not.toEqual(start);
    expect(() => program.run("forward", extent)).toThrow("disposed");
    // Another program uses its memory.
    const { program: next } = await prepare(device, shape);
    train(next, extent, 1);
    const last = loss(next);
    device.dispose();
    expect(await last).toBe(await before);
    expect(() => next.run("forward", extent)).toThrow("this device has been disposed; create another");
  });
});

test("a sample requested while a model trains waits its turn", async () => {
  const sampleWhileTraining = async (device: Device): Promise<number[]> => {
    const { program, store } = await prepare(device, shape);
    const sampler = await device.compile(stepPlan(), store);
    const samples: Promise<Float32Array>[] = [];
    for (let step = 1; step <= 4; step++) {
      train(program, extent, step);
      samples.push(sample(sampler, step));
    }
    const all = await Promise.all(samples);
    device.dispose();
    return all.flatMap((logits) => [...logits]);
  };
  const here = await sampleWhileTraining(wasmDevice({ longRun: Infinity }));
  // Training is long here, a sample is not.
  const mixed = wasmDevice({ threads: 2, longRun: 0.05 });
  expect(await sampleWhileTraining(mixed)).toEqual(here);
  expect(new Set(here).size).toBeGreaterThan(vocabulary);
});

const stepPlan = (): ReturnType<typeof buildPlan> =>
  buildPlan(languageModel({ vocabulary, cell: lstm, size: shape.size, layers: 1 }), {
    mode: "step",
    rows: 1,
    steps: 1,
  });

function sample(program: Program, id: number): Promise<Float32Array> {
  program.write("symbols", Int32Array.of(id));
  program.run("forward", { rows: 1, steps: 1 });
  program.run("carry", { rows: 1, steps: 1 });
  return program.read("output.readout", new Float32Array(vocabulary));
}

test.each([1, 2])("timers fire during long runs, with %i threads", async (threads) => {
  const device = wasmDevice({ threads });
  const large = { cell: lstm, size: 128, rows: 32, steps: 50 };
  const { program }: { program: Program; store: ParameterStore } = await prepare(device, large);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  for (let step = 1; step <= 10; step++) train(program, { rows: 32, steps: 50 }, step);
  const before = ticks;
  await loss(program);
  clearInterval(timer);
  device.dispose();
  // The event loop has no turn between the calls; the runs take tens of milliseconds in total.
  expect(before).toBe(0);
  expect(ticks).toBeGreaterThan(5);
});

test("a profiling device says where its time went", async () => {
  for (const longRun of [0, Infinity]) {
    const device = wasmDevice({ threads: 2, longRun, profile: true });
    const { program } = await prepare(device, shape);
    train(program, extent, 1);
    await loss(program);
    const times = program.times?.();
    expect(Object.keys(times ?? {})).toEqual(["products", "pointwise", "packing", "waiting", "moving"]);
    for (const time of Object.values(times ?? {})) expect(time).toBeGreaterThan(0);
    device.dispose();
  }
  const { program } = await prepare(wasmDevice(), shape);
  expect(program.times).toBeUndefined();
});

test("the roofline is above what programs reach", async () => {
  const device = wasmDevice({ threads: 1 });
  const roofline = await device.roofline?.();
  expect(roofline?.product).toBeGreaterThan(1);
  // Other work on the machine slows one of the two down more than the other.
  expect(roofline?.product).toBeLessThan(2 * (roofline?.registers ?? 0));
  device.dispose();
});

test("a number of threads out of range is refused", () => {
  for (const threads of [0, 1.5, 256]) {
    const message = `threads must be a whole number from 1 to 255, not ${threads}`;
    expect(() => wasmDevice({ threads })).toThrow(message);
    expect(() => nativeDevice({ threads })).toThrow(message);
  }
  expect(wasmDevice({ threads: 3 }).threads).toBe(3);
  // More than 64 are allowed, and not used.
  expect(wasmDevice({ threads: 255 }).threads).toBe(64);
});
