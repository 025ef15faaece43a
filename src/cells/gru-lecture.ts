import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const gruLecture: Cell = equations("gru-lecture")`
  # Gated recurrent unit as lectures write it, without biases: Chung et al. 2014, arXiv:1412.3555v1.
  z  = σ(Wz x + Uz h)               # update
  r  = σ(Wr x + Ur h)               # reset
  n  = tanh(Wn x + Un (r ⊙ h))      # candidate
  h' = (1 - z) ⊙ h + z ⊙ n
`;
