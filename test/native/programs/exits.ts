// Starts long runs on several threads, reads nothing and disposes of nothing. The process must end by itself once the
// work is done.
import { nativeDevice } from "../../../src/run/native/device.ts";
import { prepare, writeBatch, type TrainingCase } from "../training.ts";

const trainingCase: TrainingCase = { name: "long", cell: "gru", rows: 32, steps: 50, size: 192 };
const { program } = await prepare(nativeDevice({ threads: 3 }), trainingCase);
for (let step = 1; step <= 3; step++) program.run("train", writeBatch(program, trainingCase, step));
console.log(JSON.stringify({ started: 3 }));
