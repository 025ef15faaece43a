import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const lstmForget: Cell = equations("lstm-forget")`
  # Long short-term memory with a forget gate, whose bias starts at 0: Gers, Schmidhuber, Cummins 2000, Neural
  # Computation 12(10); tanh for their scaled logistic functions.
  i  = σ(Wi x + Ui h + bi)       # input gate
  f  = σ(Wf x + Uf h + bf)       # forget gate
  g  = tanh(Wg x + Ug h + bg)    # candidate
  o  = σ(Wo x + Uo h + bo)       # output gate
  c' = f ⊙ c + i ⊙ g
  h' = o ⊙ tanh(c')
`;
