// The lecture's example: an alphabet of four letters, and a network that learns to say "hello". Must reach: below
// 0.01 nats a letter, and "ello" after "h".
import { cellNamed, createSampler, encodeString, fit, languageModel, textCodec, wasmDevice } from "unrolled";

const { alphabet, ids } = encodeString("hello");
const network = languageModel({ vocabulary: alphabet.symbols.length, cell: cellNamed("elman"), size: 8 });
const device = wasmDevice();

const run = await fit({
  network,
  device,
  data: { kind: "sequences", train: [ids] },
  budget: { steps: 150 },
  rate: 0.05,
});
let loss = Infinity;
for await (const event of run) if (event.kind === "step") loss = event.loss;

const sampler = await createSampler({ network, device, store: run.store, text: textCodec(alphabet) });
await sampler.prime("h");
let said = "";
for await (const letter of sampler.generate({ length: 4, temperature: 0 })) said += letter;
device.dispose();

console.log(`after "h" comes "${said}", at ${loss.toFixed(4)} nats a letter`);
if (!(loss < 0.01 && said === "ello")) throw new Error("hello: not below 0.01 nats, or not 'ello'");
