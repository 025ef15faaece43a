import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const sLstm: Cell = equations("s-lstm")`
  # sLSTM: exponential input gate, normaliser n and stabiliser m, four heads: Beck et al. 2024, arXiv:2405.04517v2,
  # section 2.2. The forget gate is logistic, its logarithm the -softplus.
  i  = Wi x + Ri h + bi                          # input gate's logarithm
  f  = -softplus(-(Wf x + Rf h + bf))            # forget gate's logarithm
  z  = tanh(Wz x + Rz h + bz)                    # candidate
  o  = σ(Wo x + Ro h + bo)                       # output gate
  m' = max(f + m, i)
  k  = exp(f + m - m')
  j  = exp(i - m')
  c' = k ⊙ c + j ⊙ z
  n' = k ⊙ n + j
  h' = o ⊙ c' / n'
  # Below any i, so that the first step takes i for m: nothing was summed yet.
  start m = -1e30
  blocks Ri, Rf, Rz, Ro = 4
`;
