// Each cell and transform against an independent implementation: outputs, final states and every gradient, in float64.
// The implementations, plain loops and PyTorch modules, are in `test/goldens`, with the version of PyTorch.
import { expect, test } from "vitest";
import { cellNamed, cells } from "../../src/cells/index.ts";
import type { Cell } from "../../src/language/cell.ts";
import { equations } from "../../src/language/equations.ts";
import { lower } from "../../src/graph/lower.ts";
import { cellNetwork } from "../../src/model/single-cell.ts";
import { buildPlan } from "../../src/plan/build.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { readCellGoldens, readTransformGoldens, type LayerGolden, type Named } from "../goldens/read.ts";
import { tolerances } from "../tolerances.ts";
import { distance, expectClose } from "./closeness.ts";

/** The values that a golden has, by name. */
async function measure(cell: Cell, golden: LayerGolden, scale = 1): Promise<Map<string, Float64Array>> {
  const { T = 1, B = 1, ...sizes } = golden.sizes;
  const device = referenceDevice();
  // Fixed parameters have no gradient, but the goldens have gradients of all.
  const trained = { ...cell, parameters: cell.parameters.map((p) => ({ ...p, trained: true })) };
  const network = cellNetwork(trained, sizes);
  const plan = buildPlan(network, { mode: "train", rows: B, steps: T });
  const store = device.parameters(plan.parameters);
  const program = await device.compile(plan, store);
  const parameters = new Float64Array(plan.parameters.size);
  expect(plan.parameters.places.map((p) => p.name.slice("cell.".length)).sort()).toEqual(
    Object.keys(golden.parameters).sort(),
  );
  for (const { name, offset, shape } of plan.parameters.places) {
    const own = golden.parameters[name.slice("cell.".length)];
    expect(own?.shape, name).toEqual(shape);
    parameters.set(
      (own?.values ?? []).map((v) => v * scale),
      offset,
    );
  }
  store.write(parameters);
  program.write("x", Float64Array.from(golden.x));
  program.write("d.cell", Float64Array.from(golden.projection.outputs));
  expect(cell.states.map((s) => s.name).sort()).toEqual(Object.keys(golden.initial).sort());
  for (const [state, values] of Object.entries(golden.initial)) {
    program.write(`initial.cell.${state}`, Float64Array.from(values));
    program.write(`dfinal.cell.${state}`, Float64Array.from(golden.projection.final[state] ?? []));
  }
  program.run("forward", { rows: B, steps: T });
  program.run("backward", { rows: B, steps: T });

  const read = (name: string, size: number): Promise<Float64Array> =>
    program.read(name, new Float64Array(size));
  const measured = new Map([
    ["outputs", await read("output.cell", T * B * lower(cell, sizes).output.width)],
    ["dx", await read("d.x", golden.x.length)],
  ]);
  for (const [state, { length }] of Object.entries(golden.initial)) {
    measured.set(`final ${state}`, await read(`final.cell.${state}`, length));
    measured.set(`dinitial ${state}`, await read(`dinitial.cell.${state}`, length));
  }
  const gradients = await read("gradients", plan.parameters.trained);
  for (const { name, offset, size } of plan.parameters.places) {
    measured.set(`gradient ${name.slice("cell.".length)}`, gradients.subarray(offset, offset + size));
  }
  return measured;
}

function expectedOf(golden: LayerGolden): Map<string, readonly number[]> {
  const { outputs, dx, final, gradients, dinitial } = golden.expected;
  const named = (kind: string, numbers: Named): [string, readonly number[]][] =>
    Object.entries(numbers).map(([name, values]) => [`${kind} ${name}`, values]);
  return new Map([
    ["outputs", outputs],
    ["dx", dx],
    ...named("final", final),
    ...named("dinitial", dinitial),
    ...named("gradient", gradients),
  ]);
}

async function expectGolden(cell: Cell, golden: LayerGolden): Promise<void> {
  const actual = await measure(cell, golden);
  const expected = expectedOf(golden);
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [quantity, values] of expected) {
    expectClose(quantity, actual.get(quantity) ?? [], values, tolerances.goldens);
  }
}

const goldens = readCellGoldens();

test("every cell has a golden", () => {
  expect(goldens.map((golden) => golden.cell).sort()).toEqual(cells.map((cell) => cell.name).sort());
});

