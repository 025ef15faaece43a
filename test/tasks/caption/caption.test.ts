// Captions as a program uses them: vectors with captions in, a model, its scores beside the same model blind, its file, and
// captions of other vectors. Image files have tests of their own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel, readModelFile, saveModel } from "../../../src/checkpoint/model-files.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import { captionPage } from "../../../src/tasks/caption/caption-page.ts";
import { caption, type Captioner } from "../../../src/tasks/caption/caption.ts";
import {
  designCaptioner,
  type CaptionedImage,
  type CaptionedImages,
} from "../../../src/tasks/caption/design.ts";
import { encoderOfRecord, encoderRecord } from "../../../src/tasks/caption/encoder-choice.ts";
import { ownParts, partOfName, partsOfImages } from "../../../src/tasks/caption/parts.ts";
import { captionScores, isExactCaption, shuffledVectors } from "../../../src/tasks/caption/scores.ts";
import { train } from "../../../src/tasks/train.ts";
import { fingerprintNetwork } from "../../../src/train/fingerprint.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-caption-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const device = wasmDevice();
const encoder = {
  encoder: "net.onnx",
  digest: "0123456789abcdef",
  tap: "fc7",
  preprocessing: "imagenet",
} as const;

const colours = ["red", "green", "blue"];
const things = ["dog", "cat"];
/** Thirty images whose vectors say their colour and thing. */
const images = Array.from({ length: 30 }, (_, i): CaptionedImage => {
  const [colour, thing] = [i % 3, i % 2];
  const vector = [0, 1, 2, 3, 4].map(
    (j) => (j === colour || j === 3 + thing ? 2 : 0) + ((i * 7 + j) % 5) / 50,
  );
  const words = `${colours[colour]} ${things[thing]}`;
  return { vector, captions: [`A ${words}.`, `There is a ${words}`] };
});
const photos: CaptionedImages = { images, encoder };

describe("a program that writes captions", () => {
  let model: Captioner;

  beforeAll(async () => {
    const settings = { split: [0.7, 0.1, 0.2], epochs: 40, batch: 8, rate: 0.02, device } as const;
    const run = train(caption({ cell: "gru", size: 16, embedding: 8 }), photos, settings);
    await run.finish();
    expect((await run.prepare()).lines).toEqual([
      "train on 21 images, validate on 3, leave 6 for testing; 8 different words",
    ]);
    model = await run.best();
    run.dispose();
  });

  it("scores the part that training left out beside the model blind", async () => {
    const score = await model.score("test");
    expect(score.images).toBe(6);
    expect(score.exact).toBeGreaterThan(0.8);
    expect(score.ended).toBe(1);
    expect(score.bleu1).toBeGreaterThanOrEqual(score.bleu4);
    expect(score.perplexity).toBeLessThan(2);
    expect(score.baseline?.name).toBe("shuffled features");
    expect(score.baseline?.exact).toBeLessThan(score.exact);
    expect(score.baseline?.perplexity).toBeGreaterThan(score.perplexity);
    const { baseline: _, ...alone } = score;
    expect(await model.score("test", { hasBaseline: false })).toEqual(alone);
    expect((await model.score({ images: images.slice(0, 1) })).baseline).toBeUndefined();
  });

  it("describes vectors, word by word and by beams", async () => {
    const vectors = images.slice(0, 6).map(({ vector }) => vector);
    const found = await model.predict(vectors);
    for (const [i, { text, isEnded, logProbability }] of found.entries()) {
      expect(isExactCaption(text, images[i]?.captions ?? [])).toBe(true);
      expect(isEnded).toBe(true);
      expect(logProbability).toBeLessThan(0);
    }
    const beams = await model.search(vectors, { width: 2 });
    expect(beams.map((list) => list.length)).toEqual(vectors.map(() => 2));
    for (const [first, second] of beams)
      expect(first?.logProbability).toBeGreaterThan(second?.logProbability ?? 0);
    const [[cut] = []] = await model.search(vectors.slice(0, 1), { width: 1, length: 1 });
    expect([cut?.text.split(" ").length, cut?.isEnded]).toEqual([1, false]);
    expect(await model.predict([])).toEqual([]);
  });

  it("comes back from its file, with its encoder and its parts", async () => {
    const path = join(folder, "captions.safetensors");
    await saveModel(path, model);
    const later = await loadModel(path, caption, { device });
    const vectors = images.map(({ vector }) => vector);
    expect(await later.predict(vectors)).toEqual(await model.predict(vectors));
    const { encoder: name, ...content } = encoder;
    expect(model.encoder).toEqual(encoder);
    expect(later.encoder).toEqual({ name, ...content });
    const { test } = await later.parts(photos);
    expect(await later.score(test as CaptionedImages)).toEqual(await model.score("test"));
    // The parts do not depend on the vectors.
    const unseen = { images: images.map((image) => ({ ...image, vector: [], path: "x.png" })) };
    expect((await later.parts(unseen)).test?.images).toHaveLength(6);
    await expect(later.parts({ images: images.slice(1) })).rejects.toThrow("not the data that the model was");
    await expect(later.score("test")).rejects.toThrow("a loaded model holds no data");
  });

  it("refuses vectors of another width or encoder", async () => {
    await expect(model.predict([[1, 2]])).rejects.toThrow(
      "image 0: expected a vector of 5 numbers, as the model's images have, got 2; use the encoder",
    );
    const placed = { vector: [1], captions: ["a dog"], path: "dog.png" };
    await expect(model.score({ images: [placed] })).rejects.toThrow(
      "dog.png: expected a vector of 5 numbers",
    );
    const other = { ...encoder, digest: "ffffffffffffffff", encoder: "other.onnx" };
    await expect(model.score({ images, encoder: other })).rejects.toThrow(
      `the images' vectors are of the encoder "other.onnx", whose SHA-256 begins with ffffffffffffffff, and the model's of "net.onnx"`,
    );
    await expect(model.search([images[0]!.vector], { width: 0 })).rejects.toThrow(
      "width must be a whole number",
    );
  });
});

