import { language, readText, saveModel, train } from "unrolled/node";
const book = await readText("book.txt");
const run = train(language({ cell: "gru", size: 256 }), book, { split: [0.9, 0.1], epochs: 10 });
for await (const event of run) if (event.kind === "validation") console.log(event.step, event.loss);
const model = await run.best();
for await (const piece of model.write("Once ", { length: 200, temperature: 0.7 }))
  process.stdout.write(piece);
await saveModel("book.safetensors", model);
