// Training as its callers see it: events, budgets, validation, early stopping, the event loop, divergence.
import { describe, expect, it } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import type { Ids } from "../../src/text/alphabet.ts";
import { alphabetSymbols } from "../../src/text/alphabet-symbols.ts";
import { createSampler } from "../../src/infer/sample.ts";
import { equations } from "../../src/language/equations.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { parameterLayout } from "../../src/plan/build.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { evaluate } from "../../src/infer/evaluate.ts";
import { createSession } from "../../src/infer/session.ts";
import { fit } from "../../src/train/fit.ts";
import { bestWeights } from "../../src/train/state.ts";
import { readModelGolden, type ModelParameterName } from "../goldens/read.ts";
import { expectClose } from "../proof/closeness.ts";
import { tolerances } from "../tolerances.ts";
import { alphabet, finish, ids, ofKind, runUntil, sessionOf, smallNetwork, smallSettings } from "./small.ts";

describe("fit", () => {
  it("can be stopped inside a long validation, which is begun again", async () => {
    const device = wasmDevice();
    const network = smallNetwork({ size: 128 });
    const validation = Uint8Array.from({ length: 150_000 }, (_, i) => ids[i % ids.length] as number);
    const data = { kind: "text", train: ids, validation } as const;
    const run = await fit(smallSettings({ network, device, data, budget: { steps: 1 } }));
    for await (const event of run) if (event.kind === "validating") break;
    expect((await run.snapshot()).step).toBe(1);
    const events = await finish(run);
    expect(ofKind(events, "step")).toEqual([]);
    const [found] = ofKind(events, "validation");
    const batch = { batch: 3, window: 8 };
    const expected = await evaluate(
      sessionOf({ network, device }, run),
      { kind: "text", ids: validation },
      batch,
    );
    expect(found?.loss).toBe(expected.loss);
    const shares = ofKind(events, "validating").map((e) => e.share);
    expect(shares.length).toBeGreaterThan(0);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  it("makes PyTorch's losses on the same text and weights", async () => {
    const golden = readModelGolden();
    const { V, T, B, H } = golden.sizes;
    const count = golden.windows.length * T;
    // Lane b of the text is what column b of PyTorch's windows reads.
    const text = new Uint8Array(count * B + 1);
    golden.windows.forEach(({ inputs }, w) => {
      inputs.forEach((symbol, i) => {
        text[(i % B) * count + w * T + Math.floor(i / B)] = symbol;
      });
    });
    const { rate, ...optimizer } = {
      kind: "rmsprop",
      rate: golden.runs.rmsprop.settings.lr,
      decay: golden.runs.rmsprop.settings.alpha,
    } as const;
    const settings = smallSettings({
      network: languageModel({ vocabulary: V, cell: cellNamed("lstm"), size: H, layers: 2 }),
      data: { kind: "text", train: text },
      batch: B,
      window: T,
      rate,
      optimizer,
      clip: { kind: "norm", limit: golden.clip },
      budget: { epochs: 1 },
    });
    const { places } = parameterLayout(settings.network);
    const weights = places.flatMap(({ name }) => [...golden.parameters[name as ModelParameterName].values]);
    const start = await (await fit(settings)).snapshot();
    const run = await fit(settings, { ...start, weights: Float64Array.from(weights) });
    const steps = ofKind(await finish(run), "step");
    expect(steps.length).toBe(golden.windows.length);
    // The last target of a lane is another lane's first symbol here.
    const { losses, gradientNorms } = golden.runs.rmsprop;
    const found = steps.map((s) => s.loss);
    const norms = steps.map((s) => s.gradientNorm);
    expectClose("losses", found.slice(0, -1), losses.slice(0, -1), tolerances.goldens);
    expectClose("norms", norms.slice(0, -1), gradientNorms.slice(0, -1), tolerances.goldens);
  });

  it("yields each step, a validation after each epoch and at the end, then the end", async () => {
    const events = await finish(await fit(smallSettings({ budget: { epochs: 2.1 } })));
    const kinds = events.map((e) => `${e.kind} ${e.step}`);
    const steps = (from: number, to: number): string[] =>
      Array.from({ length: to - from + 1 }, (_, i) => `step ${from + i}`);
    expect(kinds).toEqual([
      ...steps(1, 17),
      "validation 17",
      ...steps(18, 34),
      "validation 34",
      ...steps(35, 36),
      "validation 36",
      "end 36",
    ]);
    const last = ofKind(events, "step").at(-1)!;
    expect(last.epochs).toBeCloseTo(2 + 16 / 133, 12);
    expect(last.share).toBe(1);
    expect(last.tokensPerSecond).toBeGreaterThan(0);
    expect(events.at(-1)).toMatchObject({ kind: "end", reason: "budget" });
    for (const v of ofKind(events, "validation")) {
      expect(v.loss).toBeGreaterThan(0);
      expect(v.tokens).toBe(102);
    }
  });

  it("validates as often as asked, and not at all without a validation part", async () => {
    const often = await finish(await fit(smallSettings({ validateEvery: 2 })));
    expect(ofKind(often, "validation").map((e) => e.step)).toEqual([2, 4, 5]);
    const data = { kind: "text", train: ids } as const;
    expect(ofKind(await finish(await fit(smallSettings({ data }))), "validation")).toEqual([]);
  });

  it("follows the schedule over the share of the budget", async () => {
    const schedule = { kind: "cosine" } as const;
    const steps = ofKind(await finish(await fit(smallSettings({ schedule, budget: { steps: 4 } }))), "step");
    const expected = [1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2].map((f) => 0.01 * f);
    expectClose("rates", steps.map((s) => s.rate), expected, tolerances.plan); // prettier-ignore
  });

  it("ends after the minutes of its budget", async () => {
    const events = await finish(await fit(smallSettings({ budget: { minutes: 0.3 / 60 } })));
    const end = events.at(-1)!;
    expect(end).toMatchObject({ kind: "end", reason: "budget" });
    expect((end as { seconds: number }).seconds).toBeGreaterThanOrEqual(0.3);
    expect((end as { seconds: number }).seconds).toBeLessThan(3);
  });

  it("learns", async () => {
    const settings = smallSettings({ device: wasmDevice(), rate: 0.02, budget: { epochs: 20 } });
    const { loss } = ofKind(await finish(await fit(settings)), "validation").at(-1)!;
    expect(loss).toBeLessThan(0.5); // ln 15 = 2.71 at the start
  });

  it("pauses at a break and goes on where it was", async () => {
    const whole = await fit(smallSettings());
    await finish(whole);
    const parts = await fit(smallSettings());
    await runUntil(parts, 2);
    await runUntil(parts, 4);
    expect((await finish(parts)).map((e) => `${e.kind} ${e.step}`)).toEqual([
      "step 5",
      "validation 5",
      "end 5",
    ]);
    expect(await parts.store.read()).toEqual(await whole.store.read());
  });

  it("stops when validation no longer improves, and keeps the best weights", async () => {
    // What follows is not what was learnt: the longer it learns, the worse it does.
    const validation = ids.slice(0, 100).reverse() as Ids;
    const data = { kind: "text", train: ids, validation } as const;
    const settings = smallSettings({
      data,
      budget: { steps: 500 },
      validateEvery: 5,
      patience: 3,
      rate: 0.03,
    });
    const run = await fit(settings);
    const events = await finish(run);
    const validations = ofKind(events, "validation");
    expect(events.at(-1)).toMatchObject({ kind: "end", reason: "patience" });
    expect(validations.slice(-4).map((v) => v.best)).toEqual([true, false, false, false]);

    const state = await run.snapshot();
    const best = validations.at(-4)!;
    expect(state.best).toMatchObject({ step: best.step, loss: best.loss });
    expect(state.misses).toBe(3);
    const device = referenceDevice();
    const store = device.parameters(run.store.layout);
    store.write(bestWeights(state));
    const again = await evaluate(
      createSession({ network: settings.network, device, weights: store }),
      { kind: "text", ids: validation },
      { batch: 3, window: 8 },
    );
    expect(again.loss).toBe(best.loss);
  });

  it("keeps first weights that nothing betters by a margin, but goes on while it comes closer", async () => {
    const settings = (firstMargin: number): ReturnType<typeof smallSettings> => {
      const data = { kind: "text", train: ids, validation: ids.slice(0, 100) as Ids } as const;
      return smallSettings({ data, budget: { steps: 20 }, validateEvery: 5, patience: 2, firstMargin });
    };
    for (const [margin, isFirst] of [
      [0, false],
      [0.9, true],
    ] as const) {
      const run = await fit(settings(margin));
      const events = await finish(run);
      const losses = ofKind(events, "validation").map(({ loss }) => loss);
      expect(losses).toEqual([...losses].sort((a, b) => b - a));
      expect(events.at(-1)).toMatchObject({ reason: "budget", step: 20 });
      const { best, lowest } = await run.snapshot();
      expect(best!.step === 0).toBe(isFirst);
      expect(lowest).toBe(isFirst ? losses.at(-1) : undefined);
    }
  });

  it("is not changed by samples drawn on the way", async () => {
    const settings = (): ReturnType<typeof smallSettings> =>
      smallSettings({ network: smallNetwork({ dropout: 0.3, layers: 2 }) });
    const alone = await fit(settings());
    await finish(alone);
    const { network, device, ...rest } = settings();
    const watched = await fit({ network, device, ...rest });
    const sampler = createSampler({
      session: sessionOf({ network, device }, watched),
      symbols: alphabetSymbols(alphabet),
    });
    const pieces: string[] = [];
    for await (const event of watched) {
      if (event.kind === "step")
        for await (const piece of sampler.generate({ length: 3 })) pieces.push(piece);
    }
    expect(pieces.length).toBe(15);
    expect(await watched.store.read()).toEqual(await alone.store.read());
  });

  it("evaluates the same whatever the batch, but for what the lanes' starts do not know", async () => {
    const settings = smallSettings({ budget: { epochs: 2 } });
    const run = await fit(settings);
    await finish(run);
    const { network, device } = settings;
    const of = (batch: number, window: number) =>
      evaluate(sessionOf({ network, device }, run), { kind: "text", ids }, { batch, window });
    const [whole, cut] = await Promise.all([of(1, 503), of(1, 50)]);
    expectClose("windows", [cut.loss], [whole.loss], tolerances.plan);
    expect(whole.tokens).toBe(503);
    const items = [ids.subarray(0, 20), ids.subarray(20, 23), ids.subarray(23, 90)];
    const data = { kind: "sequences", items } as const;
    const together = await evaluate(sessionOf({ network, device }, run), data, { batch: 3 });
    const each = await Promise.all(
      items.map((item) =>
        evaluate(sessionOf({ network, device }, run), { kind: "text", ids: item }, { batch: 1 }),
      ),
    );
    const sum = each.reduce((total, { loss, tokens }) => total + loss * tokens, 0);
    expect(together.tokens).toBe(19 + 2 + 66);
    expectClose("sequences", [together.loss], [sum / together.tokens], tolerances.plan);
  });
});

describe("the event loop", () => {
  it("hears timers at least every 50 ms of work while steps follow one another", async () => {
    const device = wasmDevice({ threads: 1 });
    const run = await fit(smallSettings({ device, budget: { minutes: 0.5 / 60 } }));
    // Of the processor's time, so that other programs' work does not count.
    const worked = (): number => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    };
    const gaps: number[] = [];
    let last = worked();
    const timer = setInterval(() => {
      const now = worked();
      gaps.push(now - last);
      last = now;
    }, 1);
    let steps = 0;
    for await (const event of run) if (event.kind === "step") steps++;
    clearInterval(timer);
    expect(steps).toBeGreaterThan(20);
    expect(gaps.length).toBeGreaterThan(4);
    gaps.sort((a, b) => a - b);
    // One in ten may come late: the runtime has other work.
    expect(gaps[Math.floor(0.9 * gaps.length)]).toBeLessThan(50);
  });
});

describe("a loss or gradient that is not finite", () => {
  const broken = equations("broken")`
    h' = log(W x + U h)
    init W = normal(1)
  `;

  it("changes no weight, and names the step and the parameter", async () => {
    const run = await fit(smallSettings({ network: smallNetwork({ cell: broken }) }));
    const before = await run.store.read();
    const message =
      /^training, step 1: the gradient of layer1.W .*is not finite, the loss is NaN .*no weight was changed; lower the rate \(now 0.01\)/;
    await expect(finish(run)).rejects.toThrow(message);
    await expect(finish(run)).rejects.toMatchObject({
      name: "TrainingError",
      step: 1,
      parameter: "layer1.W",
    });
    expect(await run.store.read()).toEqual(before);
    expect((await run.snapshot()).step).toBe(0);
  });

  it("is noticed where the last update made a weight overflow, and is not saved", async () => {
    const optimizer = { kind: "sgd" } as const;
    const clip = { kind: "none" } as const;
    const run = await fit(smallSettings({ device: wasmDevice(), optimizer, clip, rate: Number.MAX_VALUE }));
    await expect(finish(run)).rejects.toThrow(
      /^training, step 2: the weights of layer1.Wr .*last checkpoint/,
    );
    // Saving names the step and the parameter, too.
    const saving = run.snapshot();
    await expect(saving).rejects.toThrow(
      /^training, step 2: the weights of layer1.Wr .*not finite since step 1; go back to the last checkpoint and lower the rate \(now 1.79/,
    );
    await expect(saving).rejects.toMatchObject({ name: "TrainingError", step: 2, parameter: "layer1.Wr" });
  });

  it("names the greatest weight when only the loss overflows", async () => {
    const optimizer = { kind: "sgd" } as const;
    const clip = { kind: "none" } as const;
    const run = await fit(smallSettings({ optimizer, clip, rate: Number.MAX_VALUE }));
    await expect(finish(run)).rejects.toThrow(
      /^training, step 2: the weights of readout.b have grown too large, the loss is Infinity and/,
    );
  });

  it("names where the gradient is greatest when only its norm overflows", async () => {
    const settings = smallSettings({ device: wasmDevice() });
    const start = await (await fit(settings)).snapshot();
    const { places } = parameterLayout(settings.network);
    const weights = Float32Array.from(start.weights);
    const place = places.find((p) => p.name === "readout.W")!;
    weights.fill(3e37, place.offset, place.offset + 7);
    const run = await fit(settings, { ...start, weights });
    await expect(finish(run)).rejects.toThrow(
      /^training, step 1: the gradient of layer1\..* is too large, .*norm Infinity/,
    );
  });
});

describe("fit refuses", () => {
  it("a text that is too short, naming what would do", async () => {
    const data = { kind: "text", train: ids.subarray(0, 20) } as const;
    await expect(fit(smallSettings({ data }))).rejects.toThrow(
      "window 8 × batch 3 needs 25 symbols, the training part has 20; use window 8 × batch 2",
    );
  });

  it("a model that no memory holds, before it allocates", async () => {
    const network = smallNetwork({ size: 1e6 });
    await expect(fit(smallSettings({ network }))).rejects.toThrow(/needs .* TB, and 4.29 GB can be used/);
    await expect(fit(smallSettings({ memory: 1000 }))).rejects.toThrow("1 kB can be used");
  });

  it("a network that has no symbols to read", async () => {
    const network = { ...smallNetwork(), inputs: [] };
    await expect(fit(smallSettings({ network }))).rejects.toThrow("such as languageModel() makes");
  });

  it("two things at a time", async () => {
    const run = await fit(smallSettings());
    const first = finish(run);
    await expect(run.snapshot()).rejects.toThrow("a step is under way");
    await first;
    expect((await run.snapshot()).step).toBe(5);
  });
});
