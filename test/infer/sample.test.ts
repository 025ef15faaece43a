// Sampling: the carried state, prompts, seeds, streaming, and what a sample costs.
import { beforeAll, describe, expect, it } from "vitest";
import { encodeString } from "../../src/text/alphabet-text.ts";
import { alphabetSymbols } from "../../src/text/alphabet-symbols.ts";
import { choose } from "../../src/infer/choose.ts";
import type { GenerateSettings } from "../../src/infer/continuation.ts";
import { createSampler, type Sampler, type SamplerSettings } from "../../src/infer/sample.ts";
import { randomStream, streams } from "../../src/base/random.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Session } from "../../src/infer/session.ts";
import type { ParameterStore } from "../../src/run/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { fit } from "../../src/train/fit.ts";
import { alphabet, finish, ids, sessionOf, smallNetwork, smallSettings } from "../train/small.ts";

const device = wasmDevice();
const network = smallNetwork({ size: 16, layers: 2, dropout: 0.2 });
let base: Omit<SamplerSettings, "session">;
let open: () => Session;
let store: ParameterStore;

beforeAll(async () => {
  const data = { kind: "text", train: ids } as const;
  const run = await fit(smallSettings({ network, device, data, rate: 0.02, budget: { epochs: 40 } }));
  await finish(run);
  base = { symbols: alphabetSymbols(alphabet) };
  open = () => sessionOf({ network, device }, run);
  store = run.store;
});

async function take(sampler: Sampler, settings: GenerateSettings): Promise<string> {
  let text = "";
  for await (const piece of sampler.generate(settings)) text += piece;
  return text;
}

async function sample(prompt: string, settings: GenerateSettings, more: Partial<SamplerSettings> = {}) {
  const sampler = createSampler({ ...base, session: open(), ...more });
  await sampler.prime(prompt);
  return take(sampler, settings);
}

describe("sampler", () => {
  it("continues with what it learnt", async () => {
    expect(await sample("the cat s", { length: 14, temperature: 0 })).toBe("at on the mat;");
  });

  it("chooses from the logits of the whole text so far", async () => {
    const length = 40;
    const text = await sample("the c", { length, temperature: 1.3, topK: 5 }, { seed: 9 });
    const codec = alphabetSymbols(alphabet);
    const all = [...codec.encode(`the c${text}`)] as number[];
    const plan = buildPlan(network, { mode: "evaluate", rows: 1, steps: all.length });
    const program = await device.compile(plan, store);
    program.write("symbols", Int32Array.from(all));
    program.write("resets", Float32Array.of(1));
    program.run("forward", { rows: 1, steps: all.length });
    const classes = alphabet.symbols.length;
    const logits = await program.read("output.readout", new Float32Array(all.length * classes));
    const stream = randomStream(9, streams.sampling);
    for (let made = 0; made < length; made++) {
      const at = 4 + made;
      const own = logits.subarray(at * classes, (at + 1) * classes);
      expect(choose(own, stream.uniform(), { temperature: 1.3, topK: 5 }), `symbol ${made}`).toBe(
        all[at + 1],
      );
    }
  });

  it("gives the same for the same seed, and else another", async () => {
    const settings = { length: 60, temperature: 1.5 };
    const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => sample("the", settings, { seed })));
    expect(b).toBe(a);
    expect(c).not.toBe(a);
  });

  it("streams, stops at a break and goes on, in pieces or at once", async () => {
    const whole = await sample("a d", { length: 30, temperature: 1.2 });
    const sampler = createSampler({ ...base, session: open() });
    await sampler.prime("a ");
    await sampler.prime("");
    await sampler.prime("d");
    let text = "";
    for await (const piece of sampler.generate({ length: 1000, temperature: 1.2 })) {
      text += piece;
      if (text.length === 12) break;
    }
    expect(sampler.counter).toBe(12);
    text += await take(sampler, { length: 18, temperature: 1.2 });
    expect(text).toBe(whole);
    const resumed = createSampler({ ...base, session: open(), counter: 12 });
    await resumed.prime(`a d${whole.slice(0, 12)}`);
    expect(await take(resumed, { length: 18, temperature: 1.2 })).toBe(whole.slice(12));
  });

  it("forgets at a reset", async () => {
    const sampler = createSampler({ ...base, session: open() });
    await sampler.prime("the cat sat on the m");
    sampler.reset();
    await sampler.prime("a dog");
    expect(await take(sampler, { length: 9, temperature: 0 })).toBe(
      await sample("a dog", { length: 9, temperature: 0 }),
    );
  });

  it("starts without a prompt after a line's end, or else the first symbol", async () => {
    const first = alphabet.symbols[0] as string;
    expect(await sample("", { length: 20 })).toBe(await sample(first, { length: 20 }));
    expect(alphabetSymbols(encodeString("b\na").alphabet).start).toBe(0);
    expect(alphabetSymbols(encodeString("\tb\n").alphabet).start).toBe(1);
  });

  it("makes characters of several bytes whole", async () => {
    const { alphabet: bytes } = encodeString("äöü", { unit: "byte" });
    const codec = alphabetSymbols(bytes);
    const made = codec.decoder();
    expect(Array.from(codec.encode("öä"), (id) => made.push([id])).join("|")).toBe("|ö||ä");
  });

  it("costs the same per symbol however long the text is", async () => {
    const sampler = createSampler({ ...base, session: open() });
    const times: number[] = [];
    for (let part = 0; part < 5; part++) {
      const start = performance.now();
      await take(sampler, { length: 1000 });
      times.push(performance.now() - start);
    }
    expect(Math.min(...times.slice(3))).toBeLessThan(3 * Math.min(...times.slice(0, 2)));
  });

  it("lets timers run", async () => {
    const sampler = createSampler({ ...base, session: open() });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const start = performance.now();
    for await (const _piece of sampler.generate({ length: 1e9 })) if (performance.now() - start > 200) break;
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  it.each([
    [{ length: -1 }, "sampling: length must be a whole number, 0 or more, not -1"],
    [{ length: 5, temperature: NaN }, "sampling: temperature must be 0"],
    [{ length: 5, topP: 2 }, "sampling: topP must be from 0 to 1"],
  ])("refuses %o", async (settings, message) => {
    await expect(sample("the", settings)).rejects.toThrow(message);
  });

  it("refuses a prompt with what the alphabet lacks", async () => {
    await expect(sample("thé", { length: 1 })).rejects.toThrow("'é' U+00E9 (try 'e')");
  });
});
