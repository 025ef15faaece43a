// The cells against numbers that PyTorch made in float64: outputs, final states and every gradient. The scripts
// that made them, and PyTorch's version, stand in `test/goldens`.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { networkOf } from "../../src/model/random-case.ts";
import { buildPlan } from "../../src/plan/build.ts";
import { referenceDevice } from "../../src/run/reference.ts";
import { readCellGoldens, type CellCase } from "../goldens/read.ts";
import { tolerances } from "../tolerances.ts";
import { distance, expectClose } from "./closeness.ts";

type Numbers = Readonly<Record<string, readonly number[]>>;

/** Everything that a golden expects, by name. */
async function measure(golden: CellCase, scale = 1): Promise<Map<string, Float64Array>> {
  const { T, B, I, H } = golden.sizes;
  const device = referenceDevice();
  const network = networkOf(cellNamed(golden.cell), { I, H }, false);
  const plan = buildPlan(network, { mode: "train", rows: B, steps: T });
  const store = device.parameters(plan.parameters);
  const program = await device.compile(plan, store);
  const parameters = new Float64Array(plan.parameters.size);
  const given: Readonly<Record<string, { shape: readonly number[]; values: readonly number[] }>> =
    golden.parameters;
  for (const { name, offset, shape } of plan.parameters.places) {
    const own = given[name.slice("cell.".length)];
    expect(own?.shape, name).toEqual(shape);
    parameters.set(
      (own?.values ?? []).map((v) => v * scale),
      offset,
    );
  }
  store.write(parameters);
  program.write("x", Float64Array.from(golden.x));
  program.write("d.cell", Float64Array.from(golden.projection.outputs));
  const { final, initial }: { final: Numbers; initial: Numbers } = {
    final: golden.projection.final,
    initial: golden.initial,
  };
  for (const [state, values] of Object.entries(initial)) {
    program.write(`initial.cell.${state}`, Float64Array.from(values));
    program.write(`dfinal.cell.${state}`, Float64Array.from(final[state] ?? []));
  }
  program.run("forward", { rows: B, steps: T });
  program.run("backward", { rows: B, steps: T });

  const read = (name: string, size: number): Promise<Float64Array> =>
    program.read(name, new Float64Array(size));
  const found = new Map([
    ["outputs", await read("output.cell", T * B * H)],
    ["dx", await read("d.x", T * B * I)],
  ]);
  for (const state of Object.keys(initial)) {
    found.set(`final ${state}`, await read(`final.cell.${state}`, B * H));
    found.set(`dinitial ${state}`, await read(`dinitial.cell.${state}`, B * H));
  }
  const gradients = await read("gradients", plan.parameters.trained);
  for (const { name, offset, size } of plan.parameters.places) {
    found.set(`gradient ${name.slice("cell.".length)}`, gradients.subarray(offset, offset + size));
  }
  return found;
}

function expectedOf(golden: CellCase): Map<string, readonly number[]> {
  const { outputs, dx, final, gradients, dinitial } = golden.expected;
  const named = (kind: string, numbers: Numbers): [string, readonly number[]][] =>
    Object.entries(numbers).map(([name, values]) => [`${kind} ${name}`, values]);
  return new Map([
    ["outputs", outputs],
    ["dx", dx],
    ...named("final", final),
    ...named("dinitial", dinitial),
    ...named("gradient", gradients),
  ]);
}

const { cases } = readCellGoldens();

test.each(cases.map((golden) => ({ golden, cell: golden.cell, ...golden.sizes })))(
  "$cell with T=$T B=$B I=$I H=$H",
  async ({ golden }) => {
    const came = await measure(golden);
    const expected = expectedOf(golden);
    expect([...came.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [quantity, values] of expected) {
      expectClose(quantity, came.get(quantity) ?? [], values, tolerances.pytorch);
    }
  },
);

test("parameters that are wrong by 1e-8 are seen in every quantity", async () => {
  const golden = cases[0] as CellCase;
  const came = await measure(golden, 1 + 1e-8);
  for (const [quantity, values] of expectedOf(golden)) {
    expect(distance(came.get(quantity) ?? [], values), quantity).toBeGreaterThan(tolerances.pytorch);
  }
});
