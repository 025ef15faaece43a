// Networks that read another sequence first: the gradient through both against differences in float64, the same numbers on
// every device, in every order of lengths; and what a resumed run and a saved model keep.
import { beforeAll, describe, expect, it } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/checkpoint/checkpoint.ts";
import { randomStream } from "../../src/base/random.ts";
import type { Device } from "../../src/run/device.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { translate, translateExamples, translator } from "../../src/tasks/translate/translate.ts";
import { evaluate } from "../../src/train/evaluate.ts";
import { fit } from "../../src/train/fit.ts";
import type { TrainingOptions } from "../../src/train/settings.ts";
import type { TrainingState } from "../../src/train/state.ts";
import { tolerances } from "../tolerances.ts";

const pairs = [
  { source: "abc", target: "cba" },
  { source: "b", target: "bbbb" },
  { source: "cab", target: "c" },
  { source: "aabbc", target: "ab" },
  { source: "ca", target: "abcab" },
];

const made = (attention: boolean, layers = 1) =>
  translator(pairs, {
    cell: cellNamed("gru"),
    size: 5,
    embedding: 3,
    attentionSize: 4,
    attention,
    layers,
  });

type Made = ReturnType<typeof made>;

const plain: Omit<TrainingOptions, "budget"> & { readonly rate: number } = {
  optimizer: { kind: "sgd" },
  clip: { kind: "none" },
  batch: 5,
  rate: 0.1,
  seed: 3,
};

/** The weights before and after one step, and the loss at any weights. */
async function oneStep({ task, network }: Made, device: Device) {
  const items = translateExamples(task, pairs);
  const data = { kind: "examples", train: items } as const;
  const run = await fit({ network, device, data, ...plain, budget: { steps: 1 } });
  const before = await run.store.read();
  // Every parameter is to be other than zero.
  const stream = randomStream(9, 2);
  before.forEach((v, i) => (before[i] = v + 0.3 * stream.normal()));
  run.store.write(before);
  for await (const event of run) if (event.kind === "end") break;
  const after = await run.store.read();
  const lossAt = async (weights: Float64Array): Promise<number> => {
    run.store.write(weights);
    return (
      await evaluate({ network, device, store: run.store, data: { kind: "examples", items }, batch: 5 })
    ).loss;
  };
  return { before, after, lossAt };
}

it("counts the source's memory, and says so before anything is allocated", async () => {
  const { task, network } = made(true);
  const long = { source: "a".repeat(3000), target: "b" };
  const { task: wide } = translator([...pairs, long], { cell: cellNamed("gru"), size: 5 });
  const train = translateExamples({ ...task, places: wide.places }, [...pairs, long]);
  const settings = { network, device: referenceDevice(), budget: { steps: 1 }, memory: 1e6 };
  await expect(
    fit({ ...settings, data: { kind: "examples", train: translateExamples(task, pairs) } }),
  ).resolves.toBeDefined();
  await expect(fit({ ...settings, data: { kind: "examples", train } })).rejects.toThrow(
    /needs .* MB, and 1 MB can be used/u,
  );
});

describe.each([
  ["with attention", made(true)],
  ["with attention, two layers", made(true, 2)],
  ["without", made(false)],
])("an encoder and a decoder %s", (_name, both) => {
  it("have the gradient of their loss, all parameters together", async () => {
    const { before, after, lossAt } = await oneStep(both, referenceDevice());
    const gradient = before.map((w, i) => (w - (after[i] as number)) / plain.rate);
    expect(gradient.filter((g) => g === 0).length).toBeLessThan(0.2 * gradient.length);
    for (const seed of [1, 2, 3]) {
      const stream = randomStream(seed, 5);
      const direction = before.map(() => stream.normal());
      const step = 1e-5;
      const along = (sign: number): Promise<number> =>
        lossAt(before.map((w, i) => w + sign * step * (direction[i] as number)));
      const slope = ((await along(1)) - (await along(-1))) / (2 * step);
      const derived = gradient.reduce((sum, g, i) => sum + g * (direction[i] as number), 0);
      expect(Math.abs(slope - derived) / (1 + Math.abs(slope))).toBeLessThan(tolerances.cellGradient);
    }
  });

  it.each([wasmDevice(), nativeDevice()])("make the same step on $name", async (device) => {
    const [expected, came] = [await oneStep(both, referenceDevice()), await oneStep(both, device)];
    const largest = Math.max(...expected.after.map(Math.abs));
    came.after.forEach((w, i) =>
      expect(Math.abs(w - (expected.after[i] as number)) / largest).toBeLessThan(
        tolerances.device[device.name],
      ),
    );
    device.dispose();
  });
});

