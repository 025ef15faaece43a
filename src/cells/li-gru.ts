import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const liGru: Cell = equations("li-gru")`
  # Light gated recurrent unit: Ravanelli et al. 2018, arXiv:1803.10225v1. What comes from the input is normalised, over
  # the layer here and over the batch in the paper, so it needs no bias.
  z  = σ(norm(Wz x) + Uz h)             # update
  n  = relu(norm(Wn x) + Un h)          # candidate
  h' = z ⊙ h + (1 - z) ⊙ n
`;
