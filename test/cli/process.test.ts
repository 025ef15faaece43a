// The command line as it is installed: built, in a process of its own, with real signals, pipes and disks.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readModelFile } from "../../src/checkpoint/model-files.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { build, objects, start, temporaryFolder } from "./run.ts";
import { sentences } from "./text.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const settings = ["--size", "32", "--batch", "8", "--window", "20", "--steps", "400"];
let main = "";

beforeAll(() => {
  main = build();
  writeFileSync(at("text.txt"), sentences(20_000));
});

const unrolled = (...words: string[]) => start(main, words, folder);

const unrolledSync = (...words: string[]): string =>
  execFileSync(process.execPath, [main, ...words], { cwd: folder, stdio: "pipe" }).toString();

function weights(name: string): Record<string, unknown> {
  const { tensors } = decodeSafetensors(readFileSync(at(name)));
  return Object.fromEntries([...tensors].map(([tensor, { data }]) => [tensor, data]));
}

test("train, Ctrl-C, kill and resume: the same bits as without", async () => {
  const whole = await unrolled("train", "text.txt", ...settings).result;
  expect(whole.code).toBe(0);
  // Its default name is made of the text's and the cell's.
  const expected = weights("text-lstm.safetensors");

  const out = ["--out", "parts.safetensors", "--save-every", "25", "--json"];
  const first = unrolled("train", "text.txt", ...settings, ...out);
  await first.shows('"step":40,');
  first.child.kill("SIGINT");
  const { code, stderr } = await first.result;
  expect(code).toBe(130);
  expect(stderr).toContain("unrolled train text.txt --resume parts.safetensors");

  const second = unrolled("train", "text.txt", "--resume", "parts.safetensors", ...out);
  await second.shows('"step":190,');
  second.child.kill("SIGKILL");
  expect((await second.result).code).toBeNull();

  const last = await unrolled("train", "text.txt", "--resume", "parts.safetensors", "--json").result;
  expect(last.code).toBe(0);
  const steps = objects(last.stdout).flatMap((l) => (l["event"] === "step" ? [l["step"] as number] : []));
  expect(steps[0]).toBeGreaterThan(150);
  expect(steps.at(-1)).toBe(400);
  expect(weights("parts.safetensors")).toEqual(expected);
});

test("a lost connection saves the run, as Ctrl-C does", async () => {
  const run = unrolled("train", "text.txt", ...settings, "--out", "hung-up.safetensors", "--json");
  await run.shows('"step":20,');
  run.child.kill("SIGHUP");
  const { code } = await run.result;
  expect(code).not.toBe(0);
  const { training } = await readModelFile(at("hung-up.safetensors"));
  expect(training?.step).toBeGreaterThanOrEqual(20);
});

test("- is standard input: a text, a table and a model's input", () => {
  const pipe = (input: string | Buffer, ...words: string[]): string =>
    execFileSync(process.execPath, [main, ...words], { cwd: folder, input, stdio: "pipe" }).toString();
  const tiny = ["--size", "6", "--steps", "2"];
  pipe(readFileSync(at("text.txt")), "train", "-", ...tiny, "--out", "piped.safetensors");
  const whole = unrolledSync("eval", "piped.safetensors", "text.txt");
  expect(pipe(readFileSync(at("text.txt")), "eval", "piped.safetensors", "-")).toBe(whole);
  const table = `text,label\n${"good film,+\nbad film,-\n".repeat(20)}`;
  pipe(table, "classify", "train", "-", ...tiny, "--out", "labels.safetensors");
  expect(pipe("good film\n", "predict", "labels.safetensors", "-")).toMatch(/^[+-]\t0\.\d{3}\tgood film\n$/u);
});

test("the second Ctrl-C quits at once", async () => {
  const run = unrolled(
    "train",
    "text.txt",
    "--size",
    "512",
    "--minutes",
    "5",
    "--json",
    "--out",
    "big.safetensors",
  );
  await run.shows('"step":1,');
  run.child.kill("SIGINT");
  run.child.kill("SIGINT");
  const again = setInterval(() => run.child.kill("SIGINT"), 20);
  const { code, stderr } = await run.result;
  clearInterval(again);
  expect(code).toBe(130);
  expect(stderr).toContain("Ctrl-C again quits at once");
  expect(stderr).not.toContain("saved after update");
});

test("a reader that stops early, as head does, ends sampling quietly", async () => {
  const words = `"${process.execPath}" "${main}" sample text-lstm.safetensors --length 100000`;
  const shell = ["-c", `${words} 2>stderr.txt | head -c 100; echo " code \${PIPESTATUS[0]}"`];
  const stdout = execFileSync("bash", shell, { cwd: folder }).toString();
  expect(stdout.slice(100)).toBe(" code 0\n");
  expect(readFileSync(at("stderr.txt"), "utf8")).toBe("");
});

test("relaxed SIMD is switched on", async () => {
  const { stdout } = await unrolled("info", "--json").result;
  expect(objects(stdout)[0]).toMatchObject({
    devices: [{}, { name: "wasm", found: true, relaxedSimd: true }, {}],
  });
});

test("wrong usage and bad input end the process with code 2", async () => {
  expect((await unrolled("trian").result).code).toBe(2);
  const { code, stderr, stdout } = await unrolled("train", "missing.txt").result;
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toBe(
    "error: cannot read missing.txt: there is no such file; check the name and the folder\n",
  );
});

test("a disk that is full: the run is saved elsewhere and the old model kept", async ({ skip }) => {
  const disk = at("disk");
  mkdirSync(disk);
  if (!mountSmallDisk(disk)) return skip("this machine does not let a test mount a small disk");
  try {
    const out = join(disk, "model.safetensors");
    const one = ["train", "text.txt", "--steps", "1", "--out", out];
    expect((await unrolled(...one, "--size", "8").result).code).toBe(0);
    const before = readFileSync(out);
    mkdirSync(at("temporary"));
    const again = [...one, "--size", "256", "--force"];
    const { code, stderr } = await start(main, again, folder, { TMPDIR: at("temporary") }).result;
    expect(code).toBe(1);
    expect(stderr).toContain("disk full: needs ");
    expect(readFileSync(out)).toEqual(before);
    expect(readdirSync(disk)).toEqual(["model.safetensors"]);
    const elsewhere = /it was saved in (\S+) instead/u.exec(stderr)?.[1] as string;
    expect((await unrolled("sample", elsewhere, "--length", "1").result).code).toBe(0);
  } finally {
    execFileSync("umount", [disk]);
  }
});

function mountSmallDisk(path: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test("a file that may not grow any more: the error says so, and nothing half written is left", async () => {
  const words = `"${process.execPath}" "${main}" train text.txt --size 64 --steps 1 --out limited.safetensors`;
  const shell = ["-c", `ulimit -f 8; TMPDIR=/nonexistent ${words} 2>limited.txt; echo $?`];
  const stdout = execFileSync("bash", shell, { cwd: folder }).toString();
  expect(stdout).toBe("1\n");
  expect(readFileSync(at("limited.txt"), "utf8")).toMatch(/error: cannot write limited\.safetensors: /u);
  expect(readdirSync(folder).filter((name) => name.startsWith("limited.safetensors"))).toEqual([]);
});

test.skipIf(!existsSync("/dev/full"))("a full disk behind stdout does not lose the run", () => {
  const words = ["train", "text.txt", ...settings, "--json", "--out", "kept.safetensors"];
  const { status, stderr } = spawnSync(process.execPath, [main, ...words], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/the state after update \d+ is saved in kept\.safetensors/);
  expect(Object.keys(weights("kept.safetensors")).length).toBeGreaterThan(10);
});
