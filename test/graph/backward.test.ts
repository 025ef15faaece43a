// The printed backward pass: readable as in a lecture, and numerically equal to what the plan computes. With widths of 1
// every matrix is a number, so the printed lines can be evaluated directly.
import { expect, test } from "vitest";
import { cells, cellNamed } from "../../src/cells/index.ts";
import { deriveBackward, type DerivedLine } from "../../src/graph/backward.ts";
import type { Cell } from "../../src/language/cell.ts";
import { equations } from "../../src/language/equations.ts";
import { printExpression } from "../../src/language/print.ts";
import { runCase } from "../../src/check/case-run.ts";
import { sizesFor } from "../../src/model/single-cell.ts";
import { randomCase } from "../../src/check/random-case.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { tolerances } from "../tolerances.ts";

const wide = { H: 8, I: 5, other: 3 };
const lines = (list: readonly DerivedLine[]): string[] => list.map((l) => `${l.name} = ${l.expression}`);
const derived = (cell: Cell) => deriveBackward(cell, sizesFor(cell, wide));

test("the LSTM's backward pass reads as in a lecture", () => {
  const { forward, step, parameters } = derived(cellNamed("lstm"));
  expect(forward).toEqual([]);
  expect(lines(step)).toEqual([
    "dh' = ∇h' + dh⁺",
    "do = dh' ⊙ tanh(c')",
    "dc' = dc⁺ + dh' ⊙ o ⊙ (1 - tanh(c')²)",
    "di = dc' ⊙ g",
    "dg = dc' ⊙ i",
    "df = dc' ⊙ c",
    "dc = dc' ⊙ f",
    "δo = do ⊙ o ⊙ (1 - o)",
    "δg = dg ⊙ (1 - g²)",
    "δf = df ⊙ f ⊙ (1 - f)",
    "δi = di ⊙ i ⊙ (1 - i)",
    "dh = Uiᵀ δi + Ufᵀ δf + Ugᵀ δg + Uoᵀ δo",
    "dx = Wiᵀ δi + Wfᵀ δf + Wgᵀ δg + Woᵀ δo",
  ]);
  expect(lines(parameters).slice(0, 3)).toEqual(["dWi = Σ δi xᵀ", "dUi = Σ δi hᵀ", "dbi = Σ δi"]);
  expect(parameters).toHaveLength(12);
});

test("values without a name that the backward pass reads twice are listed first", () => {
  const cell = equations("squashed")`
    h' = tanh(W x + U h + b) ⊙ softplus(W x + U h + b)
  `;
  expect(lines(derived(cell).forward)).toEqual(["a1 = W x + U h + b"]);
});

test("a name of the cell is never taken for a derivative", () => {
  const cell = equations("taken")`
    dh = σ(W x + U h)
    h' = dh ⊙ tanh(V x + b)
  `;
  const names = lines(derived(cell).step).map((line) => line.split(" = ")[0]);
  expect(names.slice(0, 2)).toEqual(["∂h'", "ddh"]);
  expect(names).toContain("∂h");
  expect(new Set(names).size).toBe(names.length);
});

test("masks, divisions, fixed matrices and means are printed", () => {
  const cell = equations("odd")`
    m  = mask(0.25, per step) ⊙ tanh(W x)
    h' = 0.5 ⊙ h / (1 + abs(m)) + F h - mean(h)
    fixed F
  `;
  const { forward, step, parameters } = derived(cell);
  expect(lines(forward)).toEqual(["m1 = mask(0.25, per step)"]);
  expect(lines(parameters)).toEqual(["dW = Σ δW xᵀ"]);
  expect(lines(step)).toContain("δW = dm ⊙ m1 ⊙ (1 - tanh(W x)²)");
  expect(lines(step)).toContain("dh = Fᵀ dh' - mean(dh') + 0.5 ⊙ δ1");
});

const ownCell = equations("own")`
  e  = x - 0.7 ⊙ V h
  q  = exp(-square(e)) / (2 + c)
  c' = 0.9 ⊙ c + softplus(A e + p ⊙ q)
  o  = σ(P c' + k)
  h' = o ⊙ log(1 + c') - sqrt(q + 0.1) ⊙ h
  requires I = H
`;

