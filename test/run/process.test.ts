// The package in a process of its own: the process ends when its work is done, and its threads have the V8 features that
// were switched on in it.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { install, type Installed } from "../installed.ts";

let installed: Installed | undefined;
beforeAll(() => {
  installed = install();
});
afterAll(() => installed?.dispose());

/** The output of a script, in which `make(options)` makes a device and a training program on it. */
function outputOf(script: string): string {
  const { folder } = installed as Installed;
  const path = join(folder, "script.mjs");
  writeFileSync(path, `${head}\n${script}`);
  return execFileSync(process.execPath, [path], { cwd: folder, encoding: "utf8", timeout: 60_000 });
}

const head = `
  import { createHash } from "node:crypto";
  import { setFlagsFromString } from "node:v8";
  if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
  const { cellNamed } = await import("unrolled/cells");
  const { buildPlan, languageModel, wasmDevice } = await import("unrolled/plan");
  const network = languageModel({ vocabulary: 9, cell: cellNamed("lstm"), size: 128 });
  const extent = { rows: 16, steps: 40 };
  async function make(options) {
    const device = wasmDevice(options);
    const plan = buildPlan(network, { mode: "train", ...extent });
    const store = device.parameters(plan.parameters);
    store.write(Float32Array.from({ length: plan.parameters.size }, (_, i) => 0.1 * Math.sin(i * i)));
    const program = await device.compile(plan, store);
    program.write("symbols", Int32Array.from({ length: 640 }, (_, i) => i % 9));
    program.write("weights", new Float32Array(640).fill(1));
    return { device, program };
  }
`;

test("a process waits for a read, and then ends though nothing was disposed", () => {
  const script = `
    const { program } = await make({ threads: 2 });
    for (let i = 0; i < 5; i++) program.run("forward", extent);
    program.read("loss", new Float32Array(1)).then(([loss]) => console.log(loss > 0 ? "read" : "lost"));
  `;
  expect(outputOf(script)).toBe("read\n");
});

test("relaxed SIMD that was switched on at run time reaches the threads", () => {
  const script = `
    for (const options of [{ longRun: Infinity }, { longRun: 0, threads: 2 }]) {
      for (const relaxed of [true, false]) {
        const { program } = await make({ ...options, relaxed });
        program.run("forward", extent);
        const output = await program.read("output.layer1", new Float32Array(640 * 128));
        console.log(createHash("sha256").update(output).digest("hex"));
      }
    }
  `;
  const [relaxed, strict, relaxedThreads, strictThreads] = outputOf(script).trim().split("\n");
  expect(relaxedThreads).toBe(relaxed);
  expect(strictThreads).toBe(strict);
  expect(relaxed).not.toBe(strict);
});
