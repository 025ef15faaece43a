import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const jozefowiczLstmO: Cell = equations("jozefowicz-lstm-o")`
  # LSTM-o, without the output gate: Jozefowicz, Zaremba, Sutskever 2015, "An empirical exploration of recurrent network architectures"
  # (ICML). As printed there, the output gate is a tanh.
  i  = tanh(Wi x + Ui h + bi)    # candidate
  j  = σ(Wj x + Uj h + bj)       # input gate
  f  = σ(Wf x + Uf h + bf)       # forget gate
  c' = c ⊙ f + i ⊙ j
  h' = tanh(c')
`;
