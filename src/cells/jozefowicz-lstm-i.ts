import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const jozefowiczLstmI: Cell = equations("jozefowicz-lstm-i")`
  # LSTM-i, without the input gate: Jozefowicz, Zaremba, Sutskever 2015, "An empirical exploration of recurrent network architectures"
  # (ICML). As printed there, the output gate is a tanh.
  i  = tanh(Wi x + Ui h + bi)    # candidate
  f  = σ(Wf x + Uf h + bf)       # forget gate
  o  = tanh(Wo x + Uo h + bo)    # output gate
  c' = c ⊙ f + i
  h' = tanh(c') ⊙ o
`;
