import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const lstm: Cell = equations("lstm")`
  # Long short-term memory: Hochreiter & Schmidhuber 1997, Neural Computation 9(8), with the forget gate of Gers et
  # al. 2000, Neural Computation 12(10), and its bias of 1 from Jozefowicz et al. 2015 (ICML). Gates in PyTorch's
  # order; one bias each where PyTorch has two.
  i  = σ(Wi x + Ui h + bi)       # input gate
  f  = σ(Wf x + Uf h + bf)       # forget gate
  g  = tanh(Wg x + Ug h + bg)    # candidate
  o  = σ(Wo x + Uo h + bo)       # output gate
  c' = f ⊙ c + i ⊙ g
  h' = o ⊙ tanh(c')
  init bf = 1
`;
