import { test } from "vitest";
import { readFileSync } from "node:fs";
import { composer, musicExamples, compose, type MusicTask } from "../src/tasks/music.ts";
import { cellNamed } from "../src/cells/index.ts";
import { fit } from "../src/train/fit.ts";
import { evaluate } from "../src/train/evaluate.ts";
import { bestWeights } from "../src/train/state.ts";
import { nativeDevice } from "../src/run/native.ts";
test("x", async () => {
  const d = JSON.parse(readFileSync("/work/shared/data/jsb-chorales/jsb-chorales-quarter.json", "utf8"));
  for (const predictsFirst of [true, false]) for (const [c, size] of [["gru", 46], ["lstm", 36], ["elman", 100]] as const) {
  const task: MusicTask = { kind: "music", lowest: 21, keys: 88, resolution: 1, predictsFirst };
  const network = composer(task, { cell: cellNamed(c), size });
  const device = nativeDevice({ threads: 1 });
  for (const seed of [1,2]) {
  const run = await fit({ network, device, data: { kind: "examples", train: musicExamples(task, d.train), validation: musicExamples(task, d.valid) }, batch: 8, rate: 0.005, budget: { epochs: 60 }, clip: {kind:"norm", limit: 1}, patience: 8, seed });
  for await (const e of run) { }
  const s = await run.snapshot();
  run.store.write(bestWeights(s));
  const r = await evaluate({ network, device, store: run.store, data: { kind: "examples", items: musicExamples(task, d.test) } });
  console.log(predictsFirst, c, seed, s.step, s.seconds, s.best!.loss, r.loss);
  if (c === "gru" && seed === 1 && predictsFirst) console.log(JSON.stringify(await compose({task, network, device, store: run.store}, {length: 16})));
  }}
}, 600000);
