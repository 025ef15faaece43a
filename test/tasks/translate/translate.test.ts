// Translation as a program uses it: from pairs to a model, its scores beside a baseline, its file, and its translations.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel, readModelFile, saveModel } from "../../../src/checkpoint/model-files.ts";
import { decodeModel } from "../../../src/checkpoint/open.ts";
import { encodeModel } from "../../../src/checkpoint/checkpoint.ts";
import { evaluate } from "../../../src/infer/evaluate.ts";
import { createSession } from "../../../src/infer/session.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import { parts } from "../../../src/tasks/task.ts";
import { train } from "../../../src/tasks/train.ts";
import { datePair } from "../../../src/tasks/translate/dates.ts";
import { designTranslator, translateExamples } from "../../../src/tasks/translate/design.ts";
import { reversalPair } from "../../../src/tasks/translate/reversal.ts";
import { translate, type Translator } from "../../../src/tasks/translate/translate.ts";
import { fingerprintNetwork } from "../../../src/train/fingerprint.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-translate-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const device = wasmDevice();

describe("a program that translates", () => {
  // The first forty dates, some of them several times, so that the parts have dates in common.
  const pairs = Array.from({ length: 90 }, (_, i) => datePair(1, i % 40));
  let model: Translator;
  const losses: number[] = [];

  beforeAll(async () => {
    const task = translate({ size: 24, embedding: 12 });
    const settings = { split: [0.8, 0.1, 0.1], epochs: 40, rate: 0.02, batch: 10, device } as const;
    const run = train(task, pairs, settings);
    for await (const event of run) if (event.kind === "validation") losses.push(event.loss);
    model = await run.best();
    run.dispose();
  });

  it("validates, and scores the part that training left out beside a translation memory", async () => {
    expect(losses).toHaveLength(40);
    const score = await model.score("test");
    expect(score.pairs).toBe(9);
    expect(score.exact).toBeGreaterThan(0.6);
    expect(score.bleu4).toBeGreaterThan(0.8);
    expect(score.nats).toBeLessThan(0.5);
    // Most dates of the test part are in the training part, too.
    expect(score.baseline).toMatchObject({ name: "translation memory" });
    expect(score.baseline?.exact).toBeGreaterThan(0.5);
    expect(await model.score("test", { width: 3 })).toMatchObject({ pairs: 9, nats: score.nats });
    expect((await model.score("train")).baseline).toBeUndefined();
  });

  it("translates by the most likely symbols, and by beams", async () => {
    const sources = pairs.slice(0, 3).map(({ source }) => source);
    const found = await model.predict(sources);
    expect(found.map(({ text }) => text)).toEqual(pairs.slice(0, 3).map(({ target }) => target));
    const beams = await model.search(sources, { width: 3 });
    expect(beams.map((list) => list.length)).toEqual([3, 3, 3]);
    for (const [i, list] of beams.entries()) {
      expect(list[0]?.logProbability).toBeGreaterThanOrEqual((found[i]?.logProbability ?? 0) - 1e-6);
      expect(list[0]?.logProbability).toBeGreaterThan(list[2]?.logProbability ?? 0);
    }
    const [short] = await model.search(sources.slice(0, 1), { width: 2, length: 4 });
    expect(short?.every(({ text }) => text.length <= 4)).toBe(true);
    expect(await model.predict([])).toEqual([]);
  });

  it("gives a translation the probability that the same text has as a target", async () => {
    const { spec, network, weights } = await model.file();
    const session = createSession({ network, device, weights });
    const source = pairs[0]?.source as string;
    for (const { text, logProbability } of (await model.search([source], { width: 3 }))[0] ?? []) {
      const items = translateExamples(spec as never, [{ source, target: text }]);
      const { loss, tokens } = await evaluate(session, { kind: "examples", items });
      expect(tokens).toBe(text.length + 1);
      expect(Math.abs(logProbability + loss * tokens)).toBeLessThan(1e-4);
    }
    session.dispose();
  });

  it("comes back from its file, and finds the parts of the training again", async () => {
    const path = join(folder, "dates.safetensors");
    await saveModel(path, model);
    const later = await loadModel(path, translate, { device });
    const sources = pairs.map(({ source }) => source);
    expect(await later.predict(sources)).toEqual(await model.predict(sources));
    const { train: training, test = [] } = await later.parts(pairs);
    expect(await later.score(test, { baseline: training })).toEqual(await model.score("test"));
    expect((await later.score(test)).baseline).toBeUndefined();
    await expect(later.score("test")).rejects.toThrow(
      "a loaded model holds no data, so it has no part 'test'",
    );
    await expect(later.parts(pairs.slice(1))).rejects.toThrow("not the data that the model was trained on");
    expect([later.kind, later.unit, later.maxSourceLength]).toEqual([
      "translate",
      "char",
      model.maxSourceLength,
    ]);
    later.dispose();
    await expect(later.predict(sources)).rejects.toThrow("this model has been disposed; open it again");
  });

  it("refuses texts that it cannot read, and names their place", async () => {
    const [, empty, after] = await model.predict(["may 5 1999", " ", "may 5 1999"]);
    expect(empty).toEqual({ text: "", logProbability: 0 });
    expect([after]).toEqual(await model.predict(["may 5 1999"]));
    expect(await model.search(["", ""], { width: 3 })).toEqual(Array(2).fill([empty]));
    const long = "x".repeat(99);
    await expect(model.predict([long])).rejects.toThrow(
      `text 0: expected at most ${model.maxSourceLength} symbols, which the model can attend to, got 99; shorten`,
    );
    await expect(model.search([long], { places: ["new.txt, line 3"] })).rejects.toThrow("new.txt, line 3: ");
    const placed = { source: "", target: "x", place: "pairs.csv, line 9" };
    await expect(model.score([placed])).rejects.toThrow("pairs.csv, line 9: the text is empty");
    await expect(model.search(["may"], { width: 0 })).rejects.toThrow(
      "width must be a whole number, 1 or more",
    );
  });
});

