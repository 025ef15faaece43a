// The texts of transformed cells, and the errors. The goldens test that the texts are right, the checks of the zoo test
// their gradients.
import { describe, expect, test } from "vitest";
import * as forCells from "../../src/cells.ts";
import { cellNamed, cells } from "../../src/cells/index.ts";
import { transforms } from "../../src/cells/transforms/index.ts";
import { deepTransition } from "../../src/cells/transforms/deep-transition.ts";
import { recurrentDropout } from "../../src/cells/transforms/recurrent-dropout.ts";
import { zoneout } from "../../src/cells/transforms/zoneout.ts";
import { parseCell } from "../../src/language/equations.ts";
import { printCell } from "../../src/language/print.ts";

/** Equations and clauses, without comments. */
const linesOf = (name: string): string[] =>
  printCell(cellNamed(name))
    .split("\n")
    .map((line) => line.replace(/ ?#.*$/u, ""))
    .filter((line) => line !== "");

test.each([
  ["elman+layer-norm", ["h' = tanh(norm(W x) + norm(U h) + b)"]],
  ["lstm-coupled+layer-norm", expect.arrayContaining(["h' = o ⊙ tanh(norm(c'))"])],
  ["elman+zoneout:h=0.1", ["h_new = tanh(W x + U h + b)", "h' = h + mask(0.1, per step) ⊙ (h_new - h)"]],
  [
    "lstm+zoneout",
    expect.arrayContaining(["c' = c + mask(0.5, per step) ⊙ (c_new - c)", "h_new = o ⊙ tanh(c_new)"]),
  ],
  [
    "gru-reset-before+recurrent-dropout:0.5",
    expect.arrayContaining([
      "h_kept = mask(0.5, per sequence) / (1 - 0.5) ⊙ h",
      "n = tanh(Wn x + Un (r ⊙ h_kept) + bn)",
      "h' = (1 - z) ⊙ h + z ⊙ n",
    ]),
  ],
  [
    "gru+candidate-dropout:0.5",
    expect.arrayContaining(["n = mask(0.5, per step) / (1 - 0.5) ⊙ tanh(Wn x + bn + r ⊙ (Un h + cn))"]),
  ],
  ["gru+weight-drop", expect.arrayContaining(["drop Ur = 0.5", "drop Uz = 0.5", "drop Un = 0.5"])],
  ["elman+weight-drop:W=0.1", expect.arrayContaining(["drop W = 0.1"])],
  ["elman+residual", expect.arrayContaining(["y = h' + x", "requires I = H", "output y"])],
  [
    "elman+highway",
    expect.arrayContaining(["t = σ(Wt x + bt)", "y = t ⊙ h' + (1 - t) ⊙ x", "init bt = -1", "output y"]),
  ],
  [
    "elman+deep-transition:3",
    [
      "h_1 = tanh(W x + U h + b)",
      "h_2 = tanh(U2 h_1 + b2)",
      "h' = tanh(U3 h_2 + b3)",
      "init U2 = orthogonal",
      "init U3 = orthogonal",
    ],
  ],
  ["elman+learned-start", ["h' = tanh(W x + U h + b)", "start h = h0"]],
  ["lstm+learned-start:c", expect.arrayContaining(["start c = c0"])],
  ["lstm+init:bf=chrono(100),bi=-bf", expect.arrayContaining(["init bf = chrono(100)", "init bi = -bf"])],
  ["elman+init:U=uniform(-0.5, 0.5)", expect.arrayContaining(["init U = uniform(-0.5, 0.5)"])],
])("%s", (name, expected) => {
  expect(linesOf(name)).toEqual(expected);
});

test("later equations read the new value of a zoned state, or the zoned one", () => {
  const lstm = cellNamed("lstm");
  expect(zoneout(lstm, { c: 0.5 }).text).toContain("h' = o ⊙ tanh(c_new)");
  expect(zoneout(lstm, { c: 0.5 }, "zoned").text).toContain("h' = o ⊙ tanh(c')");
});

test("the copies of a further transition differ from names that end in numbers", () => {
  const cell = parseCell("own", "a2 = tanh(A x + U2 h)\na  = σ(U a2 + U2 h)\nh' = a ⊙ a2");
  const deep = deepTransition(cell, 2);
  const names = deep.parameters.map((p) => p.name);
  expect(names).toEqual(["A", "U2", "U", "U2_2", "U_2"]);
  expect(deep.text).toContain(
    "h_1 = a ⊙ a2\na2_2 = tanh(U2_2 h_1)\na_2 = σ(U_2 a2_2 + U2_2 h_1)\nh' = a_2 ⊙ a2_2",
  );
});

test("a negated initial value refers to the copy of the same transition", () => {
  const cell = parseCell(
    "own",
    "f = σ(Wf x + Uf h + bf)\ni = σ(Wi x + Ui h + bi)\nh' = f ⊙ h + i ⊙ tanh(W x + U h)\ninit bf = chrono(50)\ninit bi = -bf",
  );
  const { text } = deepTransition(cell, 2);
  expect(text).toContain("init bi = -bf\n");
  expect(text).toContain("init bi2 = -bf2");
});

test("equations that only the output needs read the input, after the last transition", () => {
  expect(linesOf("elman+residual+deep-transition")).toEqual(
    expect.arrayContaining(["h_1 = tanh(W x + U h + b)", "h' = tanh(U2 h_1 + b2)", "y = h' + x"]),
  );
  expect(linesOf("sru+deep-transition")).toEqual(
    expect.arrayContaining(["r = σ(Wr x + vr ⊙ c_1 + br)", "h = r ⊙ c' + (1 - r) ⊙ x"]),
  );
  const cell = parseCell(
    "own",
    "h' = tanh(W x + U h)\ny = h' + γ ⊙ (V v)\ninput v per step\nconstant γ = 0.1\noutput y",
  );
  expect(deepTransition(cell, 2).text).toContain("y = h' + γ ⊙ V v");
});

test.each([
  ["h' = tanh(U h + W (x - 1))", "'W2 (-1)' has no width"],
  ["h' = tanh(W exp(x) + U h)", "'W2 1' has no width"],
  ["h' = tanh(U h + b) / mean(square(x))", "divides by zero"],
  ["h' = tanh(U h + b) + log(mean(square(x)))", "'log(0)' is not finite"],
])("a transition without input that %s cannot have", (text, message) => {
  expect(() => deepTransition(parseCell("own", text), 2)).toThrow(message);
});

test("two constants with the same rate print as one", () => {
  const cell = parseCell(
    "two",
    "h' = tanh(mask(a, per step) ⊙ (W x) + mask(b, per sequence) ⊙ (U h))\nconstant a = 0.2\nconstant b = 0.2",
  );
  expect(parseCell("two", printCell(cell)).equations.map((e) => e.name)).toEqual(["h"]);
});

test("only the named states are dropped", () => {
  const { text } = recurrentDropout(cellNamed("greff-fgr"), 0.5, ["h"]);
  expect(text).toContain("h_kept");
  expect(text).not.toContain("i_kept");
});

test("new names differ from those of the cell", () => {
  const twice = cellNamed("elman+residual+residual");
  expect(twice.text).toContain("y = h' + x");
  expect(twice.text).toContain("y2 = y + x");
  expect(twice.output).toBe("y2");
});

test.each(["lstm", "gru"])("the text of a transformed %s reads back as the same cell", (base) => {
  for (const { name } of transforms.filter((t) => t.name !== "init")) {
    const cell = cellNamed(`${base}+${name}`);
    expect(parseCell(cell.name, cell.text)).toEqual(cell);
  }
});

test("every cell takes the transforms that it can", () => {
  for (const cell of cells) {
    for (const name of ["layer-norm", "learned-start"]) {
      if (cell.states.length === 0) continue;
      expect(cellNamed(`${cell.name}+${name}`).states.map((s) => s.name)).toEqual(
        cell.states.map((s) => s.name),
      );
    }
  }
});

describe("rejected", () => {
  test.each([
    [
      "lstm+zonout",
      "there is no transform 'zonout'; did you mean 'zoneout'? (the transforms are layer-norm, ",
    ],
    ["lstm+zoneout:k=0.5", "zoneout: lstm has no state 'k'; its states are h, c"],
    ["lstm+zoneout:c=1", "zoneout: a rate must be from 0 (none) to below 1, got 1"],
    ["lstm+zoneout:c=0.5,c=0.6", "zoneout: 'c' is given twice; remove one of them"],
    ["lstm+zoneout:0.5", "zoneout: name the states, as in 'zoneout:c=0.5,h=0.05'"],
    ["lstm+layer-norm:0.5", "layer-norm: takes no settings; write 'layer-norm' alone"],
    ["lstm+residual:x", "residual: takes no settings"],
    [
      "lstm+learned-start:h=3",
      "learned-start: its settings must be names of states, as in 'learned-start:h'",
    ],
    [
      "lstm+deep-transition:depth=3",
      "deep-transition: its only setting is the depth, as in 'deep-transition:2'",
    ],
    ["lstm+weight-drop:0.3,Ui=0.3", "weight-drop: set one rate for all, or one for each name"],
    [
      "lstm+recurrent-dropout+recurrent-dropout",
      "in lstm+recurrent-dropout:0.25 no matrix is applied directly to a state",
    ],
    ["lstm+zoneout:c=x", "zoneout: expected a number, got 'x'"],
    ["lstm+zoneout:c=", "zoneout: cannot parse 'c='; write it as in 'zoneout:c=0.5,h=0.05'"],
    ["jordan+zoneout", "zoneout: jordan has neither a state c nor h; set rates for some of y"],
    ["feed-forward+recurrent-dropout", "recurrent-dropout: feed-forward applies no matrix to a state"],
    ["lstm+recurrent-dropout:h=0.1,c=0.2", "recurrent-dropout: expected one rate, got 0.1 and 0.2"],
    [
      "jozefowicz-lstm+candidate-dropout",
      "candidate-dropout: jozefowicz-lstm has several: i, o; name the candidate",
    ],
    ["lstm+candidate-dropout:q=0.5", "candidate-dropout: lstm has no local 'q'; its locals are i, f, g, o"],
    ["lstm+weight-drop:Ux=0.5", "weight-drop: lstm has no matrix 'Ux'"],
    ["min-gru+weight-drop", "weight-drop: min-gru applies no matrix to a state; name matrices"],
    ["lstm+deep-transition:0", "deep-transition: the depth must be a whole number from 1 to 100, got 0"],
    ["feed-forward+deep-transition", "deep-transition: feed-forward has no state"],
    ["feed-forward+learned-start", "learned-start: feed-forward has no state"],
    ["lstm+init", "init: name parameters and values, as in 'init:bf=1,U=identity'"],
    ["lstm+init:bff=1", "init: lstm has no parameter 'bff'; did you mean 'bf'?"],
    ["lstm+init:bf=orthogonal", "'orthogonal' is for matrices and 'bf' is a vector"],
    ["lsmt+zoneout", "there is no cell 'lsmt'; did you mean 'lstm'?"],
  ])("%s", (name, message) => {
    expect(() => cellNamed(name)).toThrow(message);
  });
});

test.each([
  "candidateDropout",
  "deepTransition",
  "highway",
  "initialised",
  "layerNormed",
  "learnedStart",
  "recurrentDropout",
  "residual",
  "weightDrop",
  "zoneout",
] as const)("%s says that a cell comes first", (name) => {
  const transform = forCells[name] as (...values: unknown[]) => unknown;
  expect(() => transform("lstm", 0.1)).toThrow('expected a cell first, not "lstm"; write cellNamed("lstm")');
  expect(() => transform({ c: 0.1 })).toThrow("expected a cell first, not an object");
});
