// `train`, `sample` and `eval` as a person uses them: what they print and save, and how runs are resumed.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { objects, temporaryFolder, unrolled, type Result } from "./run.ts";
import { sentences } from "./text.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const text = at("text.txt");
writeFileSync(text, sentences(6000));
const small = ["--size", "16", "--batch", "8", "--window", "20", "--rate", "0.02", "--cell", "gru"];

const train = (words: readonly string[], settings = {}): Promise<Result> =>
  unrolled(["train", text, ...words], settings);

/** The tensors of a model: everything that the run has learned. */
function weights(path: string): Record<string, unknown> {
  const { tensors } = decodeSafetensors(readFileSync(path));
  return Object.fromEntries([...tensors].map(([name, tensor]) => [name, tensor.data]));
}

test("train prints start, steps, validations and end, and nothing else, as JSON lines", async () => {
  const out = at("lines.safetensors");
  const { code, stdout, stderr } = await train([...small, "--steps", "40", "--json", "--out", out]);
  expect(code).toBe(0);
  const lines = objects(stdout);
  expect(lines[0]).toEqual({
    event: "start",
    parameters: expect.any(Number),
    device: expect.stringMatching(/^(native|wasm)$/u),
    threads: expect.any(Number),
  });
  expect(lines.filter((l) => l["event"] === "step").map((l) => l["step"])).toEqual(
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  expect(lines[1]).toEqual({
    event: "step",
    step: 1,
    nats: expect.any(Number),
    tokensPerSecond: expect.any(Number),
    epochs: expect.any(Number),
    share: 1 / 40,
    rate: 0.02,
    gradientNorm: expect.any(Number),
  });
  const validations = lines.filter((l) => l["event"] === "validation");
  // 5,400 characters in 8 lanes are 34 windows of 20.
  expect(validations.map((l) => l["step"])).toEqual([34, 40]);
  const { nats, bits } = validations[1] as { nats: number; bits: number };
  expect(bits).toBeCloseTo(nats / Math.LN2, 12);
  expect(nats).toBeLessThan(2.8);
  const least = Math.min(...validations.map((l) => l["nats"] as number));
  expect(lines.at(-1)).toEqual({
    event: "end",
    validation: { nats: least, bits: least / Math.LN2 },
    seconds: expect.any(Number),
    model: out,
    part: "validation",
    scores: ["this model", "Kneser-Ney, 5-grams", "half of each"].map((model) =>
      expect.objectContaining({ model, nats: expect.any(Number) }),
    ),
  });
  expect(lines).toHaveLength(1 + 40 + 2 + 1);
  expect(stderr).toContain("train on 5,400 characters, validate on the last 600\n");
});

test("train prints its messages on stderr: the split, and what to do next", async () => {
  const out = at("talk.safetensors");
  const { stdout, stderr } = await train([...small, "--epochs", "1", "--split", "0.8/0.1", "--out", out]);
  expect(stdout).toBe("");
  expect(stderr).toContain("train on 4,800 characters, validate on the next 600\n");
  expect(stderr).toMatch(/update 30: validation \d\.\d{3} nats, \d\.\d{3} bits per character\n/u);
  expect(stderr).toMatch(/guessing by frequency would reach \d\.\d{3} nats/u);
  expect(stderr).toMatch(/training loss {3}[▁-█]+ {2}\d\.\d+ → \d\.\d+\n/u);
  expect(stderr).toMatch(
    /on the validation part, which training left out:\nmodel +nats +bits per character\nthis model +\d/u,
  );
  expect(stderr).toContain(`saved in ${out}; to use it:\n  unrolled sample ${out}\n`);
});

test("on a terminal one line is redrawn with loss, speed and time left", async () => {
  const lineOf = async (columns: number, length: readonly string[]): Promise<string> => {
    const words = [...small, ...length, "--force", "--out", at("line.safetensors")];
    const { stderr } = await train(words, { isTTY: true, columns });
    const shown = stderr.replaceAll("\u001b", "<esc>");
    return /<esc>\[2K([━─][^\r\n<]*|\d[^\r\n<]*left)/u.exec(shown)?.[1] ?? "";
  };
  const steps = ["--steps", "3"];
  expect(await lineOf(120, steps)).toMatch(
    /^━{6}─{14} {2}33 % {2}update 1 {2}\d\.\d{3} nats {2}\d\.\d{3} bits\/char {2}[\d,]+ characters\/s {2}\d+ s left$/u,
  );
  expect(await lineOf(70, ["--epochs", "2"])).toMatch(
    /^━?─{19,} {2}\d % {2}epoch 1 of 2 {2}\d\.\d{3} nats {2}\d+ s left$/u,
  );
  // The narrower, the fewer fields; what is left to wait for goes last.
  expect(await lineOf(40, steps)).toMatch(/^33 % {2}\d\.\d{3} nats {2}\d+ s left$/u);
});

test("the task's own score stands beside the loss, and beside a baseline at the end", async () => {
  const table = at("letters.csv");
  const rows = Array.from({ length: 60 }, (_, i) => `${"ab"[i % 2]!.repeat(5)},${"xy"[i % 2]}\n`);
  writeFileSync(table, `text,label\n${rows.join("")}`);
  const words = ["--size", "8", "--rate", "0.02", "--out", at("letters.safetensors")];
  const good = await unrolled(["classify", "train", table, ...words, "--epochs", "30"]);
  expect(good.stderr).toMatch(/update \d+: validation loss \d\.\d{4}, accuracy \d+\.\d %( |\n)/u);
  expect(good.stderr).toMatch(/this model +100\.0 % +100\.0 %\nnaive Bayes/u);
  const brief = await unrolled([
    "classify",
    "train",
    table,
    ...words,
    "--force",
    "--rate",
    "1e-9",
    "--steps",
    "2",
  ]);
  expect(brief.code).toBe(0);
  expect(brief.stderr).toMatch(/at least as good as the model|no better than guessing/u);
  expect(brief.stderr).toContain("after only 2 updates; train longer");
});

test("a run whose loss ends far above its start is said to have diverged, and ends with code 1", async () => {
  const out = at("far.safetensors");
  const { code, stderr } = await train([...small, "--rate", "1000", "--steps", "30", "--out", out]);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /the run has diverged: \d\.\d{3} nats at its first update, \d{3,}\.\d{3} nats at its last ones/u,
  );
  expect(stderr).toContain("lower --rate (it was 1000)");
  expect((await unrolled(["sample", out, "--length", "5"])).code).toBe(0);
});

test("hints name the program as it was started", async () => {
  const environment = { npm_command: "exec" };
  const words = [...small, "--steps", "2", "--out", at("npx.safetensors")];
  expect((await train(words, { environment })).stderr).toContain("  npx unrolled sample ");
});

test("a finished run keeps the model alone, unless it is to be resumed; slim makes the one of the other", async () => {
  const [plain, whole, slim] = ["plain", "resumable", "resumable-slim"].map((name) =>
    at(`${name}.safetensors`),
  );
  const settings = [...small, "--steps", "4"];
  await train([...settings, "--out", plain as string]);
  await train([...settings, "--out", whole as string, "--resumable"]);
  expect((await unrolled(["slim", whole as string])).code).toBe(0);
  expect(weights(slim as string)).toEqual(weights(plain as string));
  const size = (path?: string): number => statSync(path as string).size;
  expect(size(plain)).toBeLessThan(0.5 * size(whole));
  expect((await unrolled(["sample", slim as string, "--length", "9"])).stdout).toBe(
    (await unrolled(["sample", whole as string, "--length", "9"])).stdout,
  );
  const refused = await unrolled(["train", text, "--resume", plain as string]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("--resumable");
  const info = await unrolled(["info", plain as string]);
  expect(info.stdout).toContain("cannot be resumed");
  expect(info.stdout).toMatch(/updates +4/u);
});

test("without a validation part there is none to report", async () => {
  const words = [...small, "--steps", "2", "--split", "1", "--json", "--out", at("whole.safetensors")];
  expect(objects((await train(words)).stdout).at(-1)).toMatchObject({ event: "end", validation: null });
});

test("a run that was interrupted and resumed has the same bits as one that was not", async () => {
  const whole = at("whole-run.safetensors");
  const parts = at("parts.safetensors");
  const settings = [...small, "--dropout", "0.2", "--layers", "2"];
  await train([...settings, "--steps", "50", "--out", whole]);
  let interrupts = 0;
  const first = await train([...settings, "--steps", "50", "--out", parts], {
    onTalk: (said: string, interrupt: () => void) => {
      if (said.includes("validation") && interrupts++ === 0) interrupt();
    },
  });
  expect(first.code).toBe(130);
  expect(first.stderr).toContain("finishing this step, then saving; Ctrl-C again quits at once");
  expect(first.stderr).toContain(
    `saved after update 34 in ${parts}; to resume:\n  unrolled train ${text} --resume ${parts}\n`,
  );
  const second = await unrolled(["train", text, "--resume", parts]);
  expect(second.code).toBe(0);
  expect(second.stderr).toContain("resumed after update 34");
  expect(weights(parts)).toEqual(weights(whole));
});

test("a run that is interrupted with --json says where it is", async () => {
  const out = at("stopped.safetensors");
  const { code, stdout } = await train([...small, "--steps", "5000", "--json", "--out", out], {
    onTalk: (_said: string, interrupt: () => void) => setTimeout(interrupt, 50),
  });
  expect(code).toBe(130);
  const last = objects(stdout).at(-1);
  expect(last).toMatchObject({ event: "interrupted", model: out });
  expect(last?.["step"]).toBeLessThan(5000);
});

test("a resumed run may have another budget, and says so when the old one is used up", async () => {
  const out = at("longer.safetensors");
  await train([...small, "--steps", "10", "--resumable", "--out", out]);
  const done = await unrolled(["train", text, "--resume", out]);
  expect(done.code).toBe(0);
  expect(done.stderr).toContain("the saved run had used up its budget; give a larger one to continue:");
  expect(done.stderr).toContain(`unrolled train ${text} --resume ${out} --steps 20\n`);
  const more = await unrolled(["train", text, "--resume", out, "--steps", "12", "--json"]);
  expect(
    objects(more.stdout)
      .filter((l) => l["event"] === "step")
      .map((l) => l["step"]),
  ).toEqual([11, 12]);
});

test("--save-every saves in between", async () => {
  const out = at("often.safetensors");
  const seen: boolean[] = [];
  const { code } = await train([...small, "--steps", "40", "--save-every", "5", "--out", out], {
    onTalk: (said: string) => {
      if (said.includes("update 34: validation")) seen.push(existsSync(out));
    },
  });
  expect(code).toBe(0);
  expect(seen[0]).toBe(true);
});

test("equations of one's own in a file train like a built-in cell of the same equations", async () => {
  const file = at("mine.cell");
  writeFileSync(
    file,
    "q = σ(A x + B s + k)\np = σ(C x + D s + l)\nm = tanh(E x + c + q ⊙ (F s + e))\ns' = (1 - p) ⊙ m + p ⊙ s\noutput s\n",
  );
  const lossesOf = async (cell: string): Promise<unknown[]> => {
    const words = ["--size", "16", "--batch", "8", "--window", "20", "--steps", "1", "--json"];
    const { stdout } = await train([...words, "--cell", cell, "--force", "--out", at("either.safetensors")]);
    return objects(stdout).flatMap((l) => (l["event"] === "start" ? [l["parameters"]] : []));
  };
  expect(await lossesOf(file)).toEqual(await lossesOf("gru"));
});

test("a model that does not predict bytes or characters it never saw is sampled and evaluated", async () => {
  const out = at("model.safetensors");
  await train([...small, "--epochs", "6", "--out", out]);
  const first = await unrolled(["sample", out, "--prompt", "the ", "--length", "60", "--seed", "3"]);
  expect(first.code).toBe(0);
  expect(first.stdout).toMatch(/^the /u);
  expect(first.stdout.replace(/\n$/u, "").length).toBeGreaterThanOrEqual(63);
  const again = await unrolled(["sample", out, "--prompt", "the ", "--length", "60", "--seed", "3"]);
  expect(again.stdout).toBe(first.stdout);
  const other = await unrolled(["sample", out, "--prompt", "the ", "--length", "60", "--seed", "4"]);
  expect(other.stdout).not.toBe(first.stdout);
  const greedy = ["sample", out, "--length", "30", "--temperature", "0", "--json"];
  const [json] = objects((await unrolled(greedy)).stdout);
  expect(json).toMatchObject({ prompt: "", seed: 1 });
  expect(json?.["text"]).toHaveLength(30);
  expect((await unrolled([...greedy, "--seed", "9"])).stdout.replace('"seed":9', '"seed":1')).toBe(
    `${JSON.stringify(json)}\n`,
  );

  const evaluate = ["eval", out, text, "--part", "all"];
  const [measured] = objects((await unrolled([...evaluate, "--json"])).stdout);
  expect(measured?.["bits"]).toBeCloseTo((measured?.["nats"] as number) / Math.LN2, 12);
  expect(measured?.["nats"]).toBeLessThan(1);
  expect((await unrolled(evaluate)).stdout).toMatch(
    /^0\.\d{3} nats, \d\.\d{3} bits per character, over 5,99\d of 6,000 characters\n$/u,
  );
  const held = await unrolled(["eval", out, text]);
  expect(held.stderr).toContain("scored on the validation part, 600 of 6,000");
  expect(held.stdout).toMatch(/ over 5\d\d of 600 characters\n$/u);
  const another = at("another.txt");
  writeFileSync(another, sentences(6000).slice(100));
  const other2 = await unrolled(["eval", out, another]);
  expect(other2.stderr).toBe("");
  expect(other2.stdout).toMatch(/ of 5,900 characters\n$/u);
});

test("bytes are read as they are", async () => {
  const file = at("bytes.bin");
  writeFileSync(file, Buffer.from(sentences(3000).replaceAll("a", "\u00ff"), "latin1"));
  const out = at("bytes.safetensors");
  const { code, stderr } = await unrolled([
    "train",
    file,
    ...small,
    "--unit",
    "byte",
    "--steps",
    "2",
    "--out",
    out,
  ]);
  expect(code).toBe(0);
  expect(stderr).toContain("train on 2,700 bytes, validate on the last 300\n");
  expect(stderr).toContain("bits per byte");
});

test("a loss that is not finite names step and parameter, and the file with the last good state", async () => {
  const out = at("diverged.safetensors");
  const wild = ["--optimizer", "sgd", "--rate", "1e38", "--clip", "0"];
  const { code, stderr } = await train([...small, ...wild, "--steps", "50", "--out", out]);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /error: training, step \d+: the (gradient|weights) of (layer1|readout)\.\w+ .*lower the rate/u,
  );
  expect(stderr).toMatch(/the last good state, after update \d+ is saved in /u);
  const values = Object.values(weights(out)) as Float32Array[];
  expect(values.every((list) => list.every((value) => Number.isFinite(value)))).toBe(true);
});

test("a run that diverges keeps its earlier save where there is no best one to save", async () => {
  const out = at("kept.safetensors");
  const wild = ["--optimizer", "sgd", "--rate", "1e38", "--clip", "0", "--split", "1", "--save-every", "1"];
  const { code, stderr } = await train([...small, ...wild, "--steps", "50", "--out", out]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/kept\.safetensors keeps the state after update \d+\n$/u);
});

test("a run that diverges before its first update replaces no model", async () => {
  const out = at("good.safetensors");
  expect((await train([...small, "--steps", "3", "--out", out])).code).toBe(0);
  const good = readFileSync(out);
  const wild = ["--cell", "h' = exp(exp(exp(3 + W x + U h)))", "--size", "8"];
  const { code, stderr } = await train([...small, ...wild, "--steps", "50", "--force", "--out", out]);
  expect(code).toBe(1);
  expect(stderr).toContain("no update was made, and nothing was saved");
  expect(readFileSync(out)).toEqual(good);
});

test("start trains on the package's own prose, shows samples, and prints what to do next", async () => {
  const out = at("start.safetensors");
  const { code, stdout, stderr } = await unrolled([
    "start",
    "--minutes",
    "0.02",
    "--size",
    "16",
    "--out",
    out,
  ]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/guessing by frequency would reach \d/u);
  expect(stderr).toMatch(/training loss {3}[▁-█]{10,}/u);
  expect(stderr).toMatch(/this model +\d\.\d{3} +\d\.\d{3}\nKneser-Ney/u);
  expect(stdout).toMatch(/^It is a truth /u);
  expect(stderr).toContain(`The model is saved in ${out}.`);
  expect((await unrolled(["sample", out, "--length", "5"])).code).toBe(0);
  // Its own model may be replaced, and no other.
  const again = ["start", "--minutes", "0.002", "--size", "4", "--out"];
  expect((await unrolled([...again, out])).code).toBe(0);
  expect((await unrolled([...again, at("model.safetensors")])).code).toBe(2);
});
