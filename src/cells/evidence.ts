// What speaks for each class beside the recurrent layers: linear layers on features of a sequence that start from zero.
import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

/**
 * The evidence of runs of symbols, [H]: the weighted sum of a vector for each run. `a` to `d` are the runs of one to four
 * symbols about each step, as indices of width R, and `p` to `s` their weights. The factor makes them learn before the
 * recurrent layers do.
 */
export const runsOfSymbols: Cell = equations("runs-of-symbols")`
  # A vector for each run of one to four symbols, weighted and added up.
  e' = e + p ⊙ E a + q ⊙ E b + r ⊙ E c + s ⊙ E d
  y  = 30 ⊙ e'
  output y
  input a, b, c, d, p, q, r, s per step
  width a, b, c, d = R
  width p, q, r, s = 1
  init E = 0
`;

/** A readout, [I] → [H], with further evidence for each class, [H]. */
export const readoutWithEvidence: Cell = equations("readout-with-evidence")`
  y = W x + b + s
  output y
  input s per step
`;

/** A readout, [I] → [H], and a linear one of F features of the whole sequence. */
export const readoutWithFeatures: Cell = equations("readout-with-features")`
  y = W x + b + V f
  output y
  input f per sequence
  width f = F
  init V = 0
`;
