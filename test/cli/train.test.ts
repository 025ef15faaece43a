// `train`, `sample` and `eval` as a person uses them: what they print and save, and how runs are resumed.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
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
  });
  expect(lines).toHaveLength(1 + 40 + 2 + 1);
  expect(stderr).toContain("train on 5,400 characters, validate on the last 600\n");
});

test("train prints its messages on stderr: the split, and what to do next", async () => {
  const out = at("talk.safetensors");
  const { stdout, stderr } = await train([...small, "--epochs", "1", "--split", "0.8/0.1", "--out", out]);
  expect(stdout).toBe("");
  expect(stderr).toContain("train on 4,800 characters, validate on the next 600\n");
  expect(stderr).toMatch(/step 30: validation \d\.\d{3} nats, \d\.\d{3} bits per character\n/u);
  expect(stderr).toContain(`saved in ${out}; to use it:\n  unrolled sample ${out}\n`);
});

test("on a terminal one line is redrawn with loss, speed and time left", async () => {
  const { stderr } = await train([...small, "--steps", "3", "--out", at("line.safetensors")], {
    isTTY: true,
  });
  expect(stderr.replaceAll("\u001b", "<esc>")).toMatch(
    /\r<esc>\[2Kstep 1 {2}33 % {2}\d\.\d{3} nats {2}\d\.\d{3} bits\/char {2}[\d,]+ characters\/s {2}\d+ s left/u,
  );
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
    `saved after step 34 in ${parts}; to resume:\n  unrolled train ${text} --resume ${parts}\n`,
  );
  expect(weights(parts)).not.toEqual(weights(whole));
  const second = await unrolled(["train", text, "--resume", parts]);
  expect(second.code).toBe(0);
  expect(second.stderr).toContain("resumed after step 34");
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
  await train([...small, "--steps", "10", "--out", out]);
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
      if (said.includes("step 34: validation")) seen.push(existsSync(out));
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
    const { stdout } = await train([...words, "--cell", cell, "--out", at("either.safetensors")]);
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

  const [measured] = objects((await unrolled(["eval", out, text, "--json"])).stdout);
  expect(measured?.["bits"]).toBeCloseTo((measured?.["nats"] as number) / Math.LN2, 12);
  expect(measured?.["nats"]).toBeLessThan(1);
  expect((await unrolled(["eval", out, text])).stdout).toMatch(
    /^0\.\d{3} nats, \d\.\d{3} bits per character, over 5,99\d of 6,000 characters\n$/u,
  );
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
  expect(stderr).toMatch(/the last good state, after step \d+ is saved in /u);
  const values = Object.values(weights(out)) as Float32Array[];
  expect(values.every((list) => list.every((value) => Number.isFinite(value)))).toBe(true);
});

test("a run that diverges keeps its earlier save where there is no best one to save", async () => {
  const out = at("kept.safetensors");
  const wild = ["--optimizer", "sgd", "--rate", "1e38", "--clip", "0", "--split", "1", "--save-every", "1"];
  const { code, stderr } = await train([...small, ...wild, "--steps", "50", "--out", out]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/kept\.safetensors keeps the state after step \d+\n$/u);
});

test("a run that diverges before its first update replaces no model", async () => {
  const out = at("good.safetensors");
  expect((await train([...small, "--steps", "3", "--out", out])).code).toBe(0);
  const good = readFileSync(out);
  const wild = ["--cell", "h' = exp(exp(exp(3 + W x + U h)))", "--size", "8"];
  const { code, stderr } = await train([...small, ...wild, "--steps", "50", "--out", out]);
  expect(code).toBe(1);
  expect(stderr).toContain("no step was made, and nothing was saved");
  expect(readFileSync(out)).toEqual(good);
});

test("start trains on the package's own text, shows samples, and prints what to do next", async () => {
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
  expect(stderr).toMatch(
    /training on \d{2,} files of unrolled itself: gru with 16 hidden values, on (native|wasm)/u,
  );
  expect(stdout).toMatch(/^export function /u);
  expect(stderr).toContain(`The model is saved in ${out}.`);
  expect((await unrolled(["sample", out, "--length", "5"])).code).toBe(0);
});
