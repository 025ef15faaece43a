// Music: which notes sound next, each key by itself. Chords in a round with a melody on top; then a piece of its own.
// Must reach: 0.3 nats a frame less than chances of each key by whether it sounded a frame before.
import { music, train } from "unrolled";

const chords = [
  [48, 52, 55],
  [53, 57, 60],
  [55, 59, 62],
  [48, 52, 55],
];
const melody = [72, 74, 76, 77, 79, 77, 76, 74];
const pieces = Array.from({ length: 24 }, (_, p) => {
  return Array.from({ length: 32 }, (_, t) => [
    ...(chords[Math.floor((t + p) / 2) % 4] as number[]),
    melody[(t + 3 * p) % 8] as number,
  ]);
});
const run = train(
  music({ cell: "gru", size: 32, range: { lowest: 48, highest: 79 }, resolution: 2 }),
  pieces.slice(0, 20),
  {
    split: 1,
    batch: 8,
    rate: 0.01,
    epochs: 40,
  },
);
for await (const event of run) if (event.kind === "end") console.log(`${event.step} updates`);

const model = await run.latest();
const { nats, baselines = [] } = await model.score({ train: pieces.slice(0, 20), test: pieces.slice(20) });
const before = baselines.at(-1)?.nats ?? 0;
const piece = await model.compose({ length: 16, seed: 2 });
console.log(piece.map((notes) => notes.join(" ")).join(" | "));
console.log(`${nats.toFixed(3)} nats a frame, each key by its frame before ${before.toFixed(3)}`);
if (!(nats < before - 0.3)) throw new Error(`music: ${nats} nats a frame, not 0.3 below ${before}`);
