// The contract of every device as one suite: programs are written to, run, read and disposed, and wrong calls are told
// what is wrong. The numbers themselves are compared with the reference elsewhere (`checkDevice`).
import { describe, expect, test } from "vitest";
import { lstm } from "../../src/cells/lstm.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan, type PlanOptions } from "../../src/plan/build.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Device, Program } from "../../src/run/device.ts";
import { updateOf } from "../../src/train/optimizers.ts";

const vocabulary = 5;
const network = languageModel({ vocabulary, cell: lstm, size: 6 });
const update = updateOf({ kind: "sgd" });
const planOf = (options: Pick<PlanOptions, "mode" | "rows" | "steps">): Plan =>
  buildPlan(network, { ...options, update: update.rule });
const values = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => 0.3 * Math.sin(i + 1));

function feed(program: Program, tokens: number): void {
  program.write(
    "symbols",
    Int32Array.from({ length: tokens }, (_, i) => (i * 3) % vocabulary),
  );
  program.write(
    "targets",
    Int32Array.from({ length: tokens }, (_, i) => (i * 2 + 1) % vocabulary),
  );
  program.write("weights", new Float32Array(tokens).fill(1));
  if (program.plan.mode !== "train") return;
  for (const [name, number] of Object.entries(update.numbers(1, 0.5)))
    program.write(name, Float32Array.of(number));
}

const lossOf = async (program: Program): Promise<number> =>
  (await program.read("loss", new Float32Array(1)))[0] as number;

