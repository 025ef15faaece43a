// The meaning of the equation language: names, precedence, clauses, text. Its errors are in `errors-*.test.ts`.
import { expect, test } from "vitest";
import type { Cell } from "../../src/language/cell.ts";
import { equations, parseCell } from "../../src/language/equations.ts";
import { printExpression } from "../../src/language/print.ts";

function right(text: string): string {
  const cell = parseCell("cell", `h' = ${text}\nrequires I = H`);
  return printExpression(cell.equations[0]!.expression);
}

function names(cell: Cell): Record<string, readonly string[]> {
  const { inputs, states, locals, parameters } = cell;
  return Object.fromEntries(
    Object.entries({ inputs, states, locals, parameters }).map(([k, v]) => [k, v.map((n) => n.name)]),
  );
}

function initials(cell: Cell): Record<string, unknown> {
  return Object.fromEntries(cell.parameters.map((p) => [p.name, p.initial]));
}

test("names are told apart by how they are assigned, used and written", () => {
  const cell = equations("all")`
    z  = σ(Wz x + Uz h + p ⊙ c + V v + bz)  # gate
    c' = z ⊙ c + γ ⊙ x
    h' = tanh(c') + z ⊙ h
    input v per sequence
    constant γ = 0.5
    requires I = H
  `;
  expect(names(cell)).toEqual({
    inputs: ["x", "v"],
    states: ["h", "c"],
    locals: ["z"],
    parameters: ["Wz", "Uz", "p", "V", "bz"],
  });
  expect(cell.constants).toEqual({ γ: 0.5 });
  expect(cell.inputs[1]).toEqual({ name: "v", width: "H", per: "sequence" });
  expect(cell.output).toBe("h");
  expect(cell.equations.map((e) => [e.name, e.next, e.comment])).toEqual([
    ["z", false, "gate"],
    ["c", true, ""],
    ["h", true, ""],
  ]);
});

test("a primed name on the right is the value at this step", () => {
  const cell = parseCell("cell", "c' = W x\nh' = c' ⊙ c");
  expect(cell.equations[1]?.expression).toMatchObject({
    name: "mul",
    arguments: [
      { name: "c", now: true },
      { name: "c", now: false },
    ],
  });
});

test("operators have the precedence of mathematics", () => {
  expect(right("a + b - c + d")).toBe("a + b - c + d");
  expect(right("a - (b - c)")).toBe("a - (b - c)");
  expect(right("a / (b ⊙ c) / d")).toBe("a / (b ⊙ c) / d");
  expect(right("a * b · c × d ⋅ e")).toBe("a ⊙ b ⊙ c ⊙ d ⊙ e");
  expect(right("(a + b) ⊙ c")).toBe("(a + b) ⊙ c");
  expect(right("-W x")).toBe("-W x");
  expect(right("a ⊙ -b")).toBe("a ⊙ -b");
  expect(right("-(a + b) − c")).toBe("-(a + b) - c");
  expect(right("((A (B (x))))")).toBe("A B x");
  expect(right("W x ⊙ U h")).toBe("W x ⊙ U h");
  expect(right("U (r ⊙ h)")).toBe("U (r ⊙ h)");
  expect(right("transpose(W) h + Uᵀ x")).toBe("Wᵀ h + Uᵀ x");
  expect(right("sigmoid(x) + V tanh(x)")).toBe("σ(x) + V tanh(x)");
  expect(right("1 + 0.5 + .25 + 1e-3 + 1e+21")).toBe("1 + 0.5 + 0.25 + 0.001 + 1e+21");
});

test("-W x is the negative of the product, and A B x applies B first", () => {
  const cell = parseCell("cell", "h' = -A B x");
  expect(cell.equations[0]?.expression).toMatchObject({
    kind: "call",
    name: "neg",
    arguments: [{ kind: "product", matrix: "A", vector: { kind: "product", matrix: "B" } }],
  });
});

test("a line continues while a parenthesis is open, and its comments are joined", () => {
  const cell = parseCell("cell", "# a heading\nh' = tanh(W x  # from below\n  + U h)  # and from before\n");
  expect(cell.equations).toHaveLength(1);
  expect(cell.equations[0]?.comment).toBe("from below and from before");
});

