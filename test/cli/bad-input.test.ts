// Bad input, one after the other: each ends with the right code and an error that says what to do, and nothing
// that was there before is lost.
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryFolder, unrolled, type Result } from "./run.ts";
import { sentences } from "./text.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const text = at("text.txt");
const model = at("model.safetensors");
const small = ["--size", "8", "--batch", "4", "--window", "10", "--steps", "2"];

beforeAll(async () => {
  writeFileSync(text, sentences(2000));
  writeFileSync(at("other.txt"), sentences(1900));
  writeFileSync(at("letters.txt"), sentences(2000).replaceAll("c", "C"));
  writeFileSync(at("empty.txt"), "");
  writeFileSync(at("short.txt"), "abc");
  writeFileSync(at("one.txt"), "a".repeat(500));
  writeFileSync(at("latin.txt"), Buffer.from("caf\u00e9 noir ".repeat(100), "latin1"));
  mkdirSync(at("folder"));
  const { code } = await unrolled(["train", text, ...small, "--out", model, "--resumable"]);
  expect(code).toBe(0);
});

/** Expects an error with code 2 that contains every one of the texts. */
async function refused(words: readonly string[], ...texts: readonly string[]): Promise<Result> {
  const before = readdirSync(folder);
  const kept = readFileSync(model);
  const result = await unrolled(words);
  expect(result.stdout).toBe("");
  expect(result.stderr).toMatch(/^error: /mu);
  expect(result.stderr).not.toContain("bug in unrolled");
  for (const part of texts) expect(result.stderr).toContain(part);
  expect(result.code).toBe(2);
  expect(readdirSync(folder)).toEqual(before);
  expect(readFileSync(model)).toEqual(kept);
  return result;
}

function train(file: string, ...words: readonly string[]): string[] {
  return ["train", file, ...small, "--out", at("new.safetensors"), ...words];
}

test.each([
  ["empty.txt", ["it is empty; give a text with two different symbols or more"]],
  ["short.txt", ["needs 2 symbols or more", "use a longer text"]],
  ["one.txt", ["show one symbol, 'a' U+0061", "give a text with two different symbols or more"]],
  ["latin.txt", ["not valid UTF-8 at byte offset 3", "--unit byte"]],
  ["folder", ["it is a folder; name a file in it"]],
  ["tezt.txt", ["there is no such file; did you mean", "text.txt?"]],
  [join("nowhere", "text.txt"), ["nowhere does not exist; check the path"]],
])("train %s", async (file, texts) => {
  await refused(train(at(file)), ...texts);
});

test("a text too short for one update", async () => {
  await refused(
    ["train", text, "--window", "1000"],
    "window 1000 × batch 32 needs 32001 symbols, the training part has 1800",
    "use window 1000 × batch 1, or a longer text",
  );
});

test.each([
  ["--size", "0", "--size must be a whole number, 1 or more, not '0'"],
  ["--size", "1.5", "--size must be a whole number"],
  ["--layers", "many", "--layers must be a whole number, 1 or more, not 'many'"],
  ["--rate", "NaN", "--rate must be a number above 0, not 'NaN'"],
  ["--rate", "", "--rate must be a number above 0, not ''"],
  ["--rate", "-1", "--rate must be a number above 0, not '-1'"],
  ["--dropout", "1", "--dropout must be a number from 0 to below 1, not '1'"],
  ["--clip", "Infinity", "--clip must be a number, 0 or more"],
  ["--seed", "0.5", "--seed must be a whole number, not '0.5'"],
  ["--split", "1.5", "--split every share must be above 0 and at most 1"],
  ["--optimizer", "adm", "--optimizer must be one of sgd, rmsprop, adagrad, adam, adamw, not 'adm'"],
  ["--schedule", "linear", "--schedule must be one of constant, step, exponential, cosine"],
  ["--unit", "letter", "--unit must be one of char, byte, word, subword, not 'letter'"],
  ["--device", "webgpu", "--device must be one of auto, native, wasm, reference, not 'webgpu'"],
  ["--bptt", "5", "bptt must be window (10) or more, not 5"],
  ["--horizon", "5", "--horizon is now --bptt"],
  ["--min-count", "2", "--min-count is for --unit word; leave it out"],
  ["--input-dropout", "0.1", "--input-dropout needs an embedding; set one, or leave it out"],
  ["--epochs", "3", "give one of --epochs, --steps and --minutes, not --epochs and --steps"],
])("train %s '%s'", async (flag, value, message) => {
  await refused(train(text, flag, value), message);
});

test("several wrong settings are told together", async () => {
  const { stderr } = await refused(train(text, "--size", "0", "--rate", "x"), "--size must", "--rate must");
  expect(stderr.trimEnd().split("\n")).toHaveLength(2);
});

test.each([
  ["1000000000", "32 EB"],
  ["100000", "GB"],
])("size %s says the bytes that it would need, before it takes them", async (size, bytes) => {
  await refused(
    train(text, "--size", size),
    "this network needs",
    bytes,
    "choose a smaller size, batch or window",
  );
});

