import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const minLstm: Cell = equations("min-lstm")`
  # minLSTM, whose gates do not see the state and share one whole: Feng et al. 2024, arXiv:2410.01201v3, "Were RNNs
  # all we needed?".
  f  = σ(Wf x + bf)             # forget gate
  i  = σ(Wi x + bi)             # input gate
  n  = Wn x + bn                # candidate
  s  = f + i
  h' = f / s ⊙ h + i / s ⊙ n
`;
