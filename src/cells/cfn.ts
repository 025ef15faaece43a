import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const cfn: Cell = equations("cfn")`
  # Chaos-free network, whose states fade to zero where no input comes: Laurent & von Brecht 2016, arXiv:1612.06212v1,
  # equations 2 to 4. Its forget gate starts open, its input gate nearly shut.
  f  = σ(Wf x + Uf h + bf)     # forget gate
  i  = σ(Wi x + Ui h + bi)     # input gate
  h' = f ⊙ tanh(h) + i ⊙ tanh(W x)
  init bf = 1
  init bi = -1
`;
