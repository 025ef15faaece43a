import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const jozefowiczLstmF: Cell = equations("jozefowicz-lstm-f")`
  # LSTM-f, without the forget gate: Jozefowicz, Zaremba, Sutskever 2015, "An empirical exploration of recurrent network architectures"
  # (ICML). As printed there, the output gate is a tanh.
  i  = tanh(Wi x + Ui h + bi)    # candidate
  j  = σ(Wj x + Uj h + bj)       # input gate
  o  = tanh(Wo x + Uo h + bo)    # output gate
  c' = c + i ⊙ j
  h' = tanh(c') ⊙ o
`;
