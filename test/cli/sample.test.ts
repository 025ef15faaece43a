// Text from a model on the command line: many prompts, stops, patterns, beam search, and models of sub-words.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { fine, objects, refused, temporaryFolder, unrolled } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const tokenizer = new URL("../goldens/tokenizer/tokenizer.json", import.meta.url).pathname;
const text = "the cat sat on the mat.\nthe dog dug.\n".repeat(60);
const [model, words, subwords] = ["chars.safetensors", "words.safetensors", "subwords.safetensors"].map(at);

const made = async (...words: string[]): Promise<string> => (await fine("sample", ...words)).stdout;

beforeAll(async () => {
  writeFileSync(at("text.txt"), text);
  const small = ["--size", "24", "--epochs", "8", "--rate", "0.02", "--batch", "8", "--window", "16"];
  const train = (out: string, ...more: string[]): Promise<unknown> =>
    unrolled(["train", at("text.txt"), ...small, "--out", out, ...more]);
  await train(model as string);
  await train(words as string, "--unit", "word", "--dropout", "0", "--input-dropout", "0", "--epochs", "10");
  await train(subwords as string, "--unit", "subword", "--tokenizer", tokenizer, "--epochs", "40");
});

describe("sample", () => {
  test("continues many prompts, each as it would alone", async () => {
    writeFileSync(at("prompts.txt"), "the c\r\n\nthe d\n");
    const choice = [model as string, "--length", "12"];
    const together = await made(...choice, "--prompts", at("prompts.txt"), "--seed", "4");
    const alone = [
      await made(...choice, "--prompt", "the c", "--seed", "4"),
      await made(...choice, "--prompt", "the d", "--seed", "5"),
    ];
    expect(together).toBe(alone.join(""));
    const json = objects(await made(...choice, "--prompt", "the c", "--prompt", "the d", "--json"));
    expect(json.map((line) => line["prompt"])).toEqual(["the c", "the d"]);
  });

  test("continues a file's text, as 'sample', 'predict' and 'language predict'", async () => {
    writeFileSync(at("beginning.txt"), "the dog dug.\nthe c");
    const cold = [model as string, at("beginning.txt"), "--temperature", "0", "--length", "6"];
    expect(await made(...cold)).toBe("the dog dug.\nthe cat sat\n");
    expect((await fine("predict", ...cold)).stdout).toBe("the dog dug.\nthe cat sat\n");
    expect((await fine("language", "predict", ...cold)).stdout).toBe("the dog dug.\nthe cat sat\n");
    writeFileSync(at("other.txt"), "the 9");
    await refused(
      ["predict", model as string, at("other.txt")],
      "other.txt: prompt: outside the model's alphabet",
    );
  });

  test("ends before a stop", async () => {
    const cold = ["--temperature", "0", "--length", "99"];
    expect(await made(model as string, "--prompt", "the c", ...cold, "--stop", "\\n")).toBe(
      "the cat sat on the mat.\n",
    );
    expect(await made(model as string, "--prompt", "the c", ...cold, "--stop", "mat", "--stop", "on")).toBe(
      "the cat sat \n",
    );
  });

  test("keeps to a pattern, in characters and sub-words", async () => {
    const pattern = "(cat|dog)s? [a-t ]{3,8}\\.";
    for (const file of [model, subwords] as string[]) {
      const lines = objects(
        await made(file, "--match", pattern, "--length", "20", "--temperature", "2", "--json"),
      );
      expect(lines[0]?.["text"]).toMatch(new RegExp(`^${pattern}$`, "u"));
    }
  });

  test("finds the most likely text by beam search, to the end of a line", async () => {
    const beam = ["--beam", "3", "--length", "40", "--stop", "\\n"];
    expect(await made(model as string, "--prompt", "the c", ...beam)).toBe("the cat sat on the mat.\n");
    expect(await made(words as string, "--prompt", "the dog", ...beam)).toBe("the dog dug.\n");
    const [line] = objects(await made(model as string, "--prompt", "the c", ...beam, "--json"));
    expect(line?.["beams"]).toHaveLength(3);
  });

  test("writes sub-words, whose model is measured in perplexity and bits per byte", async () => {
    expect(
      await made(subwords as string, "--prompt", "the dog dug.\n", "--temperature", "0", "--length", "40"),
    ).toContain("the cat sat on the mat.\nthe dog dug.");
    const { stdout } = await unrolled(["eval", subwords as string, at("text.txt"), "--part", "all"]);
    expect(stdout).toMatch(/perplexity 1\.\d, over .* sub-words, 0\.\d{3} bits per byte/u);
  });

  test.each([
    [["--beam", "2", "--seed", "3"], "beam search does not sample; leave out --seed, or --beam"],
    [["--length-penalty", "1"], "--length-penalty is for beam search; give --beam, too, or leave it out"],
    [["--beam", "0"], "--beam must be a whole number from 1 to 1000, not '0'"],
    [
      ["--match", "a+", "--stop", "b"],
      "--stop could cut a text that --match requires; write the end into the pattern",
    ],
    [["--beam", "2", "--stop", "at"], "the stop must be one symbol of the model, not 'at', which is 2"],
    [["--match", "(a"], 'pattern "(a": it is not a regular expression'],
    [["--match", "[0-9]+"], "the pattern needs characters that the model's alphabet lacks"],
    [["--match", "a{9}", "--length", "8"], "the constraint asks for 9 symbols or more"],
    [["--stop", ""], "stop strings: one is empty, which would stop at once; leave it out"],
    [["--prompts", "no.txt"], "cannot read no.txt: there is no such file"],
    [["--prompt", "the 7", "--prompt", "a"], "7"],
  ])("refuses %j", async (options, message) => {
    await refused(["sample", model as string, ...options], message);
  });

  test("names the line of a prompt that the alphabet lacks", async () => {
    writeFileSync(at("bad.txt"), "the\n\nzebra 7\n");
    await refused(
      ["sample", model as string, "--prompts", at("bad.txt")],
      "bad.txt, line 3: prompt: outside the",
    );
  });

  test("refuses a pattern for words, and sub-words without their tokenizer", async () => {
    await refused(
      ["sample", words as string, "--match", "a"],
      "a pattern needs characters, bytes or sub-words; the symbols of this model are words",
    );
    await refused(
      ["train", at("text.txt"), "--unit", "subword"],
      "--unit subword and --tokenizer FILE go together; give both or neither",
    );
    await refused(
      ["train", at("text.txt"), "--unit", "subword", "--tokenizer", at("text.txt")],
      "text.txt: it is not JSON",
    );
  });
});
