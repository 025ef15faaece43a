import { test } from "vitest";
import { shapesExample } from "../src/data/shapes/shapes.ts";
import { filterBank } from "../src/io/filter-bank.ts";
import { openEncoder } from "../src/io/image-encoder.ts";
import { captioner, captionExamples, describe as caption } from "../src/tasks/caption.ts";
import { cellNamed } from "../src/cells/index.ts";
import { fit } from "../src/train/fit.ts";
import { nativeDevice } from "../src/run/native.ts";
test("x", async () => {
  const N = Number(process.env["N"] ?? 5000);
  const enc = await openEncoder({ model: filterBank(), preprocessing: "plain" });
  console.log(enc.describe());
  let t0 = performance.now();
  const make = async (seed: number, n: number) => { const ex = Array.from({length:n},(_,i)=>shapesExample(i,{seed,side:64})); const f = await enc.encode(ex.map(e=>e.image)); return ex.map((e,i)=>({vector:f[i]!, captions:e.captions})); };
  const train = await make(1, N), held = await make(2, 1000);
  console.log("encode", (performance.now()-t0)/1000);
  const { task, network } = captioner(train, { cell: cellNamed(process.env["CELL"] ?? "lstm"), size: Number(process.env["H"] ?? 256), embedding: 64, encoder: "bank", sees: (process.env["SEES"] ?? "first") as "first" });
  const device = nativeDevice();
  const run = await fit({ network, device, data: { kind: "examples", train: captionExamples(task, train), validation: captionExamples(task, held.slice(0,200)) }, batch: 64, rate: 0.002, schedule: {kind:"cosine"}, clip:{kind:"norm",limit:1}, budget: { epochs: Number(process.env["E"] ?? 5) } });
  for await (const e of run) { if (e.kind === "validation") console.log(e.step, e.loss); if (e.kind==="step" && e.step%200===0) console.log(e.step, e.loss, e.seconds.toFixed(0));}
  t0 = performance.now();
  const said = await caption({ task, network, device, store: run.store }, held.map(h => h.vector));
  console.log("exact", said.filter(([b], i) => held[i]!.captions.includes(b!.text)).length / held.length, performance.now()-t0);
  for (let i = 0; i < 12; i++) console.log(held[i]!.captions.includes(said[i]![0]!.text), said[i]![0]!.text, "|", held[i]!.captions[0]);
}, 900000);
