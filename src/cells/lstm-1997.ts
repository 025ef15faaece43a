import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const lstm1997: Cell = equations("lstm-1997")`
  # Long short-term memory as it was first, without a forget gate: Hochreiter & Schmidhuber 1997, Neural Computation
  # 9(8), blocks of one cell. Its squashing functions are logistic, onto (-2, 2) and (-1, 1).
  i  = σ(Wi x + Ui h + bi)             # input gate
  o  = σ(Wo x + Uo h + bo)             # output gate
  g  = 4 ⊙ σ(Wg x + Ug h + bg) - 2     # candidate
  c' = c + i ⊙ g
  h' = o ⊙ (2 ⊙ σ(c') - 1)
`;
