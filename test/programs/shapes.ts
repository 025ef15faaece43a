import { caption, namedPreprocessing, preprocess, shapesExample, train } from "unrolled";
const small = namedPreprocessing("plain", { size: { width: 8, height: 8 } });
const images = Array.from({ length: 600 }, (_, i) => shapesExample(i)).map(({ image, captions }) => ({
  vector: preprocess(image, small),
  captions,
}));
const task = caption({ cell: "lstm", size: 64 });
const run = train(task, { images }, { split: [0.8, 0.1, 0.1], epochs: 5, rate: 0.01 });
for await (const event of run) if (event.kind === "validation") console.log(event.loss);
const model = await run.best();
console.log(await model.score("test"));
const [found] = await model.predict([images[0]!.vector]);
console.log(`"${found?.text}" of "${images[0]?.captions[0]}"`);
