// Everything that the addon does, once: cells against the reference on each instruction set, training with ragged rows
// on several threads, asynchronous runs, symbols out of range. Meant for runs under sanitizers; ends with an error if a
// result is wrong. Prints counts as JSON.
import { cells } from "../../../src/cells/index.ts";
import { checkDevice, checkNetworkOnDevice, deviceTolerances } from "../../../src/check/check.ts";
import { nativeDevice } from "../../../src/run/native/device.ts";
import { proofCells } from "../../proof/cells.ts";
import { networks } from "../../proof/networks.ts";
import { instructionSets } from "../instruction-sets.ts";
import { prepare, train, trainingCases, writeBatch, type TrainingCase } from "../training.ts";

function expectTrue(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const sizes = [
  { steps: 4, rows: 3, H: 11, I: 7, other: 5 },
  { steps: 2, rows: 17, H: 16, I: 1, other: 1 },
  { steps: 1, rows: 1, H: 65, I: 31, other: 3 },
];
const counts = { cases: 0, updates: 0, long: 0 };
for (const instructions of instructionSets) {
  const device = nativeDevice({ instructions, threads: 3, profile: true });
  for (const cell of [...cells, ...proofCells]) {
    const { error, worst, cases } = await checkDevice(cell, device, { sizes, oneForm: true });
    expectTrue(error <= deviceTolerances.native, `${instructions}: ${JSON.stringify(worst)}`);
    counts.cases += cases;
  }
  for (const { name, network } of networks) {
    const { error, worst, cases } = await checkNetworkOnDevice(name, network, device, { sizes });
    expectTrue(error <= deviceTolerances.native, `${instructions}: ${JSON.stringify(worst)}`);
    counts.cases += cases;
  }
}

for (const trainingCase of trainingCases) {
  const alone = await train(nativeDevice({ threads: 1 }), trainingCase, 8);
  const together = await train(nativeDevice({ threads: 4 }), trainingCase, 8);
  expectTrue(
    alone.weights.every((w, i) => Object.is(w, together.weights[i])),
    `${trainingCase.name}: other bits on four threads`,
  );
  counts.updates += 16;
}

const long: TrainingCase = { name: "long", cell: "lstm", rows: 32, steps: 40, size: 128, ragged: true };
const { program, store } = await prepare(nativeDevice({ threads: 2 }), long);
for (let step = 1; step <= 4; step++) {
  program.run("train", writeBatch(program, long, step));
  counts.long++;
}
expectTrue((await store.read()).every(Number.isFinite), "the weights are not finite");

program.write("symbols", new Int32Array(32 * 40).fill(1000));
program.run("train", { rows: 32, steps: 40 });
const refused = await program.read("loss", new Float32Array(1)).then(
  () => "",
  (error: Error) => error.message,
);
expectTrue(/index is out of range/.test(refused), "a symbol out of range was accepted");
program.run("train", writeBatch(program, long, 5));
expectTrue(
  Number.isFinite((await program.read("loss", new Float32Array(1)))[0]),
  "the device is unusable after an error",
);
program.dispose();
console.log(JSON.stringify(counts));
