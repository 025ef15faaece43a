// The scheduled and fused plan against the plain equations, both interpreted in float64: values, states, kept quantities
// and every gradient; in training, in evaluation, and step by step with carried states.
import { expect, test } from "vitest";
import { cellNamed, cells } from "../../src/cells/index.ts";
import { formsOf } from "../../src/check/check.ts";
import { randomCase, randomNetworkCase, type RandomCase } from "../../src/check/random-case.ts";
import type { Writable } from "../../src/run/device.ts";
import { tolerances } from "../tolerances.ts";
import { proofCells } from "./cells.ts";
import { expectClose } from "./closeness.ts";
import { networks } from "./networks.ts";
import { differentiatePlain } from "./plain-gradient.ts";
import { compileCase, expectGradients, expectRead } from "./programs.ts";
import { flat, runPlain, type Token } from "./plain.ts";

const sizes = { steps: 5, rows: 3, H: 5, I: 3, other: 2 };
const forms = [false, true].flatMap((fresh) => [
  { fresh, ragged: false, resets: false },
  { fresh, ragged: true, resets: true },
]);
const cases: { name: string; given: RandomCase }[] = [
  ...[...cells, ...proofCells].flatMap((cell) =>
    formsOf(
      sizes.steps,
      cell.inputs.some((input) => input.name === "x"),
    ).map((form, i) => ({
      name: `${cell.name} ${JSON.stringify(form)}`,
      given: randomCase(cell, sizes, form, i + 1),
    })),
  ),
  ...networks.flatMap(({ name, network }) =>
    forms.map((form, i) => ({
      name: `${name} ${JSON.stringify(form)}`,
      given: randomNetworkCase(network, sizes, form, i + 1),
    })),
  ),
];

/** Layers that run in reverse carry no state. */
const isReverse = ({ network }: RandomCase, state: string): boolean =>
  network.layers.some((l) => l.direction === "reverse" && state.startsWith(`${l.name}.`));

test.each(cases)("values in training and evaluation: $name", async ({ given }) => {
  for (const mode of ["train", "evaluate"] as const) {
    const plain = runPlain(given, mode === "train");
    const program = await compileCase(given, mode);
    program.run("forward", given.extent);
    for (const [layer, outputs] of plain.outputs) await expectRead(program, `output.${layer}`, flat(outputs));
    for (const [state, rows] of plain.finals) await expectRead(program, `final.${state}`, flat(rows));
    program.run("carry", given.extent);
    for (const [state, rows] of plain.finals) {
      if (!isReverse(given, state)) await expectRead(program, `initial.${state}`, flat(rows));
    }
  }
});

test.each(cases)("gradients: $name", async ({ given }) => {
  const plain = differentiatePlain(given);
  const program = await compileCase(given, "train");
  program.run("forward", given.extent);
  program.run("backward", given.extent);
  await expectGradients(program, given, plain);
});

test.each(cases)("kept quantities and their derivatives: $name", async ({ given }) => {
  const values = runPlain(given, true);
  const gradients = differentiatePlain(given);
  const quantities = given.network.layers.flatMap(({ name: layer, cell }) =>
    [...cell.states, ...cell.locals].flatMap(({ name }) => [
      { layer, name, kept: `${layer}.${name}`, derivative: false },
      ...(gradients.named.get(layer)?.(name, values.tokens[0] as Token)
        ? [{ layer, name, kept: `${layer}.d${name}`, derivative: true }]
        : []),
    ]),
  );
  const program = await compileCase(
    given,
    "train",
    quantities.map((q) => q.kept),
  );
  program.run("forward", given.extent);
  program.run("backward", given.extent);
  for (const { layer, name, kept, derivative } of quantities) {
    const perRow = program.plan.buffers.find((b) => b.name === kept)?.extent === "rows";
    const tokens = values.tokens.filter((token) => !perRow || token.step === 0);
    const expected = tokens.map((token) => {
      const named = values.named.get(layer)?.[token.place];
      return derivative
        ? gradients.named.get(layer)?.(name, token)
        : (named?.get(`${name}'`) ?? named?.get(name));
    });
    await expectRead(program, kept, flat(expected as Float64Array[]));
  }
  await expectGradients(program, given, gradients);
});

const stepwise = cases.filter(
  ({ given }) => !given.extent.lengths && given.network.layers.every((l) => l.direction !== "reverse"),
);

test.each(stepwise)("step by step with carried states: $name", async ({ given }) => {
  const { rows, steps } = given.extent;
  const plain = runPlain(given, false);
  const program = await compileCase(given, "step");
  for (let t = 0; t < steps; t++) {
    const perStep = given.network.inputs.filter((input) => input.per === "step");
    for (const { name, kind, width } of [...perStep, { name: "resets", kind: "dense", width: 1 } as const]) {
      const size = rows * (kind === "index" ? 1 : width);
      program.write(name, (given.buffers.get(name) as Writable).subarray(t * size, (t + 1) * size));
    }
    program.run("forward", { rows, steps: 1 });
    program.run("carry", { rows, steps: 1 });
    for (const [layer, outputs] of plain.outputs) {
      await expectRead(program, `output.${layer}`, flat(outputs.slice(t * rows, (t + 1) * rows)));
    }
  }
  for (const [state, values] of plain.finals) await expectRead(program, `final.${state}`, flat(values));
});

test("a plan that differs from the equations is detected", async () => {
  const given = randomCase(
    cellNamed("elman"),
    sizes,
    { fresh: false, ragged: false, resets: false, index: false },
    1,
  );
  const plain = runPlain(given, false);
  const program = await compileCase(
    { ...given, parameters: given.parameters.map((p) => p + 1e-10) },
    "evaluate",
  );
  program.run("forward", given.extent);
  const outputs = flat(plain.outputs.get("cell") ?? []);
  const actual = await program.read("output.cell", new Float64Array(outputs.length));
  expect(() => expectClose("output", actual, outputs, tolerances.plan)).toThrow();
});
