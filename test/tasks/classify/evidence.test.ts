// What a classifier reads beside its recurrent layers: runs of symbols, and convolutions of series.
import { describe, expect, it } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { classify } from "../../../src/tasks/classify/classify.ts";
import { featuresOf, fitConvolutions, fitsTogether } from "../../../src/tasks/classify/convolutions.ts";
import { encodeRuns, fitRuns } from "../../../src/tasks/classify/runs.ts";
import { decodeTokens } from "../../../src/text/vocabulary.ts";

const stream = randomStream(11, 1);
const series = (steps: number, width: number): Float32Array =>
  Float32Array.from({ length: steps * width }, () => stream.normal());

describe("runs", () => {
  it("stand about each step, with marks before and after the text", () => {
    const texts = ["abc", "abd", "abc"].map((text) => [...text]);
    const runs = fitRuns(texts, "char", 1000);
    const { ids, weights } = encodeRuns(runs, ["a", "b", "c"]);
    const shown = ids.map((list) =>
      decodeTokens(runs.vocabulary, list).map((run) =>
        run.replaceAll("\ufdd0", "^").replaceAll("\ufdd1", "$"),
      ),
    );
    // All occur once in the text, and each counts by how rare it is: "c" more than "a", which all texts have.
    expect(weights).toHaveLength(12);
    expect(weights.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(1, 5);
    expect((weights[8] as number) / (weights[0] as number)).toBeCloseTo(Math.log(4 / 3) + 1, 5);
    expect(shown).toEqual([
      ["a", "b", "c"],
      ["ab", "bc", "c$"],
      ["^ab", "abc", "bc$"],
      ["^abc", "abc$", "bc$$"],
    ]);
  });

  it("of which those that occur once are unknown, unless all do", () => {
    const [repeated, single] = [["ab", "ac"], ["ab"]].map((texts) =>
      fitRuns(
        texts.map((text) => [...text]),
        "char",
        1000,
      ),
    );
    expect(repeated?.vocabulary.symbols).toEqual(["a"]);
    expect(single?.vocabulary.symbols).toContain("ab");
    expect(fitRuns([[..."aaab"]], "char", 1).vocabulary.symbols).toEqual(["a"]);
  });

  it("of words keep them apart", () => {
    const runs = fitRuns(
      [
        ["a", "bc", "a", "bc"],
        ["ab", "c", "ab", "c"],
      ],
      "word",
      1000,
    );
    const [, pairs] = encodeRuns(runs, ["a", "bc"]).ids;
    const [, others] = encodeRuns(runs, ["ab", "c"]).ids;
    expect(pairs?.[0]).not.toBe(others?.[0]);
  });
});

describe("convolutions", () => {
  it("have as many features for series of any length, with the mean 0 and one size", () => {
    const learned = Array.from({ length: 40 }, (_, i) => series(60 + i, 3));
    const fitted = fitConvolutions(learned, 3);
    expect(fitsTogether(fitted)).toBe(true);
    expect(fitsTogether({ ...fitted, thresholds: fitted.thresholds.slice(1) })).toBe(false);
    const features = learned.map((values) => featuresOf(fitted, values, 3));
    const count = fitted.mean.length;
    for (const values of [
      ...features,
      featuresOf(fitted, series(1, 3), 3),
      featuresOf(fitted, series(700, 3), 3),
    ]) {
      expect(values).toHaveLength(count);
      expect(values.every(Number.isFinite)).toBe(true);
    }
    for (const j of [0, 500, count - 1])
      expect(features.reduce((sum, values) => sum + (values[j] as number), 0) / 40).toBeCloseTo(0, 5);
  });

  it("tell of every number of a step", () => {
    const learned = Array.from({ length: 10 }, () => series(50, 4));
    const fitted = fitConvolutions(learned, 4);
    const plain = featuresOf(fitted, learned[0] as Float32Array, 4);
    for (let channel = 0; channel < 4; channel++) {
      const other = (learned[0] as Float32Array).map((v, i) => (i % 4 === channel ? -v : v));
      const changed = featuresOf(fitted, other, 4).filter((v, i) => v !== plain[i]).length;
      expect(changed).toBeGreaterThan(fitted.thresholds.length / 10);
    }
  });
});

describe("a classifier", () => {
  const items = Array.from({ length: 12 }, (_, i) => ({
    value: [...series(90 + i, 1)],
    label: i % 2 === 0 ? "x" : "y",
  }));
  const designed = async (options: Parameters<typeof classify>[0]) =>
    classify(options).design(items, { split: "0.8", seed: 1 });

  it("reads several steps of a long series at once, and as many of a short one", async () => {
    const { network, examples } = await designed({ size: 4 });
    expect(network.inputs.map(({ name, width, per }) => [name, width, per])).toEqual([
      ["x", 2, "step"],
      ["features", expect.any(Number), "sequence"],
    ]);
    const [first] = examples.train as readonly { steps: number; inputs: Record<string, ArrayLike<number>> }[];
    expect(first?.steps).toBeGreaterThan(44);
    expect(first?.steps).toBeLessThan(52);
    expect(first?.inputs["x"]).toHaveLength(2 * (first?.steps ?? 0));
    const whole = await designed({ size: 4, frame: 1, linear: false });
    expect(whole.network.inputs.map(({ name, width }) => [name, width])).toEqual([["x", 1]]);
  });

  it("checks what a file says of it", async () => {
    const { spec } = await designed({ size: 4 });
    expect(classify.check(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    const { evidence: _evidence, frame: _frame, ...before } = spec as typeof spec & Record<string, unknown>;
    expect(classify.check(before)).toEqual(before); // a file of an earlier version
    const evidence = (spec as unknown as { evidence: { thresholds: number[] } }).evidence;
    const damaged = { ...spec, evidence: { ...evidence, thresholds: evidence.thresholds.slice(1) } };
    expect(() => classify.check(damaged)).toThrow("its thresholds and moments do not fit");
  });

  it("refuses a frame that is no whole number", async () => {
    await expect(async () => designed({ frame: 1.5 })).rejects.toThrow(
      "classification: frame must be a whole number, 1 or more, not 1.5",
    );
  });
});
