import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const minGru: Cell = equations("min-gru")`
  # minGRU, whose gate does not see the state: Feng et al. 2024, arXiv:2410.01201v3, "Were RNNs all we needed?".
  z  = σ(Wz x + bz)             # update
  n  = Wn x + bn                # candidate
  h' = (1 - z) ⊙ h + z ⊙ n
`;
