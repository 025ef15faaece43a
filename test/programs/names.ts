import { entitySentence, tag, train } from "unrolled";
const items = Array.from({ length: 1000 }, (_, i) => entitySentence(1, i));
const run = train(tag({ cell: "gru", size: 32 }), items, { split: [0.8, 0.1, 0.1], epochs: 4, rate: 0.01 });
for await (const event of run) if (event.kind === "validation") console.log(event.loss);
const model = await run.best();
console.log(await model.score("test"));
const [{ tokens, tags }] = await model.predict(["Yesterday Paris hired forty people."]);
console.log(tokens.map((token, i) => `${token}/${tags[i]}`).join(" "));
