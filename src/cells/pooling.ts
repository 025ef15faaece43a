// Pools the steps of a sequence into one vector, as equations. Each is a running value, so the result is the output of
// the last step.
import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

/** The input of the first step, [I]: the final output of a layer that runs in reverse. */
export const firstStep: Cell = equations("first")`
  # The input of the first step.
  s' = 1
  y' = s ⊙ y + (1 - s) ⊙ x
  output y
  width y = I
  width s = 1
`;

/** The mean over the steps, [I]. */
export const meanPooling: Cell = equations("mean-pooling")`
  # The mean over the steps so far.
  n' = n + 1
  a' = a + x
  y  = a' / n'
  output y
  width a = I
  width n = 1
`;

/** The maximum of each element over the steps, [I]; at least -1000. */
export const maxPooling: Cell = equations("max-pooling")`
  # The greatest value of each element over the steps so far.
  y' = max(y, x)
  output y
  start y = -1000
  width y = I
`;

/**
 * Attention pooling: the mean over the steps, weighted by a softmax of the scores e, [I]. The sums are relative to the
 * maximum score, so that no exponential overflows. H is the width of the attention. Yang et al. 2016 (NAACL),
 * "Hierarchical attention networks", equations 5 to 7.
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
