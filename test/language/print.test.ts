// Printed cells read back as the same cell, and no text makes the parser throw anything but an EquationError.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Cell } from "../../src/language/cell.ts";
import { parseCell } from "../../src/language/equations.ts";
import { printCell, printExpression } from "../../src/language/print.ts";
import { EquationError } from "../../src/language/text-error.ts";

/** A cell without its text and places, which printing may change. */
function bare(cell: Cell): unknown {
  return JSON.parse(
    JSON.stringify({ ...cell, text: "" }, (key, value: unknown) => (key === "span" ? 0 : value)),
  );
}

function expectPrintsBack(cell: Cell): void {
  const printed = printCell(cell);
  const again = parseCell(cell.name, printed);
  expect(bare(again)).toEqual(bare(cell));
  expect(printCell(again)).toBe(printed);
  expect(parseCell(cell.name, cell.text)).toEqual(cell);
}

/** Expressions of one width over x, h, c', vectors and a constant, with more parentheses than needed. */
const { expression } = fc.letrec<{ expression: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("x", "h", "c", "c'", "a", "b_1", "γ"),
    fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map(String),
    tie("expression").map((e) => `( ${e})`),
    fc
      .tuple(fc.constantFrom("σ", "sigmoid", "tanh", "sum", "softmax", "norm", "square"), tie("expression"))
      .map(([f, e]) => `${f} (${e} + x)`),
    fc
      .tuple(fc.constantFrom("min", "max"), tie("expression"), tie("expression"))
      .map(([f, a, b]) => `${f}(${a}, ${b})`),
    fc.constantFrom("mask(0.25, per step)", "mask(ρ, per sequence)"),
  ),
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("atom"),
    fc
      .tuple(tie("expression"), fc.constantFrom("+", "-", "⊙", "*", "/", "−"), tie("expression"))
      .map((e) => e.join(" ")),
    tie("expression").map((e) => `-${e}`),
    fc
      .tuple(fc.constantFrom("U ", "V", "Wᵀ ", "transpose(V)", "A B "), tie("expression"))
      .map(([m, e]) => `${m} (h + ${e})`),
  ),
}));

test("any cell prints as text that reads back as the same cell", () => {
  const clauses = [
    "constant γ = -0.5",
    "constant ρ = 0.125",
    "requires I = H",
    "init a = uniform(-0.1, 0.2)",
    "fixed a",
    "start c = -1",
    "width s = H",
    "width a = I",
  ];
  const cell = fc
    .tuple(expression, expression, fc.string({ maxLength: 8 }))
    .map(([first, second, comment]) =>
      [
        `s = sum(a) # ${comment.replaceAll(/[\r\n]/gu, "")}`,
        `c' = (${first}) + γ + mask(ρ, per step) ⊙ s ⊙ x`,
        `h' = (${second}) ⊙ c' + h`.replace(/^/u, ""),
        ...clauses,
      ].join("\n"),
    );
  fc.assert(
    fc.property(cell, (text) => expectPrintsBack(parseCell("cell", withoutEarly(text)))),
    { numRuns: 500 },
  );
});

/** `c'` may not be read in the line that assigns it. */
function withoutEarly(text: string): string {
  return text.replace(/^c' = .*$/mu, (line) => `c' =${line.slice(4).replaceAll("c'", "c")}`);
}

test("every clause prints back", () => {
  expectPrintsBack(
    parseCell(
      "cell",
      `r  = σ(W x + U h + V v + b)
       k  = 0.5
       q  = P x # a comment
       n' = R n ⊙ r + k ⊙ mask(ρ, per step) + mask(δ, per sequence)
       h' = norm(n') + Q q + δ
       input v per sequence
       width v = 3
       width q = 4
       width x = 6
       width k = H
       constant ρ, δ = 0.1
       blocks R = 4
       start n = -1.5
       init W = normal(0.1)
       init U = identity
       init V = uniform(1)
       init b = 1e-7
       init P = glorot(2)
       init Q = 0
       fixed P, b
       requires H = 8
       output r`,
    ),
  );
});

test("only what differs from the defaults is printed", () => {
  const text = "s = sum(x)\nh' = tanh(W x + U h + b) ⊙ s";
  expect(
    printCell(parseCell("cell", `${text}\nwidth b = H\ninit U = orthogonal\ninit W = glorot(1)\noutput h`)),
  ).toBe(text);
});

/** Parses the text, and rethrows anything but an EquationError. */
function read(text: string): Cell | EquationError {
  try {
    return parseCell("cell", text);
  } catch (error) {
    if (error instanceof EquationError) return error;
    throw error;
  }
}

function expectHonest(text: string): void {
  const result = read(text);
  if (result instanceof EquationError) {
    expect(result.message).toMatch(/^cell, line \d+: \P{Lu}/u);
    expect([result.line, result.column, result.length].every((n) => Number.isSafeInteger(n) && n > 0)).toBe(
      true,
    );
  } else {
    expect(parseCell("cell", result.text)).toEqual(result);
  }
}

test("random characters never throw anything but an EquationError", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), expectHonest), { numRuns: 2000 });
});

test("random words of the language never throw anything but an EquationError", () => {
  const words =
    "h' = x h c' c W U Wᵀ ᵀ ( ) , + - ⊙ / 1 0.5 tanh ( norm ( mask ( sum ( per step sequence init start width output fixed blocks requires constant input # é ' orthogonal \n \n \t";
  const soup = fc.array(fc.constantFrom(...words.split(" ")), { maxLength: 30 }).map((w) => w.join(" "));
  fc.assert(fc.property(soup, expectHonest), { numRuns: 5000 });
  fc.assert(
    fc.property(soup, (text) => expectHonest(`h' = W x + U h\nc' = h\n${text}`)),
    { numRuns: 5000 },
  );
});

test("hostile sizes result in an error, or a cell, quickly", () => {
  const bombs = [
    `h' = ${"(".repeat(10_000)}x${")".repeat(10_000)}`,
    `h' = ${"tanh(".repeat(10_000)}x${")".repeat(10_000)}`,
    `h' = ${"-".repeat(50_000)}x`,
    `h' = ${"A ".repeat(40_000)}x`,
    `h' = x${" + x".repeat(20_000)}`,
    `h' = W${"x".repeat(90_000)}`,
    "a b\n".repeat(20_000),
    `h' = W x\n${"c' = x\n".repeat(10_000)}`,
    "#".repeat(200_000),
    "(".repeat(99_000),
    "\u0958".repeat(90_000),
  ];
  for (const bomb of bombs) expect(read(bomb)).toBeInstanceOf(EquationError);
  const long = Array.from({ length: 5000 }, (_, i) => `c${i}' = W${i} x`);
  expectHonest([...long, "output c0"].join("\n"));
});

test("the deepest text that is allowed is read and printed", () => {
  const deep = `h' = ${"tanh(".repeat(200)}x${")".repeat(200)}\nrequires I = H`;
  const cell = parseCell("cell", deep);
  expect(printExpression(cell.equations[0]!.expression)).toHaveLength(1001 + 200);
  expectPrintsBack(parseCell("cell", `h' = ${"-".repeat(900)}h`));
  expectPrintsBack(parseCell("cell", `h' = h${" + h".repeat(400)}`));
  expectPrintsBack(parseCell("cell", `h' = ${"A ".repeat(900)}h`));
});
