import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const greffNog: Cell = equations("greff-nog")`
  # No output gate, NOG: Greff et al. 2015, arXiv:1503.04069v2, "LSTM: a search space odyssey".
  z  = tanh(Wz x + Rz h + bz)               # block input
  i  = σ(Wi x + Ri h + pi ⊙ c + bi)         # input gate
  f  = σ(Wf x + Rf h + pf ⊙ c + bf)         # forget gate
  c' = z ⊙ i + c ⊙ f
  h' = tanh(c')
  init Wz, Rz, bz, Wi, Ri, bi, pi, Wf, Rf, bf, pf = normal(0.1)
`;