export function deviceConformance(name: string, make: () => Device): void {
  describe(`the ${name} device`, () => {
    const prepare = async (mode: Plan["mode"], rows = 2, steps = 3) => {
      const device = make();
      const plan = planOf({ mode, rows, steps });
      const store = device.parameters(plan.parameters);
      store.write(values(plan.parameters.size));
      return { device, store, program: await device.compile(plan, store) };
    };

    test("programs of one model share its parameters", async () => {
      const { device, store, program } = await prepare("train");
      const evaluator = await device.compile(planOf({ mode: "evaluate", rows: 2, steps: 3 }), store);
      feed(program, 6);
      feed(evaluator, 6);
      evaluator.run("forward", { rows: 2, steps: 3 });
      const before = await lossOf(evaluator);
      const weights = await store.read();
      program.run("train", { rows: 2, steps: 3 });
      expect(await lossOf(program)).toBeCloseTo(before, 5);
      evaluator.run("forward", { rows: 2, steps: 3 });
      expect(await lossOf(evaluator)).toBeLessThan(before - 1e-3);
      expect(await store.read()).not.toEqual(weights);
      store.write(weights);
      evaluator.run("forward", { rows: 2, steps: 3 });
      // Only the program that carried its state has another one now.
      expect(await lossOf(evaluator)).toBe(before);
    });

    test("parameters that are written by name count at the next run", async () => {
      const { store, program } = await prepare("evaluate");
      feed(program, 6);
      program.run("forward", { rows: 2, steps: 3 });
      program.write("parameters", new Float32Array(store.layout.size));
      program.run("forward", { rows: 2, steps: 3 });
      // All logits are equal.
      expect(await lossOf(program)).toBeCloseTo(Math.log(vocabulary), 6);
    });

    test("one program runs any number of rows and steps up to its capacity", async () => {
      const { device, store, program } = await prepare("evaluate", 3, 4);
      const small = await device.compile(planOf({ mode: "evaluate", rows: 2, steps: 2 }), store);
      for (const p of [program, small]) {
        feed(p, 4);
        p.run("forward", { rows: 2, steps: 2 });
      }
      expect(await lossOf(program)).toBe(await lossOf(small));
    });

    test("a loss that is not finite changes nothing and says so", async () => {
      const { store, program } = await prepare("train");
      feed(program, 6);
      const weights = await store.read();
      program.write("weights", new Float32Array(6));
      program.run("train", { rows: 2, steps: 3 });
      expect(await lossOf(program)).toBeNaN();
      expect(await program.read("status", new Float32Array(1))).toEqual(Float32Array.of(1));
      expect(await store.read()).toEqual(weights);
      expect(await program.read("initial.layer1.h", new Float32Array(12))).toEqual(new Float32Array(12));
      feed(program, 6);
      program.run("train", { rows: 2, steps: 3 });
      expect(await program.read("status", new Float32Array(1))).toEqual(Float32Array.of(0));
      expect(await store.read()).not.toEqual(weights);
    });

    test("the same run gives the same bits", async () => {
      const results = [];
      for (let i = 0; i < 2; i++) {
        const { store, program } = await prepare("train", 3, 5);
        for (let step = 0; step < 3; step++) {
          feed(program, 15);
          program.run("train", { rows: 3, steps: 5 });
        }
        results.push(await store.read());
      }
      expect(results[0]).toEqual(results[1]);
    });

    test("errors of wrong calls say what is expected", async () => {
      const { device, store, program } = await prepare("evaluate");
      expect(() => program.write("weigths", new Float32Array(1))).toThrow(
        /no buffer 'weigths'; it has .*weights/,
      );
      expect(() => program.write("loss", new Float32Array(2))).toThrow(
        "cannot write 2 values to buffer 'loss' of size 1",
      );
      expect(() => program.run("train", { rows: 2, steps: 3 })).toThrow(
        "this evaluate plan has no phase 'train'",
      );
      expect(() => program.run("forward", { rows: 3, steps: 3 })).toThrow("rows must be from 1 to 2");
      expect(() => program.run("forward", { rows: 2, steps: 0 })).toThrow("steps must be from 1 to 3");
      const lengths = Int32Array.of(1, 2);
      expect(() => program.run("forward", { rows: 2, steps: 3, lengths })).toThrow("longest first");
      expect(() => store.write(new Float32Array(3))).toThrow(/expected \d+ parameters, got 3/);
      device.dispose();
    });

    test("no more is read than there is", async () => {
      const { device, store, program } = await prepare("train");
      feed(program, 6);
      program.run("train", { rows: 2, steps: 3 });
      for (const [name, { access, width }] of Object.entries(program.plan.views)) {
        const { buffer, at } = access;
        const skipped = buffer.extent === "states" && at === "now" ? program.plan.rows : 0;
        const size = (buffer.size / buffer.width - skipped) * width;
        await expect(program.read(name, new Float64Array(size))).resolves.toHaveLength(size);
        await expect(program.read(name, new Float64Array(size + 1))).rejects.toThrow(
          `cannot read ${size + 1} values from '${name}' of size ${size}`,
        );
      }
      for (const { name, size } of program.plan.buffers) {
        await expect(program.read(name, new Float64Array(size))).resolves.toHaveLength(size);
        for (const into of [new Float32Array(size + 1), new Int32Array(size + 1000)]) {
          await expect(program.read(name, into)).rejects.toThrow(
            `cannot read ${into.length} values from '${name}' of size ${size}`,
          );
          expect(into.every((v) => v === 0)).toBe(true);
        }
      }
      expect(await store.read()).toHaveLength(store.layout.size);
      device.dispose();
    });

    test("arrays whose buffer has been transferred or shrunk are refused", async () => {
      const { device, program } = await prepare("evaluate");
      const message = "the array's buffer has been transferred or shrunk";
      const transferred = (): Float32Array<ArrayBuffer> => {
        const array = new Float32Array(6);
        structuredClone(array, { transfer: [array.buffer] });
        return array;
      };
      const Resizable = ArrayBuffer as unknown as new (
        length: number,
        options: { maxByteLength: number },
      ) => ArrayBuffer & { resize(length: number): void };
      const buffer = new Resizable(24, { maxByteLength: 24 });
      const shrunk = new Float32Array(buffer, 0, 6);
      buffer.resize(4);
      for (const array of [transferred(), shrunk]) {
        expect(() => program.write("weights", array)).toThrow(message);
        await expect(program.read("weights", array)).rejects.toThrow(message);
      }
      device.dispose();
    });

    test("a plan is compiled only against this device's parameters of its network", async () => {
      const { device, store, program } = await prepare("evaluate");
      const other = make();
      await expect(other.compile(program.plan, store)).rejects.toThrow(
        "these parameters belong to another device; create a store with this device's `parameters`",
      );
      const wider = languageModel({ vocabulary, cell: lstm, size: 7 });
      const plan = buildPlan(wider, { mode: "evaluate", rows: 2, steps: 3 });
      await expect(device.compile(plan, store)).rejects.toThrow(
        /another network's: the plan has '[^']+' \[.*7.*\] at \d+, the store .*; create a store with/,
      );
      const deeper = languageModel({ vocabulary, cell: lstm, size: 6, layers: 2 });
      const deep = buildPlan(deeper, { mode: "evaluate", rows: 2, steps: 3 });
      await expect(device.compile(deep, store)).rejects.toThrow("another network's");
      const forged = { ...store, layout: plan.parameters };
      await expect(device.compile(plan, forged)).rejects.toThrow("belong to another device");
      other.dispose();
      device.dispose();
    });

    test("a device that has been disposed says so, as do its parameters and programs", async () => {
      const { device, store, program } = await prepare("evaluate");
      feed(program, 6);
      program.run("forward", { rows: 2, steps: 3 });
      const [loss, weights] = [lossOf(program), store.read()];
      device.dispose();
      device.dispose();
      expect(await loss).toBeGreaterThan(0);
      expect(await weights).toHaveLength(store.layout.size);
      const message = "this device has been disposed; create another";
      expect(() => device.parameters(store.layout)).toThrow(message);
      await expect(device.compile(program.plan, store)).rejects.toThrow(message);
      expect(() => store.write(values(store.layout.size))).toThrow(message);
      await expect(store.read()).rejects.toThrow(message);
      expect(() => program.run("forward", { rows: 2, steps: 3 })).toThrow(message);
      expect(() => program.write("weights", new Float32Array(6))).toThrow(message);
      await expect(lossOf(program)).rejects.toThrow(message);
      program.dispose();
      store.dispose();
    });

    test("a program that has been disposed says so; what was asked before is still done", async () => {
      const { device, program } = await prepare("evaluate");
      feed(program, 6);
      program.run("forward", { rows: 2, steps: 3 });
      const loss = lossOf(program);
      program.dispose();
      program.dispose();
      expect(await loss).toBeGreaterThan(0);
      const message = "this program has been disposed; compile the plan again";
      expect(() => program.run("forward", { rows: 2, steps: 3 })).toThrow(message);
      expect(() => program.write("weights", new Float32Array(6))).toThrow(message);
      await expect(lossOf(program)).rejects.toThrow(message);
      device.dispose();
    });

    test("parameters that have been disposed say so, and so do their programs", async () => {
      const { device, store, program } = await prepare("train");
      feed(program, 6);
      program.run("train", { rows: 2, steps: 3 });
      const [loss, weights] = [lossOf(program), store.read()];
      store.dispose();
      store.dispose();
      expect(await loss).toBeGreaterThan(0);
      expect((await weights).some((w) => w !== 0)).toBe(true);
      const message = "these parameters have been disposed; create another store";
      expect(() => store.write(values(store.layout.size))).toThrow(message);
      await expect(store.read()).rejects.toThrow(message);
      expect(() => program.run("forward", { rows: 2, steps: 3 })).toThrow(message);
      expect(() => program.write("weights", new Float32Array(6))).toThrow(message);
      await expect(lossOf(program)).rejects.toThrow(message);
      await expect(device.compile(program.plan, store)).rejects.toThrow(message);
      program.dispose();
      // The device goes on with other parameters, which start as zeros.
      expect((await device.parameters(store.layout).read()).every((w) => w === 0)).toBe(true);
      device.dispose();
    });
  });
}
