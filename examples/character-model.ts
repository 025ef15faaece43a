// A character model of this very file, in a few seconds: an LSTM reads it in lanes, the state carried from window
// to window, and then writes on. Must reach: below 0.5 nats a character.
import { fileURLToPath } from "node:url";
import {
  cellNamed,
  createSampler,
  fileChunks,
  fit,
  languageModel,
  readText,
  textCodec,
  wasmDevice,
} from "unrolled/node";

const file = fileURLToPath(new URL("../examples/character-model.ts", import.meta.url));
const { alphabet, ids } = await readText(fileChunks(file));
const network = languageModel({ vocabulary: alphabet.symbols.length, cell: cellNamed("lstm"), size: 96 });
const device = wasmDevice();

const run = await fit({
  network,
  device,
  data: { kind: "text", train: ids },
  budget: { steps: 600 },
  batch: 8,
  window: 32,
  rate: 0.01,
  schedule: { kind: "cosine", final: 0.1 },
});
let [sum, count] = [0, 0];
for await (const event of run) {
  if (event.kind !== "step") continue;
  if (event.step % 100 === 0) console.log(`step ${event.step}  ${event.loss.toFixed(3)} nats`);
  // The mean over the last tenth: one window alone says little.
  if (event.share > 0.9) [sum, count] = [sum + event.loss, count + 1];
}
const nats = sum / count;

const sampler = await createSampler({ network, device, store: run.store, text: textCodec(alphabet) });
let text = "// A character";
await sampler.prime(text);
for await (const piece of sampler.generate({ length: 120, temperature: 0.5 })) text += piece;
device.dispose();

console.log(`\n${text}\n`);
console.log(`${nats.toFixed(3)} nats a character over the last steps, from ${ids.length} characters`);
if (!(nats < 0.5)) throw new Error(`character model: ${nats} nats a character, not below 0.5`);
