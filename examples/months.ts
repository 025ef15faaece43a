// Classification of sequences: in which month is a date that people wrote, in words or figures? Texts in, a label for each
// out, beside naive Bayes. Must reach: 98 % of new dates.
import { cellNamed, fit, wasmDevice } from "unrolled";
import { classifier, classify, classifyExamples, datePair, trainNaiveBayes } from "unrolled/tasks";

const items = Array.from({ length: 1500 }, (_, i) => {
  const { source, target } = datePair(1, i);
  return { value: source, label: target.slice(5, 7) };
});
const [learned, fresh] = [items.slice(0, 1200), items.slice(1200)];
const { task, network } = classifier(learned, { cell: cellNamed("gru"), size: 32 });
const device = wasmDevice();
const train = classifyExamples(task, learned);
const budget = { epochs: 8 };
const schedule = { kind: "cosine" } as const;
const run = await fit({
  network,
  device,
  data: { kind: "examples", train },
  batch: 32,
  rate: 0.01,
  schedule,
  budget,
});
for await (const event of run) if (event.kind === "end") console.log(`${event.step} steps`);

const model = { task, network, device, store: run.store };
const found = await classify(
  model,
  fresh.map((item) => item.value),
);
const bayes = trainNaiveBayes(learned.map(({ value, label }) => [value, label] as const));
const share = (right: (i: number) => boolean): number =>
  fresh.filter((_, i) => right(i)).length / fresh.length;
const [own, plain] = [
  share((i) => found[i]?.label === fresh[i]?.label),
  share((i) => bayes.predict(fresh[i]?.value ?? "") === fresh[i]?.label),
];
console.log(`${(100 * own).toFixed(1)} % right, naive Bayes ${(100 * plain).toFixed(1)} %`);
device.dispose();
if (!(own >= 0.98)) throw new Error(`months: ${own} are right, not 0.98`);
