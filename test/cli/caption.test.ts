// Captions on the command line, from PNG files to sentences: pictures that the project makes, features of the built-in
// encoder, kept; what is wrong with pictures and files.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
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

test("the pictures are listed with five captions each, and the same again from the same seed", async () => {
  const list = JSON.parse(readFileSync(captions, "utf8")) as { file: string; captions: string[] }[];
  expect(list.length).toBe(40);
  for (const item of list) expect(item.captions.length).toBe(5);
  await fine("caption", "shapes", at("again"), "--count", "3", "--seed", "3");
  for (const { file } of list.slice(0, 3)) {
    expect(readFileSync(at(`again/${file}`))).toEqual(readFileSync(at(`shapes/${file}`)));
  }
});

test("what was learned by heart is found again, by one word after the other and by beams", async () => {
  const words = ["caption", "eval", model, captions, "--part", "train", "--json"];
  const [greedy] = objects((await fine(...words)).stdout);
  expect(greedy).toMatchObject({ images: 28 });
  expect(greedy?.["bleu4"]).toBeGreaterThan(0.8);
  const [beams] = objects((await fine(...words, "--beam", "3")).stdout);
  expect(beams?.["bleu4"]).toBeGreaterThan(0.8);
  const [shuffled] = objects((await fine(...words, "--shuffle")).stdout);
  expect(shuffled?.["bleu4"]).toBeLessThan(greedy?.["bleu4"] as number);
  expect(shuffled?.["exact"]).toBeLessThan(0.5);
});

test("a page shows pictures, captions and references", async () => {
  const page = at("captions.html");
  await fine("caption", "eval", model, captions, "--part", "test", "--page", page);
  const html = readFileSync(page, "utf8");
  expect(html.match(/<figure>/gu)?.length).toBe(8);
  expect(html).toMatch(/<img src="shapes\/\d{5}\.png" alt="/u);
});

test("a picture, or a folder of them, is described; features are kept by content", async () => {
  const picture = at("shapes/00000.png");
  const { stdout } = await fine("predict", model, picture);
  expect(stdout).toMatch(/^\S+00000\.png\t[a-z ]+\n$/u);
  const [first] = objects((await fine("predict", model, at("shapes"), "--json", "--beam", "2")).stdout);
  expect(first?.["file"]).toBe(picture);
  expect(first?.["captions"]).toHaveLength(2);
  expect(readdirSync(at("shapes/.features")).length).toBeGreaterThan(0);
});

test("files that are no pictures, and captions of none, are refused by name", async () => {
  writeFileSync(at("text.png"), "no picture");
  await refused(["predict", model, at("text.png")], "text.png");
  writeFileSync(at("list.json"), JSON.stringify([{ file: "gone.png", captions: ["a thing"] }]));
  await refused(["caption", "train", at("list.json"), "--split", "1"], "gone.png");
  writeFileSync(at("cut.json"), '[{"file": "a.png", "captions": ["a th');
  await refused(["caption", "train", at("cut.json")], "cut.json");
  await refused(["caption", "train", captions, "--encoder", at("text.png")], "text.png");
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
