// The lecture's first example: a network with the vocabulary h, e, l, o that learns to say "hello". Trains it and
// looks inside; prints nothing.
import type { Cell } from "../language/cell.ts";
import { createSampler, type TextCodec } from "../infer/sample.ts";
import { languageModel } from "../model/language-model.ts";
import { buildPlan } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { Device, ParameterStore } from "../run/device.ts";
import { fit } from "../train/fit.ts";

export const letters: readonly string[] = ["h", "e", "l", "o"];
const inputs = "hell";
const targets = "ello";

export interface HelloStep {
  readonly input: string;
  readonly target: string;
  /** Probability of each letter of the vocabulary. */
  readonly outputs: readonly number[];
  readonly hidden: readonly number[]; // [H]
}

export interface Hello {
  readonly parameters: number;
  /** Updates made. */
  readonly steps: number;
  /** Mean over the four letters, in nats, after the last update. */
  readonly nats: number;
  readonly table: readonly HelloStep[];
  /** What follows "h" if the most likely letter is taken each time. */
  readonly continuation: string;
}

/** Training ends where every letter is nearly sure, or is given up. */
const enough = 0.005;
const mostSteps = 2000;

/** Full backpropagation through the four steps, the same every time. */
export async function trainHello(cell: Cell, size: number, device: Device): Promise<Hello> {
  const network = languageModel({ vocabulary: letters.length, cell, size });
  const word = Uint8Array.from(inputs + targets.slice(-1), (letter) => letters.indexOf(letter));
  const run = await fit({
    network,
    device,
    batch: 1,
    rate: 0.03,
    seed: 1,
    data: { kind: "sequences", train: [word] },
    budget: { steps: mostSteps },
  });
  let steps = 0;
  for await (const event of run) {
    if (event.kind !== "step") continue;
    steps = event.step;
    if (event.loss < enough) break;
  }
  const table = await look(network, device, run.store);
  const nats = table.reduce((sum, { outputs, target }) => {
    return sum - Math.log(outputs[letters.indexOf(target)] as number) / table.length;
  }, 0);
  const continuation = await greedy(network, device, run.store);
  run.dispose();
  return { parameters: run.store.layout.size, steps, nats, table, continuation };
}

/** The network's outputs and hidden state at each step. */
async function look(network: Network, device: Device, store: ParameterStore): Promise<HelloStep[]> {
  const steps = inputs.length;
  const plan = buildPlan(network, { mode: "evaluate", rows: 1, steps });
  const program = await device.compile(plan, store);
  program.write(
    "symbols",
    Int32Array.from(inputs, (letter) => letters.indexOf(letter)),
  );
  program.write("resets", Float64Array.of(1, 0, 0, 0));
  program.run("forward", { rows: 1, steps });
  const width = plan.views["output.layer1"]?.width ?? 0;
  const hidden = await program.read("output.layer1", new Float64Array(steps * width));
  const logits = await program.read("output.readout", new Float64Array(steps * letters.length));
  program.dispose();
  return Array.from(inputs, (input, t) => ({
    input,
    target: targets[t] as string,
    outputs: softmax(logits.subarray(t * letters.length, (t + 1) * letters.length)),
    hidden: [...hidden.subarray(t * width, (t + 1) * width)],
  }));
}

function softmax(logits: Float64Array): number[] {
  const top = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

async function greedy(network: Network, device: Device, store: ParameterStore): Promise<string> {
  const text: TextCodec = {
    encode: (given) => Array.from(given, (letter) => letters.indexOf(letter)),
    decoder: () => ({
      push: (ids) => Array.from(ids, (id) => letters[id] as string).join(""),
      end: () => "",
    }),
    start: 0,
  };
  const sampler = await createSampler({ network, device, store, text });
  await sampler.prime("h");
  let made = "";
  for await (const piece of sampler.generate({ length: targets.length, temperature: 0 })) made += piece;
  sampler.dispose();
  return made;
}
