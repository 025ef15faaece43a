import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const lstmCoupled: Cell = equations("lstm-coupled")`
  # What is forgotten makes room for what comes in: the coupled gates of Greff et al. 2015, arXiv:1503.04069v2, without
  # their peepholes, ONNX calls this input_forget.
  i  = σ(Wi x + Ui h + bi)       # input gate
  g  = tanh(Wg x + Ug h + bg)    # candidate
  o  = σ(Wo x + Uo h + bo)       # output gate
  c' = (1 - i) ⊙ c + i ⊙ g
  h' = o ⊙ tanh(c')
`;