/** Cells that make sense with widths of 1, where there is nothing to normalise and there are no blocks. */
const calculable = cells.filter((cell) => !/norm\(|^ *blocks/mu.test(cell.text));

test.each([...calculable, ownCell])("the printed lines of $name give the plan's gradients", async (cell) => {
  const printed = await gradientsByText(cell, 1);
  for (const { actual, expected } of printed) {
    expect(Math.abs(actual - expected)).toBeLessThan(tolerances.plan * Math.max(1, Math.abs(expected)));
  }
  expect(printed.length).toBe(cell.parameters.filter((p) => p.trained).length + cell.states.length + 1);
});

test("a printed line that is wrong is noticed", async () => {
  const wrong = await gradientsByText(cellNamed("gru"), 1.01);
  const errors = wrong.map(({ actual, expected }) => Math.abs(actual - expected) / Math.abs(expected));
  expect(Math.max(...errors)).toBeGreaterThan(1e-3);
});

/** All gradients, by evaluating the printed text and by the plan. `slip` introduces an error into the δ lines. */
async function gradientsByText(cell: Cell, slip: number): Promise<{ actual: number; expected: number }[]> {
  const steps = 3;
  const sizes = { steps, rows: 1, H: 1, I: 1, other: 1 };
  const form = { fresh: false, ragged: false, resets: false, index: false };
  const given = randomCase(cell, sizes, form, 5);
  const run = await runCase(referenceDevice(), given);
  const gradients = await run.gradients();
  const value = (name: string): Float64Array => {
    const quantity = given.quantities.find((q) => q.name === name);
    const place = given.layout.places.find((p) => p.name === `cell.${name}`);
    if (place) return given.parameters.subarray(place.offset, place.offset + place.size);
    return quantity ? run.valuesOf(quantity) : new Float64Array(steps);
  };
  const weightsOf = (from: string): Float64Array =>
    given.projections.find((p) => p.from === from)?.weights ?? new Float64Array(steps);

  // Forward, by the text of the equations.
  const constant: Values = Object.fromEntries([
    ...cell.parameters.map((p) => [p.name, value(p.name)[0] as number] as const),
    ...Object.entries(cell.constants),
  ]);
  let previous: Values = Object.fromEntries(
    cell.states.map((s) => [s.name, value(`initial ${s.name}`)[0] as number]),
  );
  const history: Values[] = [];
  for (let t = 0; t < steps; t++) {
    const now: Values = { ...constant, ...previous, x: value("x")[t] as number };
    for (const { name, next, expression } of cell.equations) {
      now[next ? `${name}'` : name] = calculate(printExpression(expression), now);
    }
    history.push(now);
    previous = Object.fromEntries(cell.states.map((s) => [s.name, now[`${s.name}'`] as number]));
  }

  // Backward, by the printed text.
  const { forward, step, parameters } = derived(cell);
  const isState = cell.states.some((s) => s.name === cell.output);
  const sums: Values = {};
  const inputs: number[] = [];
  let after: Values = Object.fromEntries(
    cell.states.map((s) => [`d${s.name}⁺`, weightsOf(`final.cell.${s.name}`)[0] as number]),
  );
  for (let t = steps - 1; t >= 0; t--) {
    const now: Values = { ...(history[t] as Values), ...after };
    now[`∇${cell.output}${isState ? "'" : ""}`] = weightsOf("output.cell")[t] as number;
    for (const { name, expression } of [...forward, ...step]) {
      now[name] = calculate(expression, now) * (name.startsWith("δ") ? slip : 1);
    }
    for (const { name, expression } of parameters) {
      sums[name] = (sums[name] ?? 0) + calculate(expression.replaceAll("Σ ", ""), now);
    }
    inputs.unshift(now["dx"] as number);
    after = Object.fromEntries(cell.states.map((s) => [`d${s.name}⁺`, now[`d${s.name}`] as number]));
  }
  return given.quantities.map((quantity) => {
    const expected = gradients.get(quantity) as Float64Array;
    const state = quantity.name.replace("initial ", "");
    if (quantity.name === "x") return { actual: inputs[1] as number, expected: expected[1] as number };
    const actual = quantity.name === state ? sums[`d${state}`] : after[`d${state}⁺`];
    return { actual: actual as number, expected: expected[0] as number };
  });
}

type Values = Record<string, number>;

/** Evaluates a printed expression of numbers; two adjacent names are a product, which has the highest precedence. */
function calculate(text: string, values: Values): number {
  const tokens = [...text.replaceAll("ᵀ", "").matchAll(/[\p{L}∇][\p{L}\p{Nd}'⁺]*|\d[\d.]*|\S/gu)].map(
    ([token]) => token,
  );
  let at = 0;
  const startsOperand = (token: string | undefined): boolean =>
    token !== undefined && /^[\p{L}∇(\d]/u.test(token);
  const atom = (): number => {
    const token = tokens[at++] as string;
    let value: number;
    if (token === "(") [value] = [sum(), at++];
    else if (token === "[") {
      // A comparison: 1 or 0.
      const [left] = [sum(), at++];
      const [right] = [sum(), at++];
      value = left > right ? 1 : 0;
    } else if (token === "-") return -factor();
    else if (/^\d/u.test(token)) value = Number(token);
    else if (token in functions && tokens[at] === "(") {
      at++;
      const given = [sum()];
      for (; tokens[at] === ","; given.push(sum())) at++;
      value = (functions[token] as (...x: number[]) => number)(...given);
      at++;
    } else {
      expect(values).toHaveProperty([token]);
      value = values[token] as number;
    }
    for (; tokens[at] === "²"; at++) value *= value;
    return value;
  };
  const factor = (): number => {
    let value = atom();
    while (startsOperand(tokens[at])) value *= atom();
    return value;
  };
  const term = (): number => {
    let value = factor();
    for (; tokens[at] === "⊙" || tokens[at] === "/";)
      value = tokens[at++] === "/" ? value / factor() : value * factor();
    return value;
  };
  const sum = (): number => {
    let value = term();
    for (; tokens[at] === "+" || tokens[at] === "-";) value += tokens[at++] === "-" ? -term() : term();
    return value;
  };
  const value = sum();
  expect(tokens.slice(at)).toEqual([]);
  return value;
}

const unary =
  (f: (x: number) => number) =>
  (x = NaN) =>
    f(x);
const functions: Readonly<Record<string, (...x: number[]) => number>> = {
  σ: unary((x) => 1 / (1 + Math.exp(-x))),
  tanh: unary(Math.tanh),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  relu: unary((x) => Math.max(0, x)),
  square: unary((x) => x * x),
  softplus: unary((x) => Math.log1p(Math.exp(x))),
  max: Math.max,
};
