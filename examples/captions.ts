// Captions of images: pictures of coloured shapes, features of the built-in filter bank, and words that follow one from
// another. Needs the package onnxruntime-node. Must reach: BLEU-4 0.6 on new pictures after two passes.
import { cellNamed, fit, wasmDevice } from "unrolled";
import { filterBank, openEncoder } from "unrolled/node";
import { bleu, captioner, captionExamples, captionTokens, describe, shapesExample } from "unrolled/tasks";

const examples = Array.from({ length: 1200 }, (_, i) => shapesExample(i));
const encoder = await openEncoder({ model: filterBank(), preprocessing: "plain" });
const vectors = await encoder.encode(examples.map((example) => example.image));
await encoder.dispose();
const images = examples.map(({ captions }, i) => ({ vector: vectors[i] as Float32Array, captions }));
const [learned, fresh] = [images.slice(0, 1100), images.slice(1100)];

const cell = cellNamed("lstm");
const { task, network } = captioner(learned, { cell, size: 96, embedding: 32, encoder: "filter-bank" });
const device = wasmDevice();
const data = { kind: "examples", train: captionExamples(task, learned) } as const;
const run = await fit({ network, device, data, batch: 64, rate: 0.01, budget: { epochs: 2 } });
for await (const event of run) if (event.kind === "end") console.log(`${event.step} steps`);

const found = await describe(
  { task, network, device, store: run.store },
  fresh.map((image) => image.vector),
);
const said = found.map(([best]) => best?.text ?? "");
const { scores } = bleu(
  fresh.map(({ captions }, i) => ({
    candidate: captionTokens(said[i] ?? ""),
    references: captions.map(captionTokens),
  })),
);
console.log(`"${said[0]}" of "${fresh[0]?.captions[0]}"; BLEU-4 ${scores[3]?.toFixed(3)}`);
device.dispose();
if (!((scores[3] ?? 0) >= 0.6)) throw new Error(`captions: BLEU-4 is ${scores[3]}, not 0.6`);
