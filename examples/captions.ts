// Captions of images: pictures of coloured shapes, features of the built-in filter bank, and words that follow one from
// another. Needs the package onnxruntime-node. Must reach: BLEU-4 0.6 on new pictures after two passes.
import { caption, shapesExample, train } from "unrolled";
import { filterBank, openEncoder } from "unrolled/node";

const examples = Array.from({ length: 1200 }, (_, i) => shapesExample(i));
const encoder = await openEncoder({ model: filterBank(), preprocessing: "plain" });
const vectors = await encoder.encode(examples.map((example) => example.image));
await encoder.dispose();
const images = examples.map(({ captions }, i) => ({ vector: vectors[i] as Float32Array, captions }));
const [learned, fresh] = [images.slice(0, 1100), images.slice(1100)];

const run = train(
  caption({ cell: "lstm", size: 96, embedding: 32 }),
  { images: learned },
  {
    split: 1,
    batch: 64,
    rate: 0.01,
    epochs: 2,
  },
);
for await (const event of run) if (event.kind === "end") console.log(`${event.step} updates`);

const model = await run.latest();
const [found] = await model.predict(fresh.slice(0, 1).map((image) => image.vector));
const { bleu4: four } = await model.score({ images: fresh });
console.log(`"${found?.text}" of "${fresh[0]?.captions[0]}"; BLEU-4 ${four.toFixed(3)}`);
if (!(four >= 0.6)) throw new Error(`captions: BLEU-4 is ${four}, not 0.6`);
