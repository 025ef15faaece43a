import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const greffFgr: Cell = equations("greff-fgr")`
  # Full gate recurrence, FGR, every gate sees all gates of the step before: Greff et al. 2015, arXiv:1503.04069v2,
  # "LSTM: a search space odyssey".
  z  = tanh(Wz x + Rz h + bz)    # block input
  i' = σ(Wi x + Ri h + pi ⊙ c + Rii i + Rif f + Rio o + bi)
  f' = σ(Wf x + Rf h + pf ⊙ c + Rfi i + Rff f + Rfo o + bf)
  c' = z ⊙ i' + c ⊙ f'
  o' = σ(Wo x + Ro h + po ⊙ c' + Roi i + Rof f + Roo o + bo)
  h' = tanh(c') ⊙ o'
  init Wz, Rz, bz, Wi, Ri, bi, pi, Wf, Rf, bf, pf, Wo, Ro, bo, po = normal(0.1)
  init Rii, Rif, Rio, Rfi, Rff, Rfo, Roi, Rof, Roo = normal(0.1)
`;
