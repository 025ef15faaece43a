import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const greffNoaf: Cell = equations("greff-noaf")`
  # No output activation function, NOAF: Greff et al. 2015, arXiv:1503.04069v2, "LSTM: a search space odyssey".
  z  = tanh(Wz x + Rz h + bz)               # block input
  i  = σ(Wi x + Ri h + pi ⊙ c + bi)         # input gate
  f  = σ(Wf x + Rf h + pf ⊙ c + bf)         # forget gate
  c' = z ⊙ i + c ⊙ f
  o  = σ(Wo x + Ro h + po ⊙ c' + bo)        # output gate
  h' = c' ⊙ o
  init Wz, Rz, bz, Wi, Ri, bi, pi, Wf, Rf, bf, pf, Wo, Ro, bo, po = normal(0.1)
`;
