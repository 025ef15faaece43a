import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const lstmProjected: Cell = equations("lstm-projected")`
  # A narrower state is fed back: Sak, Senior, Beaufays 2014, arXiv:1402.1128v1, without their peepholes, as PyTorch's
  # proj_size. The layer's output has P numbers.
  i  = σ(Wi x + Ui r + bi)       # input gate
  f  = σ(Wf x + Uf r + bf)       # forget gate
  g  = tanh(Wg x + Ug r + bg)    # candidate
  o  = σ(Wo x + Uo r + bo)       # output gate
  c' = f ⊙ c + i ⊙ g
  r' = R (o ⊙ tanh(c'))          # projection
  width r = P
  output r
  init bf = 1
`;
