import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const mut3: Cell = equations("mut3")`
  # MUT3: Jozefowicz, Zaremba, Sutskever 2015, "An empirical exploration of recurrent network architectures" (ICML).
  z  = σ(Wz x + Uz tanh(h) + bz)             # update
  r  = σ(Wr x + Ur h + br)                   # reset
  n  = tanh(Un (r ⊙ h) + Wn x + bn)          # candidate
  h' = n ⊙ z + h ⊙ (1 - z)
`;
