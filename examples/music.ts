// Music: which notes sound next, each key by itself. Chords in a round with a melody on top; then a piece of its own.
// Must reach: 0.3 nats a frame less than chances of each key by whether it sounded a frame before.
import { cellNamed, fit, wasmDevice } from "unrolled";
import { compose, composer, fitKeyMarkov, keyNats, musicExamples, type MusicTask } from "unrolled/tasks";

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
const task: MusicTask = { kind: "music", lowest: 48, keys: 32, resolution: 2, predictsFirst: true };
const network = composer(task, { cell: cellNamed("gru"), size: 32 });
const device = wasmDevice();
const train = musicExamples(task, pieces.slice(0, 20));
const validation = musicExamples(task, pieces.slice(20));
const data = { kind: "examples", train, validation } as const;
const run = await fit({ network, device, data, batch: 8, rate: 0.01, budget: { epochs: 40 } });
let nats = Infinity;
for await (const event of run) if (event.kind === "validation") nats = event.loss;

const before = keyNats(fitKeyMarkov(pieces.slice(0, 20)), pieces.slice(20)).natsPerFrame;
const piece = await compose({ task, network, device, store: run.store }, { length: 16, seed: 2 });
console.log(piece.map((notes) => notes.join(" ")).join(" | "));
console.log(`${nats.toFixed(3)} nats a frame, each key by its frame before ${before.toFixed(3)}`);
device.dispose();
if (!(nats < before - 0.3)) throw new Error(`music: ${nats} nats a frame, not 0.3 below ${before}`);
