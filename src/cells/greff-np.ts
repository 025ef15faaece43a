import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const greffNp: Cell = equations("greff-np")`
  # No peepholes, NP: Greff et al. 2015, arXiv:1503.04069v2, "LSTM: a search space odyssey".
  z  = tanh(Wz x + Rz h + bz)               # block input
  i  = σ(Wi x + Ri h + bi)                  # input gate
  f  = σ(Wf x + Rf h + bf)                  # forget gate
  c' = z ⊙ i + c ⊙ f
  o  = σ(Wo x + Ro h + bo)                  # output gate
  h' = tanh(c') ⊙ o
  init Wz, Rz, bz, Wi, Ri, bi, Wf, Rf, bf, Wo, Ro, bo = normal(0.1)
`;
