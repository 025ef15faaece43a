// The inference of a cell's widths from its text.
import { expect, test } from "vitest";
import { parseCell } from "../../src/language/equations.ts";

/** `r: P`, and `W: P×H` for a matrix that makes P of H. */
function widths(text: string): string {
  const cell = parseCell("cell", text);
  const named = [...cell.inputs, ...cell.states, ...cell.locals].map((n) => `${n.name}: ${n.width}`);
  const parameters = cell.parameters.map((p) =>
    p.kind === "matrix" ? `${p.name}: ${p.rows}×${p.columns}` : `${p.name}: ${p.width}`,
  );
  return [...named, ...parameters].join(", ");
}

test("states are H wide, x is I wide, and matrices fit", () => {
  expect(widths("h' = tanh(W x + U h + b)")).toBe("x: I, h: H, W: H×I, U: H×H, b: H");
});

test("a projection", () => {
  expect(widths("c' = tanh(W x + U r + b)\nr' = P c'\noutput r\nwidth r = 3")).toBe(
    "x: I, c: H, r: 3, W: H×I, U: H×3, b: H, P: 3×H",
  );
  expect(widths("r = V x + d\nh' = A r + U h\nwidth r = P")).toBe(
    "x: I, h: H, r: P, V: P×I, d: P, A: H×P, U: H×H",
  );
});

test("locals are as wide as their right sides", () => {
  expect(widths("r = tanh(x)\ns = sum(r)\nk = 2\nh' = W r ⊙ s ⊙ k")).toBe(
    "x: I, h: H, r: I, s: 1, k: 1, W: H×I",
  );
});

test("the width of a local may follow from its use", () => {
  expect(widths("u = A x\nv = B u + b\nh' = C v + x\nwidth h = I")).toBe(
    "x: I, h: I, u: H, v: H, A: H×I, B: H×H, b: H, C: I×H",
  );
  expect(widths("u = A x + b\nh' = u ⊙ h\nwidth h = Q")).toBe("x: I, h: Q, u: Q, A: Q×I, b: Q");
});

test("width 1 goes with any width, on either side", () => {
  expect(widths("h' = 2 ⊙ h + sum(x) + mean(b) ⊙ greatest(h) ⊙ γ\nconstant γ = 3")).toBe("x: I, h: H, b: H");
  expect(widths("s = σ(W x + a)\nh' = s ⊙ U h\nwidth s = 1")).toBe("x: I, h: H, s: 1, W: 1×I, a: 1, U: H×H");
  expect(widths("n' = sum(x)\nh' = n' ⊙ W x")).toBe("x: I, n: H, h: H, W: H×I");
  expect(widths("h' = V sum(x)")).toBe("x: I, h: H, V: H×1");
  expect(widths("l = sum(x)\nh' = l ⊙ b\nwidth l = H")).toBe("x: I, h: H, l: H, b: H");
});

test("a transposed matrix swaps rows and columns", () => {
  expect(widths("r = W h\nh' = Wᵀ r + x\nwidth r = P\nwidth h = I")).toBe("x: I, h: I, r: P, W: P×I");
});

test("norm, softmax and masks are as wide as their surroundings", () => {
  expect(widths("r = softmax(norm(V x))\nh' = W r\nwidth r = P")).toBe(
    "x: I, h: H, r: P, norm1.gain: P, norm1.shift: P, V: P×I, W: H×P",
  );
  const cell = parseCell("cell", "h' = W (mask(0.5, per step) ⊙ x) + U h");
  expect(JSON.stringify(cell.equations)).toContain('"per":"step","width":"I"');
});

test("requires makes two widths equal, also through a third", () => {
  expect(widths("h' = h + x\nrequires I = H")).toBe("x: I, h: H");
  expect(widths("h' = h + x\nr = σ(W x)\nc' = r + x\nrequires P = H\nrequires I = P\nwidth r = P")).toBe(
    "x: I, h: H, c: H, r: P, W: P×I",
  );
  expect(parseCell("cell", "h' = h + x\nrequires I = H").requires).toEqual([["I", "H"]]);
});

test("further inputs are H wide unless a clause says otherwise", () => {
  expect(widths("h' = W x + U h + V v + w\ninput v, w per step\nwidth v = 7")).toBe(
    "x: I, v: 7, w: H, h: H, W: H×I, U: H×H, V: H×7",
  );
});
