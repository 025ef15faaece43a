// A character model of this very file, in a few seconds: an LSTM reads it in parallel lanes, with the state carried from
// window to window, and then writes text. Must reach: less than 0.5 nats per character.
import { fileURLToPath } from "node:url";
import { language, readText, train } from "unrolled/node";

const file = fileURLToPath(new URL("../examples/character-model.ts", import.meta.url));
const text = await readText(file);
const run = train(language({ cell: "lstm", size: 96 }), text, {
  split: 1,
  steps: 800,
  batch: 8,
  window: 32,
  rate: 0.01,
  schedule: { kind: "cosine", final: 0.1 },
});
for await (const event of run)
  if (event.kind === "step" && event.step % 100 === 0) console.log(event.step, event.loss.toFixed(3));
const model = await run.latest();

let written = "// A character";
for await (const piece of model.write(written, { length: 120, temperature: 0.5 })) written += piece;
console.log(`\n${written}\n`);

const { nats, tokens } = await model.score("train");
console.log(`${nats.toFixed(3)} nats per character, over ${tokens} characters`);
if (!(nats < 0.5)) throw new Error(`character model: ${nats} nats per character, not below 0.5`);