test.each([
  ["lstn", "there is no cell 'lstn'; did you mean 'lstm'? (the cells are antisymmetric, "],
  ["lstm+zonout", "there is no transform 'zonout'; did you mean 'zoneout'?"],
  ["lstm-projected", "sizes: lstm-projected needs a size for width P; give one, such as P = 64"],
  ["mut1", "needs an input as wide as the layer (requires I = H), so embedding must be "],
  ["missing.cell", "cannot read missing.cell: there is no such file"],
  ["h' = tahn(W x + U h)", "unknown function 'tahn'; did you mean 'tanh'?", "\n       ^^^^"],
  ["h' = tanh(W x + U h + x)", "'h' has width H but its right side has width I", "\n  ^^"],
  ["g = σ(W x)\nh' = U c", "line 1: local 'g' reaches neither the output nor a state", "\n  ^"],
  [
    "h' = tanh(W x + U c)\nc = 0.5 ⊙ h",
    "c is read before it is assigned",
    "write c' = …",
    "\n                    ^",
  ],
  ["h = tanh(W x + U h)", "h is read before it is assigned; to make it a state, write h' = …"],
  ["h' = tanh(W x + W + h)", "'W' is used both as a matrix and as a vector", "\n                  ^"],
  ["h' = tanh(W x + U h", "this '(' is never closed; add its ')'", "\n           ^"],
])("train with the cell %j", async (cell, ...texts) => {
  await refused(train(text, "--cell", cell), ...texts);
});

test.each([
  [["--cell", "lstm", "--sizes", "P=3"], "sizes: lstm has no width 'P', only H, I; leave it out"],
  [
    ["--cell", "lstm-projected", "--sizes", "P=0"],
    "--sizes: 'P=0' cannot be read; write it as in --sizes P=64",
  ],
])("train with %j", async (options, message) => {
  await refused(train(text, ...options), message);
});

test("a cell's file that is no text", async () => {
  await refused(train(text, "--cell", model), "model.safetensors: not a text file: byte");
});

test.each(["sample", "eval"])("%s with files that are not models", async (command) => {
  const bytes = readFileSync(model);
  const words = (name: string): string[] => [command, at(name), ...(command === "eval" ? [text] : [])];
  writeFileSync(at("cut.safetensors"), bytes.subarray(0, bytes.length - 100));
  await refused(words("cut.safetensors"), "cut short", "copy it again");
  const tampered = Buffer.from(bytes);
  tampered[bytes.length - 50] = (tampered[bytes.length - 50] as number) ^ 1;
  writeFileSync(at("tampered.safetensors"), tampered);
  await refused(words("tampered.safetensors"), "its checksum does not fit its content; the file is damaged");
  await refused(words("text.txt"), "not a safetensors file");
  await refused(words("modle.safetensors"), "there is no such file; did you mean", "model.safetensors?");
  await refused(words("folder"), "it is a folder");
});

test("sample with what the model cannot do", async () => {
  await refused(
    ["sample", model, "--prompt", "h\u00e9"],
    "outside the model's alphabet",
    "'\u00e9' U+00E9 (try 'e')",
  );
  await refused(
    ["sample", model, "--temperature", "-1"],
    "--temperature must be a number, 0 or more, not '-1'",
  );
  await refused(["sample", model, "--top-p", "2"], "--top-p must be a number from 0 to 1, not '2'");
  await refused(["sample", model, "--length", "1e99"], "--length must be a whole number, 0 or more");
});

test("eval with a text that the model cannot read", async () => {
  await refused(
    ["eval", model, at("letters.txt")],
    "letters.txt: ",
    "'C' U+0043",
    "remove them, or train on a text",
  );
  await refused(["eval", model, at("empty.txt")], "expected a text of two symbols or more, got 0");
});

test("places where no model can be written are found before training", async () => {
  const out = (path: string): string[] => ["train", text, ...small, "--out", path];
  await refused(out(at("folder")), "is a folder; add a file name");
  await refused(out(at("nowhere/model.safetensors")), "nowhere does not exist; make it first, with mkdir -p");
  await refused(out(join(text, "model.safetensors")), "text.txt is a file, not a folder");
  await refused(
    out(text),
    "exists and is not a model that can be replaced",
    "choose another name with --out",
  );
  await refused(out("/dev/null"), "is not a regular file; choose another name");
});

test("a folder that cannot be written", async () => {
  // The administrator may write everywhere but in the system's own tree.
  const isRoot = process.getuid?.() === 0;
  mkdirSync(at("locked"));
  chmodSync(at("locked"), 0o500);
  const path = isRoot ? "/sys/model.safetensors" : at("locked/model.safetensors");
  const { stderr } = await refused(["train", text, ...small, "--out", path], `--out: cannot write ${path}: `);
  expect(stderr).toMatch(/no permission to write in|is on a read-only disk|does not exist/u);
});

test("resuming with other settings or other data", async () => {
  const resume = (file: string, ...words: string[]): string[] => [
    "train",
    at(file),
    "--resume",
    model,
    ...words,
  ];
  await refused(
    resume("text.txt", "--size", "9", "--rate", "0.1"),
    "--size was 8, not 9; --rate was 0.002, not 0.1: a run is resumed with its own settings",
    "leave them out, or train anew without --resume",
  );
  await refused(
    resume("text.txt", "--cell", "gru"),
    "--cell gru is not the cell of the saved run; leave it out",
  );
  await refused(
    resume("other.txt"),
    "the data are not those of the saved run",
    "use the same file and split",
  );
  await refused(
    resume("letters.txt"),
    "the data are not those of the saved run: they give other symbols",
    "use the same data and options, or start anew",
  );
  await refused(resume("text.txt", "--out", text), "exists and is not a model");
  await refused(["train", text, "--resume", at("empty.txt")], "empty.txt");
});

test("a setting that is given again with the same value is accepted, a default included", async () => {
  const defaults = ["--bptt", "10", "--layers", "1", "--split", "0.9"];
  const words = ["--cell", "lstm", "--size", "8", ...defaults, "--steps", "3"];
  const { code } = await unrolled([
    "train",
    text,
    "--resume",
    model,
    ...words,
    "--out",
    at("same.safetensors"),
  ]);
  expect(code).toBe(0);
});