describe("data and options that do not fit", () => {
  const pairs = Array.from({ length: 20 }, (_, i) => reversalPair(1, i, 6));
  const failure = (data: typeof pairs, options: Parameters<typeof translate>[0]) =>
    train(translate(options), data, { steps: 1, device })
      .finish()
      .then(
        () => "nothing",
        (error: Error) => error.message,
      );

  it("are named", async () => {
    expect(await failure([], {})).toContain("the training part is empty");
    expect(await failure([...pairs, { source: " ", target: "x" }], { unit: "word" })).toContain(
      "the text is empty; leave it out",
    );
    expect(await failure(pairs, { attention: false, maxSourceLength: 9 })).toContain(
      "translation: maxSourceLength needs attention",
    );
    expect(await failure(pairs, { maxSourceLength: 0 })).toContain(
      "must be a whole number, 1 or more, not 0",
    );
    expect(await failure(pairs, { embedding: 0 })).toContain("embedding must be a whole number");
    expect(await failure(pairs, { maxSourceLength: 2 })).toContain("expected at most 2 symbols");
    expect(await failure(pairs, { cell: "feed-forward" })).toMatch(/no state/u);
    expect(await failure(pairs, { minCount: 1000 })).toContain("seen 1000 times or more");
  });
});

describe("words", () => {
  const pairs = ["one", "two", "six"].flatMap((word) =>
    ["it's", "no"].map((end) => ({ source: `${word} ${end}`, target: `${end}, (${word}) !` })),
  );

  it("are written with the spaces of a text, and are exact where the text is", async () => {
    const run = train(translate({ unit: "word", size: 24, embedding: 16 }), pairs, {
      split: 1,
      steps: 150,
      rate: 0.02,
      device,
    });
    await run.finish();
    const model = await run.latest();
    const texts = (await model.predict(pairs.map(({ source }) => source))).map(({ text }) => text);
    expect(texts).toEqual(pairs.map(({ target }) => target.replace(" !", "!")));
    // The targets have a space that a text would not have.
    expect(await model.score(pairs)).toMatchObject({ exact: 0, sameWords: 1, bleu4: 1 });
    const joined = pairs.map(({ source }, i) => ({ source, target: texts[i] as string }));
    const score = await model.score(joined.slice(1), { baseline: joined.slice(0, 1) });
    expect(score).toMatchObject({ exact: 1, sameWords: 1, baseline: { exact: 0, sameWords: 0 } });
    const characters = train(translate({ size: 4, embedding: 4 }), pairs, { split: 1, steps: 1, device });
    await characters.finish();
    expect(await (await characters.latest()).score(pairs)).not.toHaveProperty("sameWords");
  });
});

