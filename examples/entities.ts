// A tag for each word: the words before and after a name tell whether it is a person's, a place's or a firm's, so the
// network reads in both directions. Must reach: 97 % F1 for whole names in new sentences.
import { entitySentence, tag, train } from "unrolled";

const sentences = (seed: number, count: number) =>
  Array.from({ length: count }, (_, i) => entitySentence(seed, i)).map(({ tokens, tags }) => ({
    value: tokens,
    tags,
  }));
const [learned, fresh] = [sentences(1, 1000), sentences(2, 200)];
const run = train(tag({ cell: "gru", size: 32, embedding: 16 }), learned, {
  split: 1,
  steps: 300,
  batch: 16,
  rate: 0.02,
});
for await (const event of run) {
  if (event.kind === "step" && event.step % 100 === 0) console.log(event.step, event.loss.toFixed(3));
}

const model = await run.latest();
const [first] = await model.predict([fresh[0]?.value ?? []]);
console.log(
  first?.tokens.map((word, t) => (first.tags[t] === "O" ? word : `${word}/${first.tags[t]}`)).join(" "),
);
const { spans, baseline } = await model.score(fresh, { baseline: learned });
const f1 = spans?.f1 ?? 0;
console.log(`F1 of names ${f1.toFixed(3)}, ${baseline?.name} ${baseline?.spans?.f1.toFixed(3)}`);
if (!(f1 >= 0.97)) throw new Error(`entities: F1 is ${f1}, not 0.97`);
