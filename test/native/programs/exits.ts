// Begins long runs on several threads and leaves: nobody reads, nothing is disposed of. The process must end by itself,
// once the work is done.
import { nativeDevice } from "../../../src/run/native/device.ts";
import { prepare, writeBatch, type TrainingCase } from "../training.ts";

const given: TrainingCase = { name: "long", cell: "gru", rows: 32, steps: 50, size: 192 };
const { program } = await prepare(nativeDevice({ threads: 3 }), given);
for (let step = 1; step <= 3; step++) program.run("train", writeBatch(program, given, step));
console.log(JSON.stringify({ begun: 3 }));
