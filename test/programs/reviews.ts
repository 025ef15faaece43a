import { classify, loadModel, readLabelledTable, saveModel, train } from "unrolled/node";
const reviews = await readLabelledTable("reviews.csv", { text: "review", label: "stars" });
const run = train(classify({ cell: "gru", size: 32 }), reviews, { split: [0.8, 0.1, 0.1], epochs: 8 });
for await (const event of run) if (event.kind === "validation") console.log(event.loss);
const model = await run.best();
console.log(await model.score("test")); // the part that training left out: accuracy, macro-F1, beside a baseline
await saveModel("reviews.safetensors", model);
const later = await loadModel("reviews.safetensors", classify);
const [{ label, probability }] = await later.predict(["a good film"]);
console.log(label, probability);
