// A device against the reference at every combination of rows, hidden width and input width, with two steps. Each case
// runs in one form, by turns. Prints the number of cases and the worst error. Arguments: `--device native|wasm`, `--part
// 1/4` for a quarter of the cases, `--cells elman,gru`.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { cellNamed } from "../../../src/cells/index.ts";
import { checkDevice, deviceTolerances, type CheckResult } from "../../../src/check/check.ts";
import { nativeDevice } from "../../../src/run/native/device.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import { triples } from "../grid.ts";

const { values: options } = parseArgs({
  options: {
    device: { type: "string", default: "native" },
    part: { type: "string", default: "1/1" },
    cells: { type: "string", default: "elman,gru" },
  },
});
const makers = { native: nativeDevice, wasm: wasmDevice };
if (!(options.device in makers))
  throw new Error(`unknown device '${options.device}'; expected native or wasm`);
const device = makers[options.device as keyof typeof makers]();
const cells = options.cells.split(",").map(cellNamed);
const [part, parts] = options.part.split("/").map(Number) as [number, number];
const sizes = triples().filter((_, n) => n % parts === part - 1);

const start = performance.now();
let [cases, worst] = [0, undefined as CheckResult | undefined];
for (const [n, size] of sizes.entries()) {
  const cell = cells[n % cells.length] as (typeof cells)[number];
  const result = await checkDevice(cell, device, { sizes: [size], oneForm: true, seed: n + 1 });
  cases += result.cases;
  if (!worst || result.error > worst.error) worst = result;
  if (process.stderr.isTTY && n % 50 === 0) process.stderr.write(`\r${n} of ${sizes.length}`);
}
const seconds = Math.round((performance.now() - start) / 1000);
const tolerance = deviceTolerances[device.name];
console.log(
  `${device.name}: ${cases} cases of ${options.cells}, worst error ${worst?.error.toExponential(2)} of ` +
    `${tolerance} allowed, in ${worst?.name}: ${JSON.stringify(worst?.worst)}; ${seconds} s, ` +
    `${availableParallelism()} cores`,
);
process.exitCode = worst?.pass ? 0 : 1;
