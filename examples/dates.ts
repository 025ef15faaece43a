// Sequence to sequence: dates as people write them become ISO dates, by an encoder, a decoder and attention. Must reach:
// 95 % of new dates exact.
import { cellNamed, fit, wasmDevice } from "unrolled";
import { datePair, translate, translateExamples, translator } from "unrolled/tasks";

const pairs = Array.from({ length: 4000 }, (_, i) => datePair(1, i));
const { task, network } = translator(pairs, {
  cell: cellNamed("gru"),
  size: 64,
  embedding: 32,
  attentionSize: 32,
});
const device = wasmDevice();
const run = await fit({
  network,
  device,
  data: { kind: "examples", train: translateExamples(task, pairs) },
  batch: 32,
  rate: 0.004,
  schedule: { kind: "cosine" },
  clip: { kind: "norm", limit: 1 },
  budget: { steps: 300 },
});
for await (const event of run) {
  if (event.kind === "step" && event.step % 100 === 0) console.log(event.step, event.loss.toFixed(3));
}

const fresh = Array.from({ length: 200 }, (_, i) => datePair(2, i)).filter(
  (p) => p.source.length <= task.places,
);
const found = await translate(
  { task, network, device, store: run.store },
  fresh.map((pair) => pair.source),
);
const exact = found.filter(([best], i) => best?.text === fresh[i]?.target).length / fresh.length;
console.log(
  `"${fresh[0]?.source}" is ${found[0]?.[0]?.text}; ${(100 * exact).toFixed(1)} % of new dates are right`,
);
device.dispose();
if (!(exact >= 0.95)) throw new Error(`dates: ${exact} are exact, not 0.95`);