describe("a translator", () => {
  const { task, network } = made(true);
  const device = nativeDevice();
  const data = { kind: "examples", train: translateExamples(task, pairs) } as const;
  const settings = { network, device, data, batch: 2, rate: 0.02, seed: 1 };
  let state: TrainingState;

  beforeAll(async () => {
    const run = await fit({ ...settings, budget: { steps: 300 } });
    for await (const event of run) if (event.kind === "end") break;
    state = await run.snapshot();
  });

  it("learns by heart what it is given, and finds it again by beam search, saved and read", async () => {
    const bytes = await encodeCheckpoint({ network, task, state });
    const loaded = await decodeCheckpoint(bytes);
    expect(loaded.network).toEqual(network);
    expect(loaded.task).toEqual(task);
    const store = device.parameters((await fit({ ...settings, budget: { steps: 1 } })).store.layout);
    store.write(loaded.state.weights);
    const model = { task, network: loaded.network, device, store };
    for (const width of [1, 3]) {
      const found = await translate(
        model,
        pairs.map((pair) => pair.source),
        { width, batch: 2 },
      );
      expect(found.map(([best]) => best?.text)).toEqual(pairs.map((pair) => pair.target));
    }
  });

  it("gives a translation the probability that it gives the same text as a target", async () => {
    const store = device.parameters((await fit({ ...settings, budget: { steps: 1 } })).store.layout);
    store.write(state.weights);
    const model = { task, network, device, store };
    const found = await translate(model, ["abc", "ccab"], { width: 3 });
    for (const [i, source] of ["abc", "ccab"].entries()) {
      for (const { text, logProbability } of found[i] ?? []) {
        const items = translateExamples(task, [{ source, target: text }]);
        const { loss, tokens } = await evaluate({
          network,
          device,
          store,
          data: { kind: "examples", items },
        });
        expect(tokens).toBe(text.length + 1);
        expect(Math.abs(logProbability + loss * tokens)).toBeLessThan(1e-4);
      }
    }
  });

  it("goes on with the same bits where it was stopped", async () => {
    const options = { ...settings, budget: { steps: 12 } };
    const whole = await fit(options);
    for await (const event of whole) if (event.kind === "end") break;
    const part = await fit(options);
    for await (const event of part) if (event.kind === "step" && event.step === 5) break;
    const rest = await fit(options, await part.snapshot());
    for await (const event of rest) if (event.kind === "end") break;
    expect((await rest.snapshot()).weights).toEqual((await whole.snapshot()).weights);
  });

  it("says what it cannot read", async () => {
    const store = device.parameters((await fit({ ...settings, budget: { steps: 1 } })).store.layout);
    const model = { task, network, device, store };
    await expect(translate(model, ["abcabc"])).rejects.toThrow(
      "text 0: the text has 6 symbols, and the model can attend to 5; shorten it",
    );
    await expect(translate(model, ["abc", ""])).rejects.toThrow("text 1: the text is empty; leave it out");
    const [example] = translateExamples(task, pairs);
    const { source: _, ...without } = example!;
    await expect(
      fit({ ...settings, data: { kind: "examples", train: [without] }, budget: { steps: 1 } }),
    ).rejects.toThrow("example 0: the network reads another sequence before, and the example has no source");
  });
});
