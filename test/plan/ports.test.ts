import { expect, test } from "vitest";
import { equations } from "../../src/language/equations.ts";
import { buildPlan, parameterLayout } from "../../src/plan/build.ts";
import type { Network } from "../../src/plan/network.ts";
import type { Ports } from "../../src/plan/plan.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { networkOf, tinyLayer } from "./tiny.ts";

const sgd = {
  cell: equations("sgd")`
    v' = 0.9 ⊙ v + d
    w' = w - rate ⊙ v'
    output w
    input d per step
    input rate per sequence
    width rate = 1
  `,
};
const given = networkOf(tinyLayer);
const learned: Network = { ...given, loss: { kind: "cross-entropy", of: "tiny" } };
const shape = { rows: 2, steps: 4 } as const;

test("a plan names everything that its caller reads and writes", () => {
  const { ports } = buildPlan(learned, { ...shape, mode: "train", update: sgd, keep: ["tiny.h"] });
  expect(ports).toEqual({
    inputs: { x: "x" },
    outputs: { tiny: "output.tiny" },
    states: [
      {
        layer: "tiny",
        state: "h",
        width: 2,
        initial: "initial.tiny.h",
        final: "final.tiny.h",
        dinitial: "dinitial.tiny.h",
        dfinal: "dfinal.tiny.h",
      },
    ],
    kept: ["tiny.h"],
    resets: "resets",
    targets: "targets",
    weights: "weights",
    loss: "loss",
    seed: "seed",
    step: "step",
    gradients: "gradients",
    inputGradients: {},
    norm: "norm",
    status: "status",
    optimizer: { v: "optimizer.v" },
    numbers: { rate: "rate" },
  } satisfies Ports);
});

test("a given loss is a derivative that the caller writes, and inputs have one that it reads", () => {
  const { ports } = buildPlan(given, { ...shape, mode: "train" });
  expect(ports).toMatchObject({ outputGradient: "d.tiny", inputGradients: { x: "d.x" }, optimizer: {} });
  expect([ports.loss, ports.targets, ports.norm]).toEqual([undefined, undefined, undefined]);
});

test("a plan for evaluation has nothing that training has", () => {
  const { ports } = buildPlan(learned, { ...shape, mode: "evaluate" });
  expect([ports.seed, ports.gradients, ports.outputGradient]).toEqual([undefined, undefined, undefined]);
  expect(ports.states[0]).not.toHaveProperty("dfinal");
  expect([ports.targets, ports.weights, ports.loss]).toEqual(["targets", "weights", "loss"]);
});

test("a program accepts every name", async () => {
  const plan = buildPlan(learned, { ...shape, mode: "train", update: sgd, keep: ["tiny.h"] });
  const device = referenceDevice();
  const program = await device.compile(plan, device.parameters(parameterLayout(learned)));
  const { ports } = plan;
  const { initial, final, dinitial, dfinal } = ports.states[0]!;
  const written = [
    ports.inputs["x"],
    ports.resets,
    ports.weights,
    initial,
    dfinal,
    ports.optimizer["v"],
    ports.numbers["rate"],
  ];
  for (const name of written) program.write(name!, new Float64Array(1));
  for (const name of [ports.targets, ports.seed, ports.step]) program.write(name!, new Int32Array(1));
  program.run("train", shape);
  const read = [
    ports.outputs["tiny"],
    final,
    dinitial,
    ports.loss,
    ports.gradients,
    ports.norm,
    ports.status,
    ...ports.kept,
  ];
  for (const name of read) expect(await program.read(name!, new Float64Array(1))).toHaveLength(1);
});
