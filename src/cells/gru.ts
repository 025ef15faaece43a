import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const gru: Cell = equations("gru")`
  # Gated recurrent unit, reset after the recurrent product, as cuDNN and PyTorch compute it: Cho et al. 2014,
  # arXiv:1406.1078v1. The gates in PyTorch's order; cn is the bias of the product that is reset.
  r  = σ(Wr x + Ur h + br)                  # reset
  z  = σ(Wz x + Uz h + bz)                  # update
  n  = tanh(Wn x + bn + r ⊙ (Un h + cn))    # candidate
  h' = (1 - z) ⊙ n + z ⊙ h
`;
