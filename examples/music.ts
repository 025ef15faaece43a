// Music: which notes sound next, each key on its own. A circle of chords with a melody on top, then a new piece. Must
// reach: 0.3 nats per frame less than a baseline that knows whether each key sounded in the frame before.
import { music, train } from "unrolled";

const chords = [[48, 52, 55], [53, 57, 60], [55, 59, 62], [48, 52, 55]]; // prettier-ignore
const melody = [72, 74, 76, 77, 79, 77, 76, 74];
const pieces = Array.from({ length: 24 }, (_, p) =>
  Array.from({ length: 32 }, (_, t) => [...chords[Math.floor((t + p) / 2) % 4]!, melody[(t + 3 * p) % 8]!]),
);
const data = { train: pieces.slice(0, 20), test: pieces.slice(20) };
const task = music({ cell: "gru", size: 32, range: { lowest: 48, highest: 79 }, resolution: 2 });
const run = train(task, data, { batch: 8, rate: 0.01, epochs: 40 });
for await (const event of run) if (event.kind === "end") console.log(`${event.step} updates`);
const model = await run.latest();

const piece = await model.compose({ length: 16, seed: 2 });
console.log(piece.map((notes) => notes.join(" ")).join(" | "));
const { nats, baselines = [] } = await model.score("test");
const baseline = baselines.at(-1)!;
console.log(`${nats.toFixed(3)} nats per frame, ${baseline.name} ${baseline.nats.toFixed(3)}`);
if (!(nats < baseline.nats - 0.3))
  throw new Error(`music: ${nats} nats per frame, not 0.3 below the baseline`);
