import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const gruResetBefore: Cell = equations("gru-reset-before")`
  # Gated recurrent unit, reset before the recurrent product: Cho et al. 2014, arXiv:1406.1078v3.
  z  = σ(Wz x + Uz h + bz)              # update
  r  = σ(Wr x + Ur h + br)              # reset
  n  = tanh(Wn x + Un (r ⊙ h) + bn)     # candidate
  h' = (1 - z) ⊙ h + z ⊙ n
`;
