// The commands that look and do not train: cells, check, info, hello.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cells } from "../../src/cells/index.ts";
import { transforms } from "../../src/cells/transforms/index.ts";
import { cellTolerance, deviceTolerances } from "../../src/check/check.ts";
import { zoo } from "../../src/check/zoo.ts";
import { objects, temporaryFolder, unrolled } from "./run.ts";

const folder = temporaryFolder();

test("cells lists every cell and transform, with parameters for the sizes given, sources and costs", async () => {
  const sizes = ["--size", "4", "--input", "3", "--batch", "2", "--time-steps", "3"];
  const { code, stdout } = await unrolled(["cells", "--json", ...sizes]);
  expect(code).toBe(0);
  const list = objects(stdout);
  expect(list.slice(0, cells.length).map((cell) => cell["cell"])).toEqual(cells.map((cell) => cell.name));
  expect(list.slice(cells.length)).toHaveLength(transforms.length);
  expect(list.find((cell) => cell["cell"] === "elman")).toEqual({
    cell: "elman",
    about: expect.stringMatching(/^The simple recurrent network: Elman 1990/u),
    equations: expect.arrayContaining(["h' = tanh(W x + U h + b)"]),
    sizes: { H: 4, I: 3 },
    parameters: 32,
    device: expect.any(String),
    forward: expect.any(Number),
    training: expect.any(Number),
  });
  for (const row of list) expect(row["forward"]).toBeGreaterThan(0);
});

test("the list as text, without costs", async () => {
  const { stdout, stderr } = await unrolled(["cells", "--no-costs"]);
  expect(stdout).toContain(
    "gru  74,240 parameters\n  Gated recurrent unit, reset after the recurrent product",
  );
  expect(stdout).toContain("\ntransforms, applied to the lstm\n\nlstm+layer-norm  101,120 parameters\n");
  expect(stdout).not.toContain("× forward");
  expect(stderr).toContain("H = 128, I = 64; 'unrolled cells NAME' shows");
});

test("parameters are called as in the equations, whatever the cell is called", async () => {
  const { stdout } = await unrolled(["cells", "lstm+zoneout", "--json"]);
  const [cell] = objects(stdout) as [{ parameters: { name: string }[] }];
  expect(cell.parameters.map((p) => p.name)).toContain("Wi");
});

test("transforms may follow equations", async () => {
  const { stdout } = await unrolled(["cells", "h' = tanh(W x+b + U h)+zoneout:h=0.1", "--json"]);
  expect(objects(stdout)[0]).toMatchObject({
    equations: ["h_new = tanh(W x + b + U h)", "h' = h + mask(0.1, per step) ⊙ (h_new - h)"],
  });
});

test("cells NAME takes transforms", async () => {
  const { stdout } = await unrolled(["cells", "lstm+zoneout:c=0.1", "--json"]);
  expect(objects(stdout)[0]).toMatchObject({
    cell: "lstm+zoneout:c=0.1",
    equations: expect.arrayContaining(["c' = c + mask(0.1, per step) ⊙ (c_new - c)"]),
  });
});

test("cells NAME shows equations, LaTeX, parameters, the backward pass and the plan", async () => {
  const { stdout } = await unrolled(["cells", "gru", "--json", "--size", "4", "--input", "3"]);
  const [cell] = objects(stdout);
  expect(cell).toMatchObject({ cell: "gru", sizes: { H: 4, I: 3 }, count: 100 });
  expect(cell?.["latex"]).toContain(String.raw`\begin{aligned}`);
  expect(cell?.["backward"]).toMatchObject({ step: expect.arrayContaining(["dz  = dh' ⊙ (h - n)"]) });
  expect(cell?.["plan"]).toContain("forward");
  const text = (await unrolled(["cells", "gru"])).stdout;
  expect(text).toContain("  dz  = dh' ⊙ (h - n)\n");
  expect(text).toContain("parameters, H = 128, I = 64: 74,240\n");
});

test("a cell comes from a file, named after it, or from the command line itself", async () => {
  const path = join(folder, "gated.cell");
  writeFileSync(path, "g = σ(Wg x + b)\nh' = g ⊙ tanh(U h + W x)\n");
  const fromFile = objects((await unrolled(["cells", path, "--json"])).stdout)[0];
  expect(fromFile).toMatchObject({
    cell: "gated",
    equations: ["g = σ(Wg x + b)", "h' = g ⊙ tanh(U h + W x)"],
  });
  const inline = objects((await unrolled(["cells", "h' = tanh(W x + U h + b)", "--json"])).stdout)[0];
  const named = objects((await unrolled(["cells", "elman", "--json"])).stdout)[0];
  expect(inline).toMatchObject({ count: named?.["count"], backward: named?.["backward"] as object });
});

