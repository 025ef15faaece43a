import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const mgu: Cell = equations("mgu")`
  # Minimal gated unit: Zhou et al. 2016, arXiv:1603.09420v1, equations 5 to 7.
  f  = σ(Wf x + Uf h + bf)              # forget
  n  = tanh(Wn x + Un (f ⊙ h) + bn)     # candidate
  h' = (1 - f) ⊙ h + f ⊙ n
`;
