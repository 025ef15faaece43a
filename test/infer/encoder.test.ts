// Networks with an encoder: the gradient through both against differences in float64, the same numbers on every device, in
// every order of lengths, and the same bits from a resumed run.
import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import type { Device } from "../../src/run/device.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { evaluate } from "../../src/infer/evaluate.ts";
import { createSession } from "../../src/infer/session.ts";
import { designTranslator, translateExamples } from "../../src/tasks/translate/design.ts";
import { fit } from "../../src/train/fit.ts";
import type { TrainingOptions } from "../../src/train/settings.ts";
import { tolerances } from "../tolerances.ts";

const pairs = [
  { source: "abc", target: "cba" },
  { source: "b", target: "bbbb" },
  { source: "cab", target: "c" },
  { source: "aabbc", target: "ab" },
  { source: "ca", target: "abcab" },
];

const designed = (attention: boolean, layers = 1) =>
  designTranslator(pairs, {
    cell: "gru",
    size: 5,
    embedding: 3,
    ...(attention && { attentionSize: 4 }),
    attention,
    layers,
  });

type Designed = ReturnType<typeof designed>;

const plain: Omit<TrainingOptions, "budget"> & { readonly rate: number } = {
  optimizer: { kind: "sgd" },
  clip: { kind: "none" },
  batch: 5,
  rate: 0.1,
  seed: 3,
};

/** The weights before and after one step, and the loss at any weights. */
async function oneStep({ spec, network }: Designed, device: Device) {
  const items = translateExamples(spec, pairs);
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
    const session = createSession({ network, device, weights: run.store });
    return (await evaluate(session, { kind: "examples", items }, { batch: 5 })).loss;
  };
  return { before, after, lossAt };
}

it("counts the source's memory, and says so before anything is allocated", async () => {
  const { spec, network } = designed(true);
  const long = { source: "a".repeat(3000), target: "b" };
  const { spec: wide } = designTranslator([...pairs, long], { size: 5 });
  const train = translateExamples({ ...spec, places: wide.places }, [...pairs, long]);
  const settings = { network, device: referenceDevice(), budget: { steps: 1 }, memory: 1e6 };
  await expect(
    fit({ ...settings, data: { kind: "examples", train: translateExamples(spec, pairs) } }),
  ).resolves.toBeDefined();
  await expect(fit({ ...settings, data: { kind: "examples", train } })).rejects.toThrow(
    /needs .* MB, and 1 MB can be used/u,
  );
});

describe.each([
  ["with attention", designed(true)],
  ["with attention, two layers", designed(true, 2)],
  ["without", designed(false)],
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

it("continues with the same bits where it was stopped", async () => {
  const { spec, network } = designed(true);
  const device = nativeDevice();
  const data = { kind: "examples", train: translateExamples(spec, pairs) } as const;
  const options = { network, device, data, batch: 2, rate: 0.02, seed: 1, budget: { steps: 12 } };
  const whole = await fit(options);
  for await (const event of whole) if (event.kind === "end") break;
  const part = await fit(options);
  for await (const event of part) if (event.kind === "step" && event.step === 5) break;
  const rest = await fit(options, await part.snapshot());
  for await (const event of rest) if (event.kind === "end") break;
  expect((await rest.snapshot()).weights).toEqual((await whole.snapshot()).weights);
  device.dispose();
});

it("refuses examples without a source", async () => {
  const { spec, network } = designed(true);
  const [example] = translateExamples(spec, pairs);
  const { source: _, ...without } = example!;
  const data = { kind: "examples", train: [without] } as const;
  await expect(fit({ network, device: referenceDevice(), data, budget: { steps: 1 } })).rejects.toThrow(
    "example 0: the network reads another sequence before, and the example has no source",
  );
});