test("check prints the error of each cell, and how many failed", async () => {
  const { code, stdout } = await unrolled(["check", "elman", "--device", "wasm", "--json"]);
  expect(code).toBe(0);
  const [gradients, device, sum] = objects(stdout);
  expect(gradients).toEqual({ name: "elman", error: expect.any(Number), pass: true });
  expect(gradients?.["error"]).toBeLessThan(cellTolerance);
  expect(device).toEqual({ name: "elman", device: "wasm", error: expect.any(Number), pass: true });
  expect(device?.["error"]).toBeLessThan(deviceTolerances.wasm);
  expect(sum).toEqual({ checked: 1, failed: 0 });
});

test("check --all is every cell, transform, pair of transforms, composition and loss", async () => {
  const { code, stdout } = await unrolled(["check", "--all"]);
  expect(code, stdout).toBe(0);
  const escaped = (text: string): string => text.replace(/[+.*]/gu, String.raw`\$&`);
  for (const subject of zoo()) {
    const name = "cell" in subject ? subject.cell.name : subject.name;
    expect(stdout).toMatch(new RegExp(`^ok +${escaped(name)} +[\\d.]+e-`, "mu"));
  }
  for (const title of ["cells", "transforms", "pairs of transforms", "compositions", "losses"]) {
    expect(stdout).toMatch(new RegExp(`^${title}$`, "mu"));
  }
  expect(stdout).toContain(`${zoo().length} checked, none failed\n`);
}, 3_600_000);

test("a cell that fails its check ends with code 1", async () => {
  // The difference quotient finds no slope where the value is not finite.
  const { code, stdout } = await unrolled(["check", "h' = log(W x + U h)", "--json"]);
  expect(code).toBe(1);
  expect(objects(stdout).at(-1)).toEqual({ checked: 1, failed: 1 });
  expect(objects(stdout)[0]).toMatchObject({ pass: false });
});

test("info lists the devices, and why others were not found", async () => {
  const [info] = objects((await unrolled(["info", "--json"])).stdout);
  expect(info).toMatchObject({
    devices: [
      { name: "reference", found: true },
      {
        name: "wasm",
        found: true,
        simd: true,
        relaxedSimd: expect.any(Boolean),
      },
      { name: "native", found: expect.any(Boolean), note: expect.any(String) },
    ],
    threads: expect.any(Number),
    versions: { node: process.versions.node, v8: process.versions.v8, unrolled: expect.any(String) },
  });
  const text = (await unrolled(["info"])).stdout;
  expect(text).toMatch(/wasm +yes +float32, SIMD with/u);
});

test.each(["elman", "lstm", "gru"])("hello with %s ends below 0.01 nats and says ello", async (cell) => {
  const { code, stdout } = await unrolled(["hello", "--cell", cell, "--json"]);
  expect(code).toBe(0);
  const [hello] = objects(stdout) as [
    { nats: number; continuation: string; table: { outputs: number[]; hidden: number[] }[] },
  ];
  expect(hello.nats).toBeLessThan(0.01);
  expect(hello.continuation).toBe("ello");
  expect(hello).toMatchObject({ vocabulary: ["h", "e", "l", "o"] });
  const most = hello.table.map(({ outputs }) => outputs.indexOf(Math.max(...outputs)));
  expect(most).toEqual([1, 2, 2, 3]);
  for (const { outputs, hidden } of hello.table) {
    expect(outputs.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect(hidden).toHaveLength(8);
  }
});

test("hello prints a table of the four outputs and the hidden state, the same every time", async () => {
  const first = await unrolled(["hello"]);
  expect(first.stdout).toMatch(/^ +step +input +target +h +e +l +o$/mu);
  expect(first.stdout).toMatch(/^ +4 +l +o +0\.\d{3} +0\.\d{3} +0\.\d{3} +0\.99\d$/mu);
  expect(first.stdout).toContain("hidden state after each step");
  expect(first.stdout.trimEnd().split("\n").at(-1)).toBe('"h" is continued with "ello"');
  expect((await unrolled(["hello"])).stdout).toBe(first.stdout);
});

test("hello with a cell that cannot remember fails, and says so", async () => {
  const { code, stderr } = await unrolled(["hello", "--cell", "h' = tanh(W x + b)"]);
  expect(code).toBe(1);
  expect(stderr).toContain("did not learn the word");
});
