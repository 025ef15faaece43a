// From the steps of a sequence to one vector, as equations: each goes along and has seen everything at the last step,
// whose output is the one to be used. Knows no network.
import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

/** What the first step had, [I]: the last value of a layer that goes from the last step to the first. */
export const firstStep: Cell = equations("first")`
  # The input of the first step.
  s' = 1
  y' = s ⊙ y + (1 - s) ⊙ x
  output y
  width y = I
  width s = 1
`;

/** The mean over the steps so far, [I]. */
export const meanPooling: Cell = equations("mean-pooling")`
  # The mean over the steps so far.
  n' = n + 1
  a' = a + x
  y  = a' / n'
  output y
  width a = I
  width n = 1
`;

/** The greatest value over the steps so far, of each element, [I]; those below -1000 count as -1000. */
export const maxPooling: Cell = equations("max-pooling")`
  # The greatest value of each element over the steps so far.
  y' = max(y, x)
  output y
  start y = -1000
  width y = I
`;

/**
 * A mean over the steps so far that is weighted by a softmax of e, [I]: the sums are kept relative to the greatest e, so
 * that no exponential overflows. A of attention's own width. Yang et al. 2016, "Hierarchical attention networks", (5)-(7).
 */
export const attentionPooling: Cell = equations("attention-pooling")`
  # Attention over the steps so far: Yang et al. 2016 (NAACL), equations 5 to 7.
  e  = sum(v ⊙ tanh(W x + b))
  m' = max(m, e)
  k  = exp(m - m')
  p  = exp(e - m')
  n' = k ⊙ n + p
  a' = k ⊙ a + p ⊙ x
  y  = a' / n'
  output y
  start m = -1000
  init v = normal(0.1)
  width a = I
  width m, n = 1
`;
