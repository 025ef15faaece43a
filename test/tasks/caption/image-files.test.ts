// Captions from image files to sentences: images that the project makes, features of the built-in encoder, kept by content,
// the commands over them, and what is wrong with files and flags.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { loadModel, saveModel } from "../../../src/checkpoint/model-files.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import { caption, type Captioner } from "../../../src/tasks/caption/caption.ts";
import { captionCommand } from "../../../src/tasks/caption/flags.ts";
import {
  describeImages,
  encodeImages,
  pageOfImages,
  readCaptions,
  type EncodingProgress,
} from "../../../src/tasks/caption/image-files.ts";
import { filterBank } from "../../../src/tasks/caption/images/filter-bank.ts";
import { writeShapesFolder } from "../../../src/tasks/caption/shapes/shapes-folder.ts";
import type { UseContext } from "../../../src/tasks/command.ts";
import { train } from "../../../src/tasks/train.ts";

const device = wasmDevice();
let folder = "";
const at = (name: string): string => join(folder, name);
let captions = "";
let model: Captioner;
const progress: EncodingProgress[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-shapes-"));
  captions = await writeShapesFolder(at("shapes"), { count: 40, seed: 3 });
  const photos = await readCaptions(captions, { progress: (state) => progress.push(state) });
  const task = caption({ size: 64, embedding: 16 });
  const settings = { split: [0.7, 0.1, 0.2], epochs: 30, rate: 0.01, batch: 20, device } as const;
  const run = train(task, photos, settings);
  await run.finish();
  await saveModel(at("captions.safetensors"), await run.latest());
  model = await loadModel(at("captions.safetensors"), caption, { device });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("image files", () => {
  it("are read with their captions, and the progress is told", async () => {
    expect(progress.map(({ done, total }) => [done, total])).toEqual([
      [0, 40],
      [32, 40],
      [40, 40],
    ]);
    expect(progress[0]?.encoder).toContain("filter-bank: input 'images' [n, 3, 32, 32]");
    const photos = await readCaptions(captions);
    expect(photos.images).toHaveLength(40);
    expect(photos.images[0]).toMatchObject({ path: at("shapes/00000.png"), split: undefined });
    expect(photos.images[0]?.vector).toHaveLength(420);
    expect(photos.encoder).toEqual(model.encoder);
  });

  it("are encoded once, by content", async () => {
    expect(readdirSync(at("shapes/.features")).length).toBeGreaterThan(0);
    const paths = ["00000.png", "00001.png"].map((name) => at(`shapes/${name}`));
    const [first, second] = await encodeImages(paths, model.encoder!);
    const photos = await readCaptions(captions);
    expect([photos.images[0]?.vector, photos.images[1]?.vector]).toEqual([first, second]);
    await readCaptions(captions, { cache: at("elsewhere") });
    expect(existsSync(at("elsewhere"))).toBe(true);
  });

  it("are described by a loaded model", async () => {
    const path = at("shapes/00000.png");
    const [described] = await describeImages(model, [path]);
    expect(described).toMatchObject({ path, isEnded: true });
    const { images } = await readCaptions(captions);
    expect(await model.predict([images[0]!.vector])).toMatchObject([{ text: described?.text }]);
  });

  it("stand in a folder 'images' beside their captions, or where one says", async () => {
    const list = JSON.stringify([{ file: "00000.png", captions: ["a thing"], split: "test" }]);
    writeFileSync(at("list.json"), list);
    const { images } = await readCaptions(at("list.json"), { images: at("shapes") });
    expect(images).toMatchObject([{ path: at("shapes/00000.png"), split: "test" }]);
    await expect(readCaptions(at("list.json"))).rejects.toThrow("00000.png");
  });

  it("need the encoder of the model", async () => {
    writeFileSync(at("bank.onnx"), filterBank());
    const path = at("shapes/00002.png");
    const copied = await describeImages(model, [path], { encoder: at("bank.onnx") });
    expect(copied).toEqual(await describeImages(model, [path]));
    const other = filterBank();
    other[other.length - 1]! ^= 1;
    writeFileSync(at("other.onnx"), other);
    await expect(describeImages(model, [path], { encoder: at("other.onnx") })).rejects.toThrow(
      "other.onnx is not the encoder that the model was trained with",
    );
    await expect(describeImages({ ...model, encoder: undefined }, [path])).rejects.toThrow(
      "the model does not know which encoder made its vectors",
    );
    // A model's own encoder reads further data.
    const again = await readCaptions(captions, { ...model.encoder, cache: at("third") });
    expect(again.encoder).toEqual(model.encoder);
  });

  it("need the path of an encoder that is a file, which no model file has", async () => {
    const [bank, path] = [at("bank.onnx"), at("shapes/00002.png")];
    writeFileSync(bank, filterBank());
    const photos = await readCaptions(captions, { encoder: bank, preprocessing: "plain" });
    const run = train(caption({ size: 4, embedding: 4 }), photos, { steps: 1, split: 1, device });
    await run.finish();
    const trained = await run.latest();
    // The path came from this program, so it still serves it.
    expect(trained.encoder).toMatchObject({ encoder: bank });
    const [expected] = await describeImages(trained, [path]);
    await saveModel(at("by-content.safetensors"), trained);
    expect(readFileSync(at("by-content.safetensors"), "latin1")).not.toContain(folder);
    const loaded = await loadModel(at("by-content.safetensors"), caption, { device });
    const { digest } = trained.encoder!;
    expect(loaded.encoder).toEqual({ name: "bank.onnx", digest, preprocessing: "plain" });
    const needed = `the model's encoder is "bank.onnx", whose SHA-256 begins with ${digest}; give the path of that file (--encoder FILE`;
    await expect(describeImages(loaded, [path])).rejects.toThrow(needed);
    await expect(encodeImages([path], loaded.encoder!)).rejects.toThrow(needed);
    await expect(readCaptions(captions, { ...loaded.encoder })).rejects.toThrow(needed);
    expect(await describeImages(loaded, [path], { encoder: bank })).toEqual([expected]);
    await expect(describeImages(loaded, [path], { encoder: at("other.onnx") })).rejects.toThrow(
      `so its vectors would mean something else; give bank.onnx, whose SHA-256 begins with ${digest}`,
    );
  });

  it("are not looked for where a model file says, as early ones did", async () => {
    const file = await model.file();
    const record = JSON.stringify({ encoder: "/dev/zero", preprocessing: "plain" });
    const forged = { ...file, spec: { ...file.spec, encoder: record } };
    await saveModel(at("forged.safetensors"), { ...model, file: async () => forged });
    const loaded = await loadModel(at("forged.safetensors"), caption, { device });
    await expect(describeImages(loaded, [at("shapes/00002.png")])).rejects.toThrow(
      `the model's encoder is "zero"; give the path of that file`,
    );
    // Nor are the folders of images and vectors.
    for (const part of [captionCommand.evaluate, captionCommand.predict])
      expect(part.remembered).toBeUndefined();
  });

  it("stay in their folder", async () => {
    const list = async (file: string): Promise<string> => {
      writeFileSync(at("climbing.json"), JSON.stringify([{ file, captions: ["a thing"] }]));
      return readCaptions(at("climbing.json"), { images: at("shapes") }).then(
        () => "read",
        (error: Error) => error.message,
      );
    };
    for (const file of ["../secret.png", "a/../../secret.png", "..", ".", "./"])
      expect(await list(file)).toContain(
        `climbing.json: image ${JSON.stringify(file)} is not in the folder of the images, ${at("shapes")}`,
      );
    expect(await list("/etc/hostname")).toContain(at("shapes/etc/hostname"));
    for (const file of ["00000.png", "./00000.png", "x/../00000.png"]) expect(await list(file)).toBe("read");
  });

  it("that are not images, and captions of none, are refused by name", async () => {
    writeFileSync(at("text.png"), "no image");
    await expect(describeImages(model, [at("text.png")])).rejects.toThrow(
      "text.png: expected a PNG, JPEG or WebP",
    );
    writeFileSync(at("gone.json"), JSON.stringify([{ file: "gone.png", captions: ["a thing"] }]));
    await expect(readCaptions(at("gone.json"))).rejects.toThrow("gone.png");
    writeFileSync(at("cut.json"), '[{"file": "a.png", "captions": ["a th');
    await expect(readCaptions(at("cut.json"))).rejects.toThrow("cut.json, line 1: this is not JSON");
    await expect(readCaptions(captions, { encoder: at("text.png") })).rejects.toThrow(
      "text.png: this is not an ONNX file",
    );
    await expect(readCaptions(captions, { tap: "fc9" })).rejects.toThrow("the graph has no 'fc9'");
  });
});

describe("the commands", () => {
  const said: string[] = [];
  const written = new Map<string, string>();
  const context = (given: UseContext["given"] = {}): UseContext => ({
    given,
    modelPath: "m.safetensors",
    say: (line) => said.push(line),
    status: () => {},
    out: async () => {},
    write: async (path, content) => void written.set(path, String(content)),
  });
  const { evaluate, predict, train: training, further } = captionCommand;
  const score = (given: Record<string, unknown>) =>
    evaluate.run(model, captions, evaluate.flags.parse(given), context(given));

  it("score a part beside the model blind", async () => {
    const { json, text } = await score({ part: "train", baseline: true });
    const [own, blind] = json as Record<string, number>[];
    expect(json).toMatchObject([
      { model: "this model", images: 28 },
      { model: "shuffled features", images: 28 },
    ]);
    expect(own?.["bleu4"]).toBeGreaterThan(0.8);
    expect(blind?.["bleu4"]).toBeLessThan(own?.["bleu4"] as number);
    expect(blind?.["exact"]).toBeLessThan(0.5);
    expect(text).toMatch(/^score +this model +shuffled features\nexact +/u);
    expect(said).toContainEqual(expect.stringContaining("filter-bank: input"));
    expect((await score({ part: "test", beam: "3" })).json).toMatchObject([{ images: 8 }]);
  });

  it("write a page of images, captions and references", async () => {
    await score({ part: "test", page: at("captions.html") });
    const html = written.get(at("captions.html")) ?? "";
    expect(html.match(/<figure>/gu)).toHaveLength(8);
    expect(html).toMatch(/<img src="shapes\/\d{5}\.png" alt="/u);
    expect(() => evaluate.flags.parse({ page: "captions.txt" })).toThrow("--page must name a .html file");
  });

  it("write a page on which every name of a file is its address", async () => {
    const names = ["a#1.png", "50% off?.png", "a b&c.png", "d:e'f.png", "ünï.png", "%23.png"];
    const vector = (await readCaptions(captions)).images[0]!.vector;
    const images = names.map((name) => ({ vector, captions: ["a thing"], path: at(`photos/${name}`) }));
    const html = await pageOfImages(at("pages/captions.html"), model, { images });
    const sources = [...html.matchAll(/<img src="([^"]*)"/gu)].map(([, source]) => source!);
    const base = pathToFileURL(at("pages/captions.html"));
    expect(sources.map((source) => fileURLToPath(new URL(source, base)))).toEqual(
      names.map((name) => at(`photos/${name}`)),
    );
    expect(sources[0]).toBe("../photos/a%231.png");
  });

  it("describe an image, or a folder of them", async () => {
    const run = (path: string, given = {}) => predict.run(model, path, predict.flags.parse(given), context());
    expect((await run(at("shapes/00000.png"))).text).toMatch(/^\S+00000\.png\t[a-z ]+$/u);
    const { json } = await run(at("shapes"), { beam: "2" });
    expect(json).toHaveLength(40);
    expect(json[0]).toMatchObject({ file: at("shapes/00000.png") });
    expect((json[0] as { captions: object[] }).captions).toHaveLength(2);
  });

  it("make images, the same again from the same seed, in a new folder", async () => {
    const [shapes] = further;
    const flags = shapes!.flags.parse({ count: "3", seed: "3" });
    const { json, text } = await shapes!.run(at("again"), flags, context());
    expect(json).toEqual([{ captions: at("again/captions.json"), images: 3, seed: 3 }]);
    expect(text).toBe(`unrolled caption train ${at("again/captions.json")}`);
    for (const name of ["00000.png", "00001.png", "00002.png"]) {
      expect(readFileSync(at(`again/${name}`))).toEqual(readFileSync(at(`shapes/${name}`)));
    }
    const list = JSON.parse(readFileSync(at("again/captions.json"), "utf8")) as { captions: string[] }[];
    for (const item of list) expect(item.captions).toHaveLength(5);
    await expect(shapes!.run(at("again"), flags, context())).rejects.toThrow(
      "again: the folder has 4 files already; name a new one, or empty it",
    );
    await expect(shapes!.run(captions, flags, context())).rejects.toThrow("is a file, or may not be read");
    expect(() => shapes!.flags.parse({ side: "4" })).toThrow("--side must be a whole number from 8 to 1024");
  });

  it("read flags of training, and name what is wrong", async () => {
    const given = { images: at("shapes"), preprocessing: "plain", condition: "start", minCount: "2" };
    const flags = training.flags.parse(given);
    expect(training.options(flags, given)).toEqual({ condition: "start", minCount: 2 });
    const { data } = await training.read(captions, flags, { seed: 1 }, context());
    expect(data).toMatchObject({ encoder: { encoder: "filter-bank", preprocessing: "plain" } });
    expect(() => training.flags.parse({ preprocessing: "none" })).toThrow("--preprocessing must be one of");
    await expect(score({ part: "validation", encoder: at("gone.onnx") })).rejects.toThrow("gone.onnx");
  });

  it("take the parts that a file names", async () => {
    const list = JSON.parse(readFileSync(captions, "utf8")) as object[];
    const named = list.map((item, i) => ({ ...item, split: i < 5 ? "test" : "train" }));
    writeFileSync(at("shapes/named.json"), JSON.stringify(named));
    const run = (given: Record<string, unknown>) =>
      evaluate.run(model, at("shapes/named.json"), evaluate.flags.parse(given), context(given));
    expect((await run({ part: "test" })).json).toMatchObject([{ images: 5 }]);
    await expect(run({ part: "validation" })).rejects.toThrow("--part validation: training had no such part");
    writeFileSync(at("one.json"), JSON.stringify(list.slice(0, 1)));
    const one = evaluate.run(
      model,
      at("one.json"),
      evaluate.flags.parse({ baseline: true, images: at("shapes") }),
      context(),
    );
    await expect(one).rejects.toThrow("--baseline shuffles features, which needs two images or more");
    rmSync(at("shapes/named.json"));
  });
});

const photographs = new URL("../../../../shared/data/coco-mini-cc/captions.json", import.meta.url);
test.skipIf(!existsSync(photographs))(
  "photographs that were learned by heart are described word for word (needs shared/data)",
  async () => {
    const { encoder, images } = await readCaptions(photographs.pathname, { cache: at("photographs") });
    const learned = images
      .filter(({ split }) => split === "train")
      .map((image) => ({ ...image, split: undefined }));
    const settings = { split: 1, epochs: 60, batch: 16, device };
    const run = train(caption(), { images: learned, encoder }, settings);
    await run.finish();
    const score = await (await run.latest()).score("train", { hasBaseline: false });
    expect(score).toMatchObject({ images: 26, exact: 1, ended: 1 });
    expect(score.perplexity).toBeLessThan(1.5);
  },
);