describe("parts", () => {
  const settings = { split: "0.9", seed: 1 };
  const named = (...splits: (string | undefined)[]): CaptionedImages => ({
    images: splits.map((split, i) => ({ vector: [i], captions: ["a"], split })),
  });
  const numbers = (part: CaptionedImages | undefined) => part?.images.map(({ vector }) => vector[0]);

  it("are those that the images name", () => {
    const data = named("train", "val", "restval", "test", undefined, "validation");
    const { train: training, validation, test } = partsOfImages(data, settings);
    expect([training, validation, test].map(numbers)).toEqual([[0, 2, 4], [1, 5], [3]]);
    expect(ownParts(named("train", "train")).validation).toBeUndefined();
    expect(() => ownParts(named("val", "test"))).toThrow("give some of another part to train on");
  });

  it("have the names that data sets give them, in any case, with years and numbers", () => {
    const known = {
      train: ["train", "training", "trn", "restval", "trainval"],
      validation: ["val", "valid", "validation", "dev", "devel", "development", "eval", "minival"],
      test: ["test", "testing", "test-dev", "testA", "held-out", "holdout"],
    };
    const cases = Object.entries(known).flatMap(([part, names]) =>
      names.map((name) => [part, name] as const),
    );
    const lettered = fc.constantFrom(
      (name: string) => name,
      (name: string) => name.toUpperCase(),
      (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`,
    );
    const numbered = fc.constantFrom("", "1", "2014", "_2017", "-2", " 3");
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        lettered,
        numbered,
        fc.boolean(),
        ([part, name], letters, number, isFirst) => {
          const written = letters(name);
          expect(partOfName(isFirst ? `${number}${written}` : `${written}${number}`, "x")).toBe(part);
        },
      ),
    );
  });

  it("are refused by names that nobody knows, before anything is learned from", () => {
    for (const name of ["", "2014", "hidden", "tset", "validate me", "fold3", "тест"]) {
      const images = named("train", name, "test");
      expect(() => partsOfImages(images, settings)).toThrow(
        `image 1, split: ${JSON.stringify(name)} is not the name of a part that is known; write train, val or test`,
      );
    }
  });

  it("refuse shares that would do nothing", async () => {
    const data: CaptionedImages = {
      images: images.map((image, i) => ({ ...image, split: i < 20 ? "train" : "test" })),
    };
    const task = caption({ size: 4 });
    await expect(train(task, data, { split: [0.5, 0.5], device }).finish()).rejects.toThrow(
      "split: the images are in parts already, so 0.5/0.5 would do nothing",
    );
    const run = train(task, data, { steps: 1, device });
    await run.finish();
    const model = await run.latest();
    expect((await model.score("test", { hasBaseline: false })).images).toBe(10);
    expect(model.metadata.data).toMatchObject({ split: "own", count: 30 });
    expect(model.encoder).toBeUndefined();
    await expect(model.score("validation")).rejects.toThrow("without a part 'validation'");
  });
});

describe("data and options that do not fit", () => {
  const design = (data: readonly CaptionedImage[], options = {}) =>
    designCaptioner({ images: data }, options);

  it("are named", () => {
    expect(() => design([])).toThrow("captions: there are none to learn from");
    expect(() => design([{ vector: [1], captions: ["!", "…"] }])).toThrow(
      "no word in any of them, only marks",
    );
    expect(() => design([...images, { vector: [1], captions: ["x"] }])).toThrow(
      "image 30: expected a vector of 5 numbers, as the first one, got 1; use one encoder for all",
    );
    expect(() => design(images, { minCount: 99 })).toThrow("seen 99 times or more");
    expect(() => design(images, { embedding: 0 })).toThrow(
      "embedding must be a whole number, 1 or more, not 0",
    );
    expect(() => design(images, { cell: "lstm-projected" })).toThrow("needs a size for width");
  });

  it("show the image at the first step, at every step, or as the start of the states", () => {
    const sizes = (["first", "every", "start"] as const).map((condition) => {
      const { network } = design(images, { condition, size: 4, layers: 2, dropout: 0.1 });
      expect(network.layers.map(({ inputs }) => Object.values(inputs).includes("image"))).toEqual([
        false,
        true,
        false,
        false,
        false,
        false,
      ]);
      return network.layers[1]?.cell.name;
    });
    expect(new Set(sizes).size).toBe(3);
  });
});

it("opens a file of version 0.1.0, whose network the same options design today", async () => {
  const path = new URL("../../goldens/models/caption.safetensors", import.meta.url).pathname;
  const model = await loadModel(path, caption, { device });
  expect(model.encoder).toEqual({
    encoder: "filter-bank",
    digest: "a2c22d984f16bd55",
    preprocessing: "plain",
  });
  const { spec, network, training } = await readModelFile(path);
  const { vocabulary, mean } = spec as ReturnType<typeof designCaptioner>["spec"];
  // Each word as often as its place in the vocabulary wants.
  const { symbols } = vocabulary;
  const captions = symbols.flatMap((word, i) => Array.from({ length: symbols.length - i }, () => word));
  const designed = designCaptioner(
    { images: [{ vector: mean, captions }], encoder: model.encoder },
    { size: 4, embedding: 4 },
  );
  expect(designed.spec.vocabulary).toEqual(vocabulary);
  expect(designed.spec.encoder).toBe((spec as { encoder?: string }).encoder);
  expect(fingerprintNetwork(designed.network)).toBe(fingerprintNetwork(network));
  expect(fingerprintNetwork(designed.network)).toBe(training?.fingerprints.network);
  expect((await model.predict([mean]))[0]?.text).toMatch(/^[a-z ]*$/u);
});

describe("records of encoders", () => {
  it("come back, and are undefined where they do not name one", () => {
    const builtIn = { encoder: "filter-bank", digest: "a2c22d984f16bd55", preprocessing: "plain" } as const;
    expect(encoderOfRecord(encoderRecord(builtIn))).toEqual(builtIn);
    expect(encoderRecord(undefined)).toBe("");
    for (const text of ["", "filter-bank", "{}", '{"encoder":"x","preprocessing":"none"}']) {
      expect(encoderOfRecord(text)).toBeUndefined();
    }
  });

  it("have the name of a file, not its path, whatever an earlier version wrote", () => {
    const choice = { digest: "0123456789abcdef", tap: "fc7", preprocessing: "imagenet" } as const;
    for (const path of [
      "vgg16.onnx",
      "/home/me/vgg16.onnx",
      "../vgg16.onnx",
      String.raw`C:\models\vgg16.onnx`,
    ]) {
      const expected = { name: "vgg16.onnx", ...choice };
      expect(encoderOfRecord(encoderRecord({ encoder: path, ...choice }))).toEqual(expected);
      expect(encoderOfRecord(JSON.stringify({ encoder: path, ...choice }))).toEqual(expected);
    }
    const device = { encoder: "/dev/zero", preprocessing: "plain" } as const;
    expect(encoderOfRecord(JSON.stringify(device))).toEqual({ name: "zero", preprocessing: "plain" });
  });
});

describe("scores", () => {
  it("compare words, not marks and case", () => {
    expect(isExactCaption("a red dog", ["A cat", "A red dog."])).toBe(true);
    expect(isExactCaption("a red", ["A red dog."])).toBe(false);
    const scores = captionScores(
      [
        { text: "a red dog", isEnded: true },
        { text: "a cat sits on", isEnded: false },
      ],
      [["A red dog!"], ["a cat sits on a mat", "cats"]],
      Math.log(3),
    );
    expect(scores).toMatchObject({ exact: 0.5, bleu1: expect.any(Number) as number, ended: 0.5 });
    expect(scores.perplexity).toBeCloseTo(3, 12);
    expect(Object.keys(scores)).toEqual(
      "exact bleu1 bleu2 bleu3 bleu4 rougeL ciderD meteor perplexity ended".split(" "),
    );
  });

  it("shuffle features so that no image keeps its own", () => {
    for (const count of [2, 3, 10, 101]) {
      const order = Array.from({ length: count }, (_, i) => i);
      const shuffled = shuffledVectors(order);
      expect([...shuffled].sort((a, b) => a - b)).toEqual(order);
      expect(shuffled.some((value, i) => value === i)).toBe(false);
    }
  });
});

it("shows images and captions on a page, whatever they say", () => {
  const html = captionPage("2 <captions>", [
    { image: 'a"b.png', caption: "a dog & cat", references: ["<b>", "two"], isExact: true },
    { image: "c.png", caption: "nothing", references: [], isExact: false },
  ]);
  expect(html.match(/<figure>/gu)).toHaveLength(2);
  expect(html).toContain("<title>2 &lt;captions&gt;</title>");
  expect(html).toContain('<img src="a&quot;b.png" alt="&lt;b&gt;"');
  expect(html).toContain('<p class="exact">a dog &amp; cat</p><ul><li>&lt;b&gt;</li><li>two</li></ul>');
  expect(html).toContain('alt="nothing"');
});
