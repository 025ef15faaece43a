// `unrolled bench`: its table, its JSON and its errors. No time is asserted.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { build, objects, unrolled } from "./run.ts";

const quick = ["bench", "--workload", "online", "--cell", "elman", "--repetitions", "2"];

test("JSON has one line per configuration", async () => {
  const words = ["bench", "--workload", "step-128,online", "--device", "wasm", "--threads", "1"];
  const { code, stdout } = await unrolled([...words, "--json", "--repetitions", "2"]);
  expect(code).toBe(0);
  const lines = objects(stdout);
  expect(lines.map(({ config }) => config)).toEqual(["step-128", "online"]);
  for (const line of lines) {
    expect(line).toMatchObject({
      cell: "lstm",
      device: "wasm",
      threads: 1,
      msPerStep: { median: expect.any(Number), min: expect.any(Number) },
      gflops: expect.any(Number),
    });
    expect(Object.keys(line)).toContain("rooflineFraction");
  }
});

test("the table, and a line about the device and the machine", async () => {
  const { code, stdout, stderr } = await unrolled(quick);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^config +work +median +minimum +GFLOP\/s +of roofline\n/u);
  expect(stdout).toMatch(/\nonline +training, H 128, L 1, B 1, T 25 +[\d.]+ ms +[\d.]+ ms +[\d.]+ /u);
  expect(stderr).toMatch(/^elman on \w+, \d+ threads?; .*, Node \d/u);
});

test("a cell as equations", async () => {
  const cell = "h' = tanh(W x + U h + min(b, 1))";
  const words = ["bench", "--workload", "online", "--cell", cell, "--json", "--repetitions", "1"];
  const { code, stdout } = await unrolled(words);
  expect(code).toBe(0);
  expect(objects(stdout)).toMatchObject([{ cell: "equations" }]);
});

test("a profile adds the time by kind of work", async () => {
  const { code, stdout } = await unrolled([...quick, "--device", "native", "--threads", "1", "--profile"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /\nonline .* \d+ %\n {2}roofline [\d.]+ GFLOP\/s: in registers [\d.]+, the device's /u,
  );
  expect(stdout).toMatch(/\n {2}products [\d.]+ ms \d+ %, pointwise .*, other [\d.]+ ms \d+ %\n$/u);
});

test("a device that records no times", async () => {
  const { code, stderr } = await unrolled([...quick, "--device", "reference", "--profile"]);
  expect(code).toBe(1);
  expect(stderr).toContain("the reference device does not record where its time goes; leave out --profile");
});

test.each([
  [["--workload", "smal"], "there is no workload 'smal'; did you mean 'small'?"],
  [["--config", "small"], "--config is now --workload"],
  [["--cell", "lsmt"], "there is no cell 'lsmt'; did you mean 'lstm'?"],
  [["--cell", "h' = tahn(W x)"], "unknown function 'tahn'; did you mean 'tanh'?"],
  [["--device", "wasn"], "--device must be one of auto, native, wasm, reference, not 'wasn'"],
  [["--threads", "0"], "--threads must be a whole number from 1 to 255, not '0'"],
  [["--seconds", "-1"], "--seconds must be a number above 0, not '-1'"],
  [["--start-up", "--workload", "small"], "--start-up measures no workload; leave out --workload"],
])("bench %j", async (words, text) => {
  const { code, stdout, stderr } = await unrolled(["bench", ...words]);
  expect(stderr).toContain(text);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("start-up is measured in a process of its own", () => {
  const main = build();
  const stdout = execFileSync(process.execPath, [main, "bench", "--start-up", "--json"], {
    encoding: "utf8",
  });
  expect(objects(stdout)).toEqual([
    {
      infoMs: { median: expect.any(Number), min: expect.any(Number) },
      compileMs: { first: expect.any(Number), median: expect.any(Number) },
    },
  ]);
});
