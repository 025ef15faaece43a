import { expect, test } from "vitest";
import { gruResetBefore } from "../../src/cells/gru-reset-before.ts";
import { lstm } from "../../src/cells/lstm.ts";
import { parseCell } from "../../src/language/equations.ts";
import { latex } from "../../src/language/latex.ts";

/** The right side of the last equation. */
function right(text: string): string {
  return latex(parseCell("cell", text)).split("&= ").at(-1)!.replace("\n\\end{aligned}", "");
}

test("a cell is set as in a paper", () => {
  expect(latex(gruResetBefore)).toMatchInlineSnapshot(`
    "\\begin{aligned}
      z_t &= \\sigma(W_z x_t + U_z h_{t-1} + b_z) \\\\
      r_t &= \\sigma(W_r x_t + U_r h_{t-1} + b_r) \\\\
      n_t &= \\tanh(W_n x_t + U_n (r_t \\odot h_{t-1}) + b_n) \\\\
      h_t &= (1 - z_t) \\odot h_{t-1} + z_t \\odot n_t
    \\end{aligned}"
  `);
  expect(latex(lstm)).toMatchInlineSnapshot(`
    "\\begin{aligned}
      i_t &= \\sigma(W_i x_t + U_i h_{t-1} + b_i) \\\\
      f_t &= \\sigma(W_f x_t + U_f h_{t-1} + b_f) \\\\
      g_t &= \\tanh(W_g x_t + U_g h_{t-1} + b_g) \\\\
      o_t &= \\sigma(W_o x_t + U_o h_{t-1} + b_o) \\\\
      c_t &= f_t \\odot c_{t-1} + i_t \\odot g_t \\\\
      h_t &= o_t \\odot \\tanh(c_t)
    \\end{aligned}"
  `);
});

test("names have indices", () => {
  const text =
    "h' = W_xh x + Wzx x + b_h + γ1 + bias + b₂ + Γα x + r_init + φ ⊙ v + k\ninput v per sequence\nconstant k = 1";
  expect(right(text)).toMatchInlineSnapshot(
    `"W_{xh} x_t + W_{zx} x_t + b_h + \\gamma_1 + \\mathrm{bias} + b_2 + \\Gamma_{\\alpha} x_t + r_{\\mathrm{init}} + \\varphi \\odot v + k"`,
  );
});

test("operators and functions have commands", () => {
  expect(right("h' = -(x ⊙ h) / (2 + h) ⊙ U (h ⊙ h)\nrequires I = H")).toMatchInlineSnapshot(
    `"\\frac{-(x_t \\odot h_{t-1})}{2 + h_{t-1}} \\odot U (h_{t-1} \\odot h_{t-1})"`,
  );
  expect(right("h' = Uᵀ h + sqrt(abs(h)) + max(h, softmax(relu(h))) + norm(W x)")).toMatchInlineSnapshot(
    `"U^\\top h_{t-1} + \\sqrt{\\lvert h_{t-1} \\rvert} + \\max(h_{t-1}, \\operatorname{softmax}(\\operatorname{relu}(h_{t-1}))) + \\operatorname{norm}(W x_t)"`,
  );
  expect(right("h' = mask(0.1, per step) ⊙ h - (h - 1e-7) ⊙ exp(h)")).toMatchInlineSnapshot(
    `"\\operatorname{mask}(0.1) \\odot h_{t-1} - (h_{t-1} - 1 \\cdot 10^{-7}) \\odot \\exp(h_{t-1})"`,
  );
});
