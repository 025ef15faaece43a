// Every optimiser against PyTorch in float64: ten updates of a two-layer LSTM with clipping and carried state.
import { describe, expect, it } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Program } from "../../src/run/device.ts";
import { parseCell } from "../../src/language/equations.ts";
import type { Network } from "../../src/plan/network.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import type { ClipSettings } from "../../src/train/clip.ts";
import { updateOf, type OptimizerSettings, type Update } from "../../src/train/optimizers.ts";
import { readModelGolden, type ModelParameterName, type OptimizerName } from "../goldens/read.ts";
import { distance, expectClose } from "../proof/closeness.ts";
import { tolerances } from "../tolerances.ts";

const golden = readModelGolden();
const { V, T, B, H } = golden.sizes;
const runs = golden.runs;
const tokens = T * B;

const adamSettings = ({ betas: [beta1, beta2], eps }: { betas: readonly [number, number]; eps: number }) =>
  ({ beta1, beta2, epsilon: eps }) as const;

const optimizers: Record<OptimizerName, OptimizerSettings> = {
  sgd: { kind: "sgd" },
  "sgd-momentum": { kind: "sgd", momentum: runs["sgd-momentum"].settings.momentum },
  "sgd-nesterov": { kind: "sgd", momentum: runs["sgd-nesterov"].settings.momentum, nesterov: true },
  rmsprop: { kind: "rmsprop", decay: runs.rmsprop.settings.alpha, epsilon: runs.rmsprop.settings.eps },
  adagrad: { kind: "adagrad", epsilon: runs.adagrad.settings.eps },
  adam: { kind: "adam", ...adamSettings(runs.adam.settings) },
  adamw: {
    kind: "adamw",
    ...adamSettings(runs.adamw.settings),
    weightDecay: runs.adamw.settings.weight_decay,
  },
  "adam-l2": {
    kind: "adam",
    ...adamSettings(runs["adam-l2"].settings),
    weightDecay: runs["adam-l2"].settings.weight_decay,
  },
};

async function number(program: Program, name: string): Promise<number> {
  return (await program.read(name, new Float64Array(1)))[0]!;
}

async function train(update: Update, rate: number) {
  const network = languageModel({ vocabulary: V, cell: cellNamed("lstm"), size: H, layers: 2 });
  const plan = buildPlan(network, { mode: "train", rows: B, steps: T, update: update.rule });
  const device = referenceDevice();
  const store = device.parameters(plan.parameters);
  const values = new Float64Array(plan.parameters.size);
  for (const place of plan.parameters.places) {
    values.set(golden.parameters[place.name as ModelParameterName].values, place.offset);
  }
  store.write(values);

  const program = await device.compile(plan, store);
  program.write("weights", new Float64Array(tokens).fill(1));
  const losses: number[] = [];
  const norms: number[] = [];
  for (const [index, { inputs, targets }] of golden.windows.entries()) {
    program.write("symbols", Int32Array.from(inputs));
    program.write("targets", Int32Array.from(targets));
    for (const [name, value] of Object.entries(update.numbers(index + 1, rate))) {
      program.write(name, Float64Array.of(value));
    }
    program.run("train", { rows: B, steps: T });
    losses.push(await number(program, "loss"));
    norms.push(await number(program, "norm"));
  }
  const final = await store.read();
  const finals = plan.parameters.places.map(({ name, offset, size }): [string, number[]] => [
    name,
    [...final.subarray(offset, offset + size)],
  ]);
  return { losses, norms, finals: new Map(finals) };
}

describe("optimisers agree with PyTorch in float64", () => {
  it.each(Object.keys(optimizers) as OptimizerName[])("%s", async (name) => {
    const run = runs[name];
    const update = updateOf(optimizers[name], { kind: "norm", limit: golden.clip });
    const came = await train(update, run.settings.lr);
    expectClose("losses", came.losses, run.losses, tolerances.goldens);
    expectClose("norms", came.norms, run.gradientNorms, tolerances.goldens);
    if (name !== "adam") return;
    for (const [parameter, expected] of Object.entries(golden.finalParameters.adam)) {
      expectClose(parameter, came.finals.get(parameter)!, expected, tolerances.goldens);
    }
  });

  it("and a rate that is 0.1 % off would be seen", async () => {
    const update = updateOf(optimizers.adam, { kind: "norm", limit: golden.clip });
    const came = await train(update, runs.adam.settings.lr * 1.001);
    expect(distance(came.losses, runs.adam.losses)).toBeGreaterThan(1e4 * tolerances.goldens);
  });
});

describe("clipping", () => {
  const gradient = [3, -4, 0.1]; // norm 5.0009999
  const norm = Math.hypot(...gradient);

  /** One update of three weights at 0 by SGD at rate 1: the clipped gradient, negative. */
  async function clipped(clip: ClipSettings): Promise<number[]> {
    const cell = parseCell("scale", "y = w ⊙ x\noutput y\nwidth y = I");
    const network: Network = {
      inputs: [{ name: "x", width: 3, kind: "dense", per: "step" }],
      layers: [{ name: "layer", cell, sizes: { I: 3, H: 3 }, inputs: { x: "x" } }],
      loss: { kind: "cross-entropy", of: "layer" },
    };
    const { rule, numbers } = updateOf({ kind: "sgd" }, clip);
    const plan = buildPlan(network, { mode: "train", rows: 1, steps: 1, update: rule });
    const device = referenceDevice();
    const store = device.parameters(plan.parameters);
    const program = await device.compile(plan, store);
    program.write("gradients", Float64Array.from(gradient));
    for (const [name, value] of Object.entries(numbers(1, 1))) program.write(name, Float64Array.of(value));
    program.run("update", { rows: 1, steps: 1 });
    return [...(await store.read())].map((w) => -w);
  }

  it.each<[ClipSettings, number[]]>([
    [{ kind: "none" }, gradient],
    [{ kind: "value", limit: 2 }, [2, -2, 0.1]],
    [{ kind: "norm", limit: 100 }, gradient],
    [{ kind: "norm", limit: 1 }, gradient.map((d) => d / (norm + 1e-6))],
    [{ kind: "normalise", limit: 1 }, gradient.map((d) => d / (norm + 1e-6))],
    [{ kind: "normalise", limit: 100 }, gradient.map((d) => (100 * d) / (norm + 1e-6))],
  ])("%o", async (clip, expected) => {
    expectClose("clipped gradient", await clipped(clip), expected, tolerances.plan);
  });
});
