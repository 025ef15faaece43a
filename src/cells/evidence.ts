// What speaks for each class beside the recurrent layers: linear layers on features of a sequence that start from zero.
import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

/**
 * The evidence of runs of symbols, [H]: the sum of a vector for each run, over the root of the number of steps. `a` to `d`
 * are the runs of one to four symbols about each step, as indices of width R.
 */
export const runsOfSymbols: Cell = equations("runs-of-symbols")`
  # A vector for each run of one to four symbols, added up.
  n' = n + 1
  s' = s + E a + E b + E c + E d
  y  = s' / sqrt(n')
  output y
  input a, b, c, d per step
  width a, b, c, d = R
  width n = 1
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
