import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const greffNfg: Cell = equations("greff-nfg")`
  # No forget gate, NFG: Greff et al. 2015, arXiv:1503.04069v2, "LSTM: a search space odyssey".
  z  = tanh(Wz x + Rz h + bz)               # block input
  i  = σ(Wi x + Ri h + pi ⊙ c + bi)         # input gate
  c' = z ⊙ i + c
  o  = σ(Wo x + Ro h + po ⊙ c' + bo)        # output gate
  h' = tanh(c') ⊙ o
  init Wz, Rz, bz, Wi, Ri, bi, pi, Wo, Ro, bo, po = normal(0.1)
`;
