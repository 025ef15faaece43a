// Captions of images: a sentence for each image of coloured shapes, from the features of the built-in filter bank. Needs
// the package onnxruntime-node. Must reach: BLEU-4 of 0.6 on new images after two epochs.
import { caption, shapesExample, train } from "unrolled";
import { filterBank, openEncoder } from "unrolled/node";

const examples = Array.from({ length: 1200 }, (_, i) => shapesExample(i));
const encoder = await openEncoder({ model: filterBank(), preprocessing: "plain" });
const vectors = await encoder.encode(examples.map(({ image }) => image));
await encoder.dispose();
const images = examples.map(({ captions }, i) => ({ vector: vectors[i]!, captions }));

const task = caption({ cell: "lstm", size: 96, embedding: 32 });
const run = train(task, { images: images.slice(0, 1100) }, { split: 1, batch: 64, rate: 0.01, epochs: 2 });
for await (const event of run) if (event.kind === "end") console.log(`${event.step} updates`);
const model = await run.latest();

const [unseen, ...others] = images.slice(1100);
const [found] = await model.predict([unseen!.vector]);
console.log(`"${found?.text}"; a person might say "${unseen?.captions[0]}"`);
const { bleu4 } = await model.score({ images: others });
console.log(`BLEU-4 ${bleu4.toFixed(3)}`);
if (!(bleu4 >= 0.6)) throw new Error(`captions: BLEU-4 is ${bleu4}, not 0.6`);