test("the initial values of parameters follow from their use, unless init sets them", () => {
  const cell = parseCell(
    "cell",
    `n  = W x + U h + V tanh(c) + Uᵀ b
     h' = n + norm(R n)
     c' = A (B h) + C a + D a + E a + F a + G a + d + e + f
     init C = identity(0.5)
     init D, E = orthogonal(1.1)
     init F = normal(0.1)
     init G = uniform(0.1)
     init d = uniform(-1, 2)
     init e, f = -3
     fixed F, f`,
  );
  expect(initials(cell)).toEqual({
    W: { kind: "glorot", gain: 1 },
    U: { kind: "orthogonal", gain: 1 },
    V: { kind: "orthogonal", gain: 1 },
    b: { kind: "constant", value: 0 },
    "norm1.gain": { kind: "constant", value: 1 },
    "norm1.shift": { kind: "constant", value: 0 },
    R: { kind: "glorot", gain: 1 },
    A: { kind: "orthogonal", gain: 1 },
    B: { kind: "orthogonal", gain: 1 },
    C: { kind: "identity", gain: 0.5 },
    a: { kind: "constant", value: 0 },
    D: { kind: "orthogonal", gain: 1.1 },
    E: { kind: "orthogonal", gain: 1.1 },
    F: { kind: "normal", deviation: 0.1 },
    G: { kind: "uniform", low: -0.1, high: 0.1 },
    d: { kind: "uniform", low: -1, high: 2 },
    e: { kind: "constant", value: -3 },
    f: { kind: "constant", value: -3 },
  });
  expect(cell.parameters.filter((p) => !p.trained).map((p) => p.name)).toEqual(["F", "f"]);
});

test("the other clauses: start, output, blocks", () => {
  const cell = parseCell(
    "cell",
    "n' = R n ⊙ W x\nr = tanh(n')\nstart n = -1\nstart m = 1\nm' = r\noutput r\nblocks R = 4",
  );
  expect(cell.states).toEqual([
    { name: "n", width: "H", start: expect.objectContaining({ kind: "number", value: -1 }) },
    { name: "m", width: "H", start: expect.objectContaining({ kind: "number", value: 1 }) },
  ]);
  expect(cell.output).toBe("r");
  expect(cell.parameters[0]).toMatchObject({ name: "R", blocks: 4 });
  expect(cell.parameters[1]).toMatchObject({ name: "W", blocks: 1 });
});

test("a clause's word is an ordinary name where an equals sign follows", () => {
  const cell = parseCell(
    "cell",
    "width = W x\nstart' = width\nh' = start' ⊙ output\ninit output = 1\nwidth width = H",
  );
  expect(names(cell)).toMatchObject({
    states: ["start", "h"],
    locals: ["width"],
    parameters: ["W", "output"],
  });
});

test("masks and normalisations have their widths and parameters", () => {
  const cell = parseCell(
    "cell",
    "h' = mask(0.1, per step) ⊙ norm(W x) + norm(U h) ⊙ mask(ρ, per sequence)\nconstant ρ = 0",
  );
  const found: unknown[] = [];
  JSON.stringify(cell.equations, (key, value: unknown) => {
    const { kind } = (value ?? {}) as { kind?: string };
    if (kind === "mask" || kind === "norm") found.push(value);
    return key === "span" ? undefined : value;
  });
  expect(found).toMatchObject([
    { kind: "mask", rate: 0.1, per: "step", width: "H" },
    { kind: "norm", gain: "norm1.gain", shift: "norm1.shift" },
    { kind: "norm", gain: "norm2.gain", shift: "norm2.shift" },
    { kind: "mask", rate: 0, per: "sequence", width: "H" },
  ]);
});

test("names may have any letters, in any Unicode normal form", () => {
  const decomposed = "h' = σ(W x + e\u0301_1 + β̂)";
  const cell = parseCell("cell", decomposed);
  expect(names(cell).parameters).toEqual(["W", "é_1", "β̂"]);
  expect(cell.text).toBe(decomposed.normalize("NFC"));
  expect(names(parseCell("cell", "h′ = Wᵀ x\nc’ = h′\ng' = c'"))).toMatchObject({ states: ["h", "c", "g"] });
});

