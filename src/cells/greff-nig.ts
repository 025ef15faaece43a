import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const greffNig: Cell = equations("greff-nig")`
  # No input gate, NIG: Greff et al. 2015, arXiv:1503.04069v2, "LSTM: a search space odyssey".
  z  = tanh(Wz x + Rz h + bz)               # block input
  f  = σ(Wf x + Rf h + pf ⊙ c + bf)         # forget gate
  c' = z + c ⊙ f
  o  = σ(Wo x + Ro h + po ⊙ c' + bo)        # output gate
  h' = tanh(c') ⊙ o
  init Wz, Rz, bz, Wf, Rf, bf, pf, Wo, Ro, bo, po = normal(0.1)
`;
