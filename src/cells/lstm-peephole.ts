import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const lstmPeephole: Cell = equations("lstm-peephole")`
  # The gates see the cell's state: Gers & Schmidhuber 2000, "Recurrent nets that time and count" (IJCNN), as in
  # Graves 2013, arXiv:1308.0850v5. The output gate sees the new state.
  i  = σ(Wi x + Ui h + pi ⊙ c + bi)     # input gate
  f  = σ(Wf x + Uf h + pf ⊙ c + bf)     # forget gate
  g  = tanh(Wg x + Ug h + bg)           # candidate
  c' = f ⊙ c + i ⊙ g
  o  = σ(Wo x + Uo h + po ⊙ c' + bo)    # output gate
  h' = o ⊙ tanh(c')
  init bf = 1
`;