test("a constant is known by its name only", () => {
  const cell = parseCell("cell", "h' = W x + constructor + k\nconstant k = 1");
  expect(cell.constants["constructor"]).toBeUndefined();
  expect(names(cell).parameters).toEqual(["W", "constructor"]);
});

test("the text has no common indentation, and reads back as the same cell", () => {
  const text = "\r\n\n\t  # top\r\n\t  z = tanh(W x\r\n\t    + b)\n\n\t  h' = z   \n\t  ";
  const cell = parseCell("cell", text);
  expect(cell.text).toBe("# top\nz = tanh(W x\n  + b)\n\nh' = z");
  expect(parseCell("cell", cell.text)).toEqual(cell);
});

test("a template inserts numbers and text, and does not interpret backslashes", () => {
  const cell = equations("cell")`h' = ${-0.5} ⊙ h + ${1e-9} ⊙ ${"W"} x`;
  expect(cell.text).toBe("h' = -0.5 ⊙ h + 1e-9 ⊙ W x");
  expect(() => equations("cell")`h' = \tanh(x)`).toThrow("unknown character '\\' (U+005C)");
});

test("spans count code points from one", () => {
  const cell = parseCell("cell", "𝛾 = W x\nh' = tanh(𝛾)");
  expect(cell.equations[0]).toMatchObject({ span: { line: 1, column: 1, length: 1 } });
  expect(cell.equations[0]?.expression.span).toEqual({ line: 1, column: 5, length: 1 });
  expect(cell.equations[1]).toMatchObject({
    span: { line: 2, column: 1, length: 2 },
    expression: { span: { line: 2, column: 6, length: 4 } },
  });
});

test("start values are expressions of what is known before the first step", () => {
  const cell = parseCell(
    "cell",
    "h' = tanh(W x + U h)\nc' = c + h'\ninput v per sequence\nstart h = tanh(A v + a)\nstart c = γ ⊙ c0\nconstant γ = 2\nwidth v = K",
  );
  expect(cell.parameters.map((p) => p.name)).toEqual(["W", "U", "A", "a", "c0"]);
  expect(cell.parameters[2]).toMatchObject({ rows: "H", columns: "K", initial: { kind: "glorot" } });
  expect(cell.inputs).toEqual([
    { name: "x", width: "I", per: "step" },
    { name: "v", width: "K", per: "sequence" },
  ]);
});

test("pick is as wide as its indices", () => {
  const cell = parseCell(
    "cell",
    "h' = tanh(pick(W x, k) + b)\ninput k per sequence\nwidth h = K\nwidth k = K",
  );
  expect(cell.parameters.map((p) => [p.name, p.kind === "matrix" ? p.rows : p.width])).toEqual([
    ["W", "H"],
    ["b", "K"],
  ]);
});

test("drop clauses, and further initial values", () => {
  const cell = parseCell(
    "cell",
    "h' = tanh(W x + U h + b + c)\ndrop W, U = 0.25\ninit W = he\ninit U = spectral(0.9)\ninit b = chrono(100)\ninit c = -b",
  );
  expect(cell.parameters).toMatchObject([
    { name: "W", drop: 0.25, initial: { kind: "he", gain: 1 } },
    { name: "U", drop: 0.25, initial: { kind: "spectral", radius: 0.9 } },
    { name: "b", initial: { kind: "chrono", longest: 100 } },
    { name: "c", initial: { kind: "negated", of: "b" } },
  ]);
});

test("the comment before the first line is about the cell; others belong to their lines", () => {
  const cell = parseCell("cell", "# What it is,\n#   and where from.\n\nh' = W x  # the state\n# no more\n");
  expect(cell.about).toBe("What it is, and where from.");
  expect(cell.equations[0]?.comment).toBe("the state");
  expect(parseCell("cell", "h' = W x\n# after it").about).toBe("");
});
