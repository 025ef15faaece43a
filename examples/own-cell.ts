// A cell of your own, in four lines: the minimal gated unit (Zhou et al. 2016, arXiv:1603.09420v1). And a GRU
// written anew under other names, to show that nothing is special about the built-in cells. Must reach: gradients
// right to 1e-6, losses of the two GRUs the same to the last bit, and the minimal gated unit below 1 nat.
import { cellNamed, checkCell, encodeString, equations, fit, languageModel, wasmDevice } from "unrolled";
import type { Cell, TrainingRun } from "unrolled";

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
const { alphabet, ids } = encodeString(lines.join(""));
const device = wasmDevice();

function trainer(cell: Cell): Promise<TrainingRun> {
  const network = languageModel({ vocabulary: alphabet.symbols.length, cell, size: 48 });
  const data = { kind: "text", train: ids } as const;
  return fit({ network, device, data, budget: { steps: 250 }, batch: 8, window: 32, rate: 0.01 });
}

async function losses(run: TrainingRun): Promise<number[]> {
  const nats: number[] = [];
  for await (const event of run) if (event.kind === "step") nats.push(event.loss);
  return nats;
}

const check = await checkCell(minimal);
console.log(`minimal: greatest relative error of a gradient ${check.error.toExponential(1)}`);

const [builtIn, own] = [await trainer(cellNamed("gru")), await trainer(renamed)];
// Parameters start from streams that are named after them; here both shall start alike.
own.store.write(await builtIn.store.read());
const [expected, came] = [await losses(builtIn), await losses(own)];
const apart = Math.max(...expected.map((nats, i) => Math.abs(nats - (came[i] ?? NaN))));
console.log(`gru ${expected.at(-1)?.toFixed(4)} nats, my-gru ${came.at(-1)?.toFixed(4)}: ${apart} apart`);

const nats = (await losses(await trainer(minimal))).at(-1) ?? Infinity;
device.dispose();
console.log(`minimal ${nats.toFixed(4)} nats`);
if (!(check.pass && apart === 0 && nats < 1)) throw new Error("own cell: a number was not reached");
