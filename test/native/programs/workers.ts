// The addon in several worker threads at once, each with devices of its own; the main thread does not load it. One
// worker is terminated during a long run. Prints checksums of the weights that the others learned.
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { nativeDevice } from "../../../src/run/native/device.ts";
import { prepare, train, trainingCases, writeBatch, type TrainingCase } from "../training.ts";

if (isMainThread) {
  const start = (task: string): Worker => new Worker(fileURLToPath(import.meta.url), { workerData: task });
  const message = (worker: Worker): Promise<unknown> =>
    new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  const results = await Promise.all(["train", "train", "train"].map((task) => message(start(task))));
  const terminated = start("long");
  await message(terminated);
  await terminated.terminate();
  console.log(JSON.stringify(results));
} else if (workerData === "train") {
  const trainingCase = trainingCases[0] as TrainingCase;
  const { weights } = await train(nativeDevice({ threads: 2 }), trainingCase, 30);
  parentPort?.postMessage(weights.reduce((sum, w, i) => sum + w * Math.sin(i), 0));
} else {
  const trainingCase: TrainingCase = { name: "long", cell: "lstm", rows: 64, steps: 60, size: 256 };
  const { program } = await prepare(nativeDevice({ threads: 2 }), trainingCase);
  writeBatch(program, trainingCase, 1);
  for (let i = 0; i < 3; i++) program.run("train", { rows: 64, steps: 60 });
  parentPort?.postMessage("started");
  await program.read("loss", new Float32Array(1));
}
