import { music, train } from "unrolled";
const [roots, melody] = [[48, 53, 55] as const, [72, 74, 76, 77, 79, 77, 76] as const];
const pieces = Array.from({ length: 30 }, (_, p) =>
  Array.from({ length: 32 }, (_, t) => {
    const root = roots[((t >> 1) + p) % 3] ?? 48;
    return [root, root + 4, root + 7, melody[(t + 3 * p) % 7] ?? 72];
  }),
);
const task = music({ cell: "gru", size: 32, range: { lowest: 48, highest: 79 } });
const run = train(task, pieces, { split: [0.8, 0.1, 0.1], epochs: 20, rate: 0.02 });
for await (const event of run) if (event.kind === "validation") console.log(event.loss);
const model = await run.best();
console.log(await model.score("test"));
const piece = await model.compose({ length: 16, temperature: 0.5 });
console.log(piece.map((notes) => notes.join(" ")).join(" | "), model.midi(piece).length);
