// Every optimiser against PyTorch in float64: ten updates of a two-layer LSTM with clipping and carried state.
import { describe, expect, it } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Program } from "../../src/run/device.ts";
import { referenceDevice } from "../../src/run/reference.ts";
import { updateOf, type OptimizerSettings, type Update } from "../../src/train/optimizers.ts";
import { readModelGolden, type ModelParameterName, type OptimizerName } from "../goldens/read.ts";
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
  const final = store.read();
  const finals = plan.parameters.places.map(({ name, offset, size }): [string, number[]] => [
    name,
    [...final.subarray(offset, offset + size)],
  ]);
  return { losses, norms, finals: new Map(finals) };
}

/** The greatest difference, relative to the greatest expected value. */
function difference(came: readonly number[], expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - came[i]!))) / scale;
}

describe("optimisers agree with PyTorch in float64", () => {
  it.each(Object.keys(optimizers) as OptimizerName[])("%s", async (name) => {
    const run = runs[name];
    const update = updateOf(optimizers[name], { kind: "norm", limit: golden.clip });
    const came = await train(update, run.settings.lr);
    expect(difference(came.losses, run.losses)).toBeLessThan(tolerances.pytorch);
    expect(difference(came.norms, run.gradientNorms)).toBeLessThan(tolerances.pytorch);
    if (name !== "adam") return;
    for (const [parameter, expected] of Object.entries(golden.finalParameters.adam)) {
      expect(difference(came.finals.get(parameter)!, expected), parameter).toBeLessThan(tolerances.pytorch);
    }
  });

  it("and a rate that is 0.1 % off would be seen", async () => {
    const update = updateOf(optimizers.adam, { kind: "norm", limit: golden.clip });
    const came = await train(update, runs.adam.settings.lr * 1.001);
    expect(difference(came.losses, runs.adam.losses)).toBeGreaterThan(1e4 * tolerances.pytorch);
  });
});
