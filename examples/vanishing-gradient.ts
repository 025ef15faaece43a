// How far back does a gradient reach? A loss on the last step alone, and the norm of its derivative by the hidden
// state (`dh`, kept by name) at every step before. Untrained networks, float64. Must reach: 100 steps back, less than
// 1e-12 of it is left in the simple network, and more than 0.01 in the LSTM whose forget gates start open.
import { cellNamed, equations, type Cell } from "unrolled/cells";
import { buildPlan, initialParameters, referenceDevice, type Network } from "unrolled/plan";

const [T, H, I] = [101, 32, 8];

/** |dh| at each step for a loss that depends on the last one. [T] */
async function reach(cell: Cell): Promise<number[]> {
  const network: Network = {
    inputs: [{ name: "x", width: I, kind: "dense", per: "step" }],
    layers: [{ name: "layer", cell, sizes: { H, I }, inputs: { x: "x" } }],
    loss: { kind: "given", of: "layer" },
  };
  const plan = buildPlan(network, { mode: "train", rows: 1, steps: T, keep: ["layer.dh"] });
  const device = referenceDevice();
  const store = device.parameters(plan.parameters);
  store.write(initialParameters(plan.parameters, 1));
  const program = await device.compile(plan, store);
  program.write(
    "x",
    Float64Array.from({ length: T * I }, (_, i) => Math.sin(7 * i + 1)),
  );
  program.write("dfinal.layer.h", new Float64Array(H).fill(1 / Math.sqrt(H)));
  program.run("forward", { rows: 1, steps: T });
  program.run("backward", { rows: 1, steps: T });
  const dh = await program.read("layer.dh", new Float64Array(T * H)); // [T, 1, H]
  return Array.from({ length: T }, (_, t) => Math.hypot(...dh.subarray(t * H, (t + 1) * H)));
}

const shown = [0, 1, 2, 5, 10, 20, 50, 100];
console.log(`${"steps back".padEnd(30)}${shown.map((d) => String(d).padStart(9)).join("")}`);

/** The share that is left 100 steps back. */
async function show(title: string, cell: Cell): Promise<number> {
  const norms = await reach(cell);
  const back = (distance: number): number => norms[T - 1 - distance] ?? NaN;
  console.log(title.padEnd(30) + shown.map((d) => back(d).toExponential(1).padStart(9)).join(""));
  return back(100) / back(0);
}

// The initial values of most libraries: uniform, ±1/√H.
const uniform = `init U = uniform(${-1 / Math.sqrt(H)}, ${1 / Math.sqrt(H)})`;
const simple = equations("simple")`
  h' = tanh(W x + U h + b)
  ${uniform}
`;
const open = equations("open")`
  ${cellNamed("lstm").text.replace("init bf = 1", "init bf = 4")}
`;

const left = await show("elman, U uniform", simple);
await show("elman, U orthogonal", cellNamed("elman"));
await show("lstm, bf = 1", cellNamed("lstm"));
const kept = await show("lstm, bf = 4", open);
console.log(`left after 100 steps: simple ${left.toExponential(1)}, open LSTM ${kept.toExponential(1)}`);
if (!(left < 1e-12 && kept > 0.01)) throw new Error("vanishing gradient: a number was not reached");
