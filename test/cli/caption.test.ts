// Captions on the command line, from PNG files to sentences: images that the project makes, features of the built-in
// encoder, kept; errors in images and files.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { filterBank } from "../../src/tasks/caption/images/filter-bank.ts";
import { fine, objects, refused, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const captions = at("shapes/captions.json");
const model = at("captions.safetensors");

beforeAll(async () => {
  await fine("caption", "shapes", at("shapes"), "--count", "40", "--seed", "3");
  const words = ["--size", "64", "--embedding", "16", "--epochs", "30", "--rate", "0.01", "--batch", "20"];
  await fine("caption", "train", captions, ...words, "--split", "0.7/0.1/0.2", "--out", model);
});

test("images are listed with five captions each, and the same seed makes the same images", async () => {
  const list = JSON.parse(readFileSync(captions, "utf8")) as { file: string; captions: string[] }[];
  expect(list.length).toBe(40);
  for (const item of list) expect(item.captions.length).toBe(5);
  await fine("caption", "shapes", at("again"), "--count", "3", "--seed", "3");
  for (const { file } of list.slice(0, 3)) {
    expect(readFileSync(at(`again/${file}`))).toEqual(readFileSync(at(`shapes/${file}`)));
  }
});

test("captions learned by heart are found greedily and by beam search, and not by a blind model", async () => {
  const words = ["caption", "eval", model, captions, "--part", "train", "--json"];
  const [greedy] = objects((await fine(...words)).stdout);
  expect(greedy).toMatchObject({ images: 28 });
  expect(greedy?.["bleu4"]).toBeGreaterThan(0.8);
  const [beams] = objects((await fine(...words, "--beam", "3")).stdout);
  expect(beams?.["bleu4"]).toBeGreaterThan(0.8);
  const [seeing, blind] = objects((await fine(...words, "--baseline")).stdout);
  expect(seeing).toEqual(greedy);
  expect(blind).toMatchObject({ model: "shuffled features", images: 28 });
  expect(blind?.["bleu4"]).toBeLessThan(greedy?.["bleu4"] as number);
  expect(blind?.["exact"]).toBeLessThan(0.5);
});

test("a page shows images, captions and references", async () => {
  const page = at("captions.html");
  await fine("caption", "eval", model, captions, "--part", "test", "--page", page);
  const html = readFileSync(page, "utf8");
  expect(html.match(/<figure>/gu)?.length).toBe(8);
  expect(html).toMatch(/<img src="shapes\/\d{5}\.png" alt="/u);
});

test("an image, or a folder of them, is described; features are kept by content", async () => {
  const image = at("shapes/00000.png");
  const { stdout } = await fine("predict", model, image);
  expect(stdout).toMatch(/^\S+00000\.png\t[a-z ]+\n$/u);
  const [first] = objects((await fine("predict", model, at("shapes"), "--json", "--beam", "2")).stdout);
  expect(first?.["file"]).toBe(image);
  expect(first?.["captions"]).toHaveLength(2);
  expect(readdirSync(at("shapes/.features")).length).toBeGreaterThan(0);
});

test("no path is in a model: where its encoder and its images are is said with each command", async () => {
  writeFileSync(at("bank.onnx"), filterBank());
  writeFileSync(at("list.json"), readFileSync(captions));
  const paths = ["--images", at("shapes"), "--encoder", at("bank.onnx"), "--cache", at("kept")];
  const out = at("by-content.safetensors");
  const words = [
    "--preprocessing",
    "plain",
    "--size",
    "4",
    "--embedding",
    "4",
    "--steps",
    "1",
    "--split",
    "0.5",
  ];
  const train = ["caption", "train", at("list.json"), ...paths];
  const { stderr } = await fine(...train, ...words, "--out", out, "--resumable");
  expect(stderr).toContain(`eval ${out} ${at("list.json")} ${paths.join(" ")}\n`);
  expect(readFileSync(out, "latin1")).not.toContain(folder);
  await refused(["eval", out, captions], `the model's encoder is "bank.onnx", whose SHA-256 begins with`);
  await refused(["eval", out, at("list.json"), "--part", "all", "--encoder", at("bank.onnx")], "00000.png");
  await fine("eval", out, at("list.json"), ...paths);
  await fine("predict", out, at("shapes/00000.png"), "--encoder", at("bank.onnx"));
  await fine(...train, "--resume", out, "--steps", "2");
  rmSync(at("list.json"));
});

test("files that are not images, and captions of missing images, are refused by name", async () => {
  writeFileSync(at("text.png"), "not an image");
  await refused(["predict", model, at("text.png")], "text.png");
  writeFileSync(at("list.json"), JSON.stringify([{ file: "gone.png", captions: ["a thing"] }]));
  await refused(["caption", "train", at("list.json"), "--split", "1"], "gone.png");
  writeFileSync(at("cut.json"), '[{"file": "a.png", "captions": ["a th');
  await refused(["caption", "train", at("cut.json")], "cut.json");
  await refused(["caption", "train", captions, "--encoder", at("text.png")], "text.png");
});

test("images in parts of their own are divided by them, and a split is refused", async () => {
  const list = JSON.parse(readFileSync(captions, "utf8")) as { file: string; captions: string[] }[];
  const parts = ["train", "train", "val", "test"];
  const divided = at("shapes/divided.json");
  writeFileSync(divided, JSON.stringify(list.map((image, i) => ({ ...image, split: parts[i % 4] }))));
  const words = ["caption", "train", divided, "--size", "6", "--embedding", "4", "--steps", "1"];
  const out = ["--out", at("divided.safetensors")];
  const { stderr } = await fine(...words, ...out, "--resumable");
  expect(stderr).toContain("train on 20 images, validate on 10, leave 10 for testing");
  await refused([...words, "--split", "0.9"], "the images are in parts already, so 0.9 would do nothing");
  await refused(
    [...words, "--split", "0.8/0.1/0.1"],
    "the images are in parts already, so 0.8/0.1/0.1 would do nothing",
  );
  await fine("caption", "train", divided, "--resume", at("divided.safetensors"), "--steps", "2");
});

const photographs = new URL("../../../shared/data/coco-mini-cc/captions.json", import.meta.url);
test.skipIf(!existsSync(photographs))(
  "photographs that were learned by heart are described word for word (needs shared/data)",
  async () => {
    const [file, kept] = [photographs.pathname, ["--cache", at("photographs")]];
    const heart = ["--split", "1", "--epochs", "60", "--batch", "16", "--out", at("photographs.safetensors")];
    await fine("caption", "train", file, ...kept, ...heart);
    const words = ["eval", at("photographs.safetensors"), file, ...kept, "--part", "train", "--json"];
    const [found] = objects((await fine(...words)).stdout);
    expect(found).toMatchObject({ images: 26, exact: 1, ended: 1 });
    expect(found?.["perplexity"]).toBeLessThan(1.5);
  },
);
