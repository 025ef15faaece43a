// Cells of your own, as text. The minimal gated unit (Zhou et al. 2016, arXiv:1603.09420v1) takes three lines; a GRU written
// out here trains exactly as the built-in one does, which is nothing but equations either. Must reach: gradients right to
// 1e-6, losses of the two GRUs equal to the last bit, and the minimal gated unit below 1 nat.
import { language, learnText, train, type Cell } from "unrolled";
import { checkCell, equations } from "unrolled/cells";

const minimal = equations("minimal")`
  f  = σ(Wf x + Uf h + bf)
  n  = tanh(Wn x + Un (f ⊙ h) + bn)
  h' = (1 - f) ⊙ h + f ⊙ n
`;

const mine = equations("my-gru")`
  forget = sigmoid(Wr x + Ur q + br)
  update = sigmoid(Wz x + Uz q + bz)
  fresh  = tanh(Wn x + bn + forget * (Un q + cn))
  q'     = (1 - update) * fresh + update * q
  output q
`;

const lines = Array.from({ length: 300 }, (_, i) => `${i} times ${i} is ${i * i}\n`);
const text = await learnText(lines.join(""));

async function losses(cell: string | Cell): Promise<number[]> {
  const nats: number[] = [];
  const options = { split: 1, steps: 250, batch: 8, window: 32, rate: 0.01 };
  for await (const event of train(language({ cell, size: 48 }), text, options))
    if (event.kind === "step") nats.push(event.loss);
  return nats;
}

const { pass, error } = await checkCell(minimal);
console.log(`minimal: largest relative error of a gradient ${error.toExponential(1)}`);

const [builtIn, own] = [await losses("gru"), await losses(mine)];
const difference = Math.max(...builtIn.map((nats, i) => Math.abs(nats - own[i]!)));
console.log(
  `gru ${builtIn.at(-1)!.toFixed(4)} nats, my-gru ${own.at(-1)!.toFixed(4)}: difference ${difference}`,
);

const nats = (await losses(minimal)).at(-1)!;
console.log(`minimal ${nats.toFixed(4)} nats`);
if (!(pass && difference === 0 && nats < 1)) throw new Error("own cell: a number was not reached");
