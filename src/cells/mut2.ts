import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const mut2: Cell = equations("mut2")`
  # MUT2: Jozefowicz, Zaremba, Sutskever 2015, "An empirical exploration of recurrent network architectures" (ICML).
  # It adds the input itself, so that must be as wide as the layer.
  z  = σ(Wz x + Uz h + bz)                   # update
  r  = σ(x + Ur h + br)                      # reset
  n  = tanh(Un (r ⊙ h) + Wn x + bn)          # candidate
  h' = n ⊙ z + h ⊙ (1 - z)
  requires I = H
`;