test.each(goldens.map((golden) => ({ golden, cell: golden.cell })))("$cell", async ({ golden }) => {
  await expectGolden(cellNamed(golden.cell), golden);
});

/** An LSTM that normalises the products of all gates together, as equations: `norm` is over its argument only. */
const jointlyNormed = equations("layer-norm-joint")`
  xi = Wi x
  xf = Wf x
  xg = Wg x
  xo = Wo x
  mx = (mean(xi) + mean(xf) + mean(xg) + mean(xo)) / 4
  vx = (mean(square(xi - mx)) + mean(square(xf - mx)) + mean(square(xg - mx)) + mean(square(xo - mx))) / 4
  dx = sqrt(vx + 1e-5)
  hi = Ui h
  hf = Uf h
  hg = Ug h
  ho = Uo h
  mh = (mean(hi) + mean(hf) + mean(hg) + mean(ho)) / 4
  vh = (mean(square(hi - mh)) + mean(square(hf - mh)) + mean(square(hg - mh)) + mean(square(ho - mh))) / 4
  dh = sqrt(vh + 1e-5)
  i  = σ(gxi ⊙ (xi - mx) / dx + sxi + ghi ⊙ (hi - mh) / dh + shi + bi)
  f  = σ(gxf ⊙ (xf - mx) / dx + sxf + ghf ⊙ (hf - mh) / dh + shf + bf)
  g  = tanh(gxg ⊙ (xg - mx) / dx + sxg + ghg ⊙ (hg - mh) / dh + shg + bg)
  o  = σ(gxo ⊙ (xo - mx) / dx + sxo + gho ⊙ (ho - mh) / dh + sho + bo)
  c' = f ⊙ c + i ⊙ g
  h' = o ⊙ tanh(c')
`;

const transformedCells: Readonly<Record<string, Cell>> = {
  "layer-norm": cellNamed("lstm+layer-norm"),
  "layer-norm-joint": jointlyNormed,
  // In a plan for evaluation masks are their means.
  zoneout: inEvaluation(cellNamed("lstm+zoneout:c=0.5,h=0.05")),
  "deep-transition": cellNamed("gru+deep-transition:2"),
  residual: cellNamed("lstm+residual"),
  highway: cellNamed("lstm+highway"),
};

/** Replaces each mask by its mean. */
function inEvaluation(cell: Cell): Cell {
  const text = cell.text.replace(/mask\(([\d.]+), per \w+\)/gu, (_, rate: string) =>
    String(1 - Number(rate)),
  );
  expect(text).not.toContain("mask");
  return equations(cell.name)`${text}`;
}

test.each(readTransformGoldens().map((golden) => ({ golden, name: golden.name })))(
  "the transform $name",
  async ({ golden, name }) => {
    await expectGolden(transformedCells[name] as Cell, golden);
  },
);

test("an error of 1e-8 in the parameters is detected in every quantity", async () => {
  const golden = goldens.find((g) => g.cell === "lstm")!;
  const actual = await measure(cellNamed("lstm"), golden, 1 + 1e-8);
  for (const [quantity, values] of expectedOf(golden)) {
    expect(distance(actual.get(quantity) ?? [], values), quantity).toBeGreaterThan(tolerances.goldens);
  }
});

test("the nine cells of Greff et al. have as many parameters as their table says", () => {
  for (const [N, M] of [
    [128, 64],
    [7, 5],
  ] as const) {
    const gate = N * M + N * N + N;
    const peephole = N;
    const expected = {
      "greff-v": 4 * gate + 3 * peephole,
      "greff-nig": 3 * gate + 2 * peephole,
      "greff-nfg": 3 * gate + 2 * peephole,
      "greff-nog": 3 * gate + 2 * peephole,
      "greff-niaf": 4 * gate + 3 * peephole,
      "greff-noaf": 4 * gate + 3 * peephole,
      "greff-cifg": 3 * gate + 2 * peephole,
      "greff-np": 4 * gate,
      "greff-fgr": 4 * gate + 3 * peephole + 9 * N * N,
    };
    for (const [name, count] of Object.entries(expected)) {
      const network = cellNetwork(cellNamed(name), { H: N, I: M });
      expect(buildPlan(network, { mode: "evaluate", rows: 1, steps: 1 }).parameters.size, name).toBe(count);
    }
  }
});
