// Many texts at once: as one at a time would be, ended by stops, held to patterns, and found by beam search.
import { beforeAll, describe, expect, it } from "vitest";
import { alphabetSymbols } from "../../src/text/alphabet-symbols.ts";
import type { GenerateSettings } from "../../src/infer/continuation.ts";
import { createSampler } from "../../src/infer/sample.ts";
import { sampleTexts, searchTexts, type Prompts } from "../../src/infer/texts.ts";
import { patternConstraint } from "../../src/infer/pattern-constraint.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { fit } from "../../src/train/fit.ts";
import { symbolLosses } from "../../src/tasks/language/losses.ts";
import { alphabet, finish, ids, sessionOf, smallNetwork, smallSettings } from "../train/small.ts";

const device = wasmDevice();
const network = smallNetwork({ size: 16 });
const symbols = alphabetSymbols(alphabet);
const prompts = ["the c", "", "mat", "t", "the cat sat on"];
let base: Prompts;

beforeAll(async () => {
  const data = { kind: "text", train: ids } as const;
  const run = await fit(smallSettings({ network, device, data, rate: 0.02, budget: { epochs: 30 } }));
  await finish(run);
  base = { session: sessionOf({ network, device }, run), symbols, prompts };
});

async function alone(prompt: string, seed: number, settings: GenerateSettings): Promise<string> {
  const sampler = createSampler({ ...base, seed });
  await sampler.prime(prompt);
  let text = "";
  for await (const piece of sampler.generate(settings)) text += piece;
  return text;
}

describe("texts drawn together", () => {
  it("are those that a sampler draws alone, whatever stands beside them", async () => {
    const choice = { length: 30, temperature: 1.2, stops: ["m", "t s"] };
    const expected: string[] = [];
    for (const [i, prompt] of prompts.entries()) expected.push(await alone(prompt, 7 + i, choice));
    for (const batch of [1, 2, 64]) {
      const made = await sampleTexts(base, { ...choice, seed: 7, batch });
      expect(made.map((one) => one.text)).toEqual(expected);
      expect(made.filter((one) => one.stop !== undefined).length).toBeGreaterThan(1);
      for (const { text } of made) expect(text).not.toMatch(/m|t s/u);
    }
    expect(await sampleTexts({ ...base, prompts: [] }, choice)).toEqual([]);
  });

  it("match a pattern from end to end, however short the room", async () => {
    const pattern = "[a-e]{2,9}( the| mat)+";
    const constraint = patternConstraint(pattern, alphabet.symbols as string[]);
    for (const length of [6, 7, 12, 40]) {
      const made = await sampleTexts(base, { length, constraint, temperature: 2, seed: length });
      for (const { text } of made) expect(text).toMatch(new RegExp(`^(?:${pattern})$`, "u"));
    }
    await expect(sampleTexts(base, { length: 5, constraint })).rejects.toThrow(
      "the constraint asks for 6 symbols or more; make length at least that, not 5",
    );
  });

  it("end where a pattern may end and the model would go on in another way", async () => {
    const constraint = patternConstraint("at on[a-z]*", alphabet.symbols as string[]);
    const [made] = await sampleTexts(
      { ...base, prompts: ["the cat s"] },
      { length: 9, temperature: 0, constraint },
    );
    expect(made?.text).toBe("at on"); // and then a space
  });
});

describe("texts found by beam search", () => {
  it("of width 1 are the most likely symbols one after another", async () => {
    const found = await searchTexts(base, { width: 1, longest: 12 });
    const greedy: string[] = [];
    for (const prompt of prompts) greedy.push(await alone(prompt, 1, { length: 12, temperature: 0 }));
    expect(found.map(([best]) => best?.text)).toEqual(greedy);
  });

  it("have the model's own log-probability, and of greater width are as likely or more", async () => {
    const all = await searchTexts({ ...base, prompts: ["the c"] }, { width: 5, longest: 8 });
    const [beams = []] = all;
    expect(beams.length).toBe(5);
    for (const { text, logProbability } of beams) {
      const whole = Uint8Array.from([symbols.start, ...Array.from(symbols.encode(`the c${text}`))]);
      // What comes before the text is read from the same beginning: a line's end, and the prompt.
      const read = whole.subarray(1);
      const losses = await symbolLosses(base.session, read, { batch: 1, window: 50 });
      const sum = losses.subarray(5).reduce((total, loss) => total - loss, 0);
      expect(logProbability).toBeCloseTo(sum, 3);
    }
    const [[one] = []] = await searchTexts({ ...base, prompts: ["the c"] }, { width: 1, longest: 8 });
    expect(beams[0]?.logProbability).toBeGreaterThanOrEqual((one?.logProbability ?? 0) - 1e-6);
  });

  it("keep to a pattern", async () => {
    const constraint = patternConstraint("(mat|cat){2}", alphabet.symbols as string[]);
    const found = await searchTexts(base, { width: 3, longest: 6, constraint });
    for (const [best] of found) expect(best?.text).toMatch(/^(mat|cat){2}$/u);
  });
});
