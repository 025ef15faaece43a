// A cell of your own, in three lines: the minimal gated unit (Zhou et al. 2016, arXiv:1603.09420v1). And a GRU written
// anew under other names, to show that nothing is special about the built-in cells. Must reach: gradients right to 1e-6,
// losses of the two GRUs the same to the last bit, and the minimal gated unit below 1 nat.
import { learnText, wasmDevice } from "unrolled";
import { cellNamed, checkCell, equations, type Cell } from "unrolled/cells";
import { fit, languageModel, type TrainingRun } from "unrolled/plan";

const minimal = equations("minimal")`
  f  = σ(Wf x + Uf h + bf)
  n  = tanh(Wn x + Un (f ⊙ h) + bn)
  h' = (1 - f) ⊙ h + f ⊙ n
`;

const renamed = equations("my-gru")`
  forget = sigmoid(A x + B q + a)
  update = sigmoid(C x + D q + c)
  fresh  = tanh(E x + e + forget * (F q + f))
  q'     = (1 - update) * fresh + update * q
  output q
`;

const lines = Array.from({ length: 300 }, (_, i) => `${i} times ${i} is ${i * i}\n`);
const { symbols, ids } = await learnText(lines.join(""));
const device = wasmDevice();

function prepare(cell: Cell): Promise<TrainingRun> {
  const network = languageModel({ vocabulary: symbols.size, cell, size: 48 });
  const data = { kind: "text", train: ids } as const;
  return fit({ network, device, data, budget: { steps: 250 }, batch: 8, window: 32, rate: 0.01 });
}

async function lossesOf(run: TrainingRun): Promise<number[]> {
  const nats: number[] = [];
  for await (const event of run) if (event.kind === "step") nats.push(event.loss);
  return nats;
}

const check = await checkCell(minimal);
console.log(`minimal: largest relative error of a gradient ${check.error.toExponential(1)}`);

const [builtIn, anew] = [await prepare(cellNamed("gru")), await prepare(renamed)];
// Parameters start from random streams named after them; these two have to start alike.
anew.store.write(await builtIn.store.read());
const [expected, actual] = [await lossesOf(builtIn), await lossesOf(anew)];
const apart = Math.max(...expected.map((nats, i) => Math.abs(nats - (actual[i] ?? NaN))));
console.log(`gru ${expected.at(-1)?.toFixed(4)} nats, my-gru ${actual.at(-1)?.toFixed(4)}: ${apart} apart`);

const nats = (await lossesOf(await prepare(minimal))).at(-1) ?? Infinity;
console.log(`minimal ${nats.toFixed(4)} nats`);
if (!(check.pass && apart === 0 && nats < 1)) throw new Error("own cell: a number was not reached");