describe("a pair that is too long", () => {
  it("is named, with its lengths, before memory is asked for", async () => {
    for (const [from, to] of [
      [20_000, 20_000],
      [3, 200_000],
    ] as const) {
      const long = { source: "a".repeat(from), target: "b".repeat(to), place: "pairs.txt, line 3" };
      const pairs = Array.from({ length: 20 }, (_, i) => reversalPair(1, i, 6));
      const run = train(translate(), [...pairs.slice(0, 2), long, ...pairs.slice(2)], { steps: 1, device });
      await expect(run.finish()).rejects.toThrow(
        new RegExp(
          `^pairs\\.txt, line 3: the source has ${from.toLocaleString("en-US")} symbols and the target ${to.toLocaleString("en-US")}, ` +
            "the longest of all, and .* are needed, and 4\\.29 GB can be used; shorten it or leave it out, or choose a smaller size or batch$",
        ),
      );
    }
  });
});

describe("networks", () => {
  const pairs = Array.from({ length: 30 }, (_, i) => reversalPair(1, i, 6));

  it("have a layer for attention, and room for longer sources if wanted", () => {
    const widthOf = (name: string, options: Parameters<typeof translate>[0] = {}) =>
      designTranslator(pairs, options).network.inputs.find((input) => input.name === name)?.width;
    expect(widthOf("far")).toBe(6);
    expect(widthOf("far", { maxSourceLength: 40 })).toBe(40);
    expect(widthOf("memory", { attentionSize: 5 })).toBe(30);
    expect(widthOf("memory", { attention: false })).toBeUndefined();
    expect(widthOf("context", { size: 7 })).toBe(14);
  });

  it("name layers as they always did, so that files of before still open", async () => {
    const { network } = designTranslator(pairs, { layers: 2, dropout: 0.1 });
    expect(network.layers.map(({ name }) => name)).toEqual([
      "embedding",
      "layer1",
      "dropout1",
      "layer2",
      "dropout2",
      "readout",
    ]);
    expect(network.layers.map(({ inputs }) => Object.keys(inputs).length)).toEqual([1, 6, 1, 2, 1, 1]);
    expect(network.encoder?.finals).toEqual({
      of: ["encoder-layer2.h", "encoder-layer2-reverse.h"],
      input: "context",
    });
    expect(network.encoder?.attended).toEqual({ of: "encoder-memory", longest: 6 });
  });

  it.each([
    ["translate", {}],
    ["translate-last-state", { attention: false }],
  ])("of a file of version 0.1.0, %s, are what the same options design today", async (name, options) => {
    const path = new URL(`../../goldens/models/${name}.safetensors`, import.meta.url).pathname;
    const { spec, network, training } = await readModelFile(path);
    // Every symbol as often as in the file's own pairs, and as long.
    const { source, places, longest } = spec as ReturnType<typeof designTranslator>["spec"];
    const text = source.symbols.map((symbol, i) => symbol.repeat(i === 0 ? 3 : 1)).join("");
    expect([...text].length).toBe(7);
    const ordered = source.symbols.flatMap((symbol, i) =>
      Array.from({ length: source.symbols.length - i }, () => ({ source: symbol, target: symbol })),
    );
    const made = designTranslator([...ordered, { source: text, target: text }], {
      size: 6,
      embedding: 4,
      ...options,
    });
    expect(made.spec).toEqual({ ...spec, places: places === 0 ? 0 : 7, longest });
    expect(fingerprintNetwork(network)).toBe(fingerprintNetwork(made.network));
    expect(training?.fingerprints.network).toBe(fingerprintNetwork(made.network));
  });
});

it("opens a model's bytes without files, as a browser does", async () => {
  const pairs = Array.from({ length: 20 }, (_, i) => reversalPair(1, i, 6));
  const run = train(translate({ size: 6, embedding: 4, attention: false }), pairs, { steps: 2, device });
  await run.finish();
  const model = await run.latest();
  const later = await decodeModel(await encodeModel(await model.file()), translate, { device });
  expect(await later.predict(["abc"])).toEqual(await model.predict(["abc"]));
  expect(later.maxSourceLength).toBeUndefined();
  expect(await later.predict(["x".repeat(200)])).toHaveLength(1);
  for (const part of parts) expect(part in (await later.parts(pairs))).toBe(true);
});
