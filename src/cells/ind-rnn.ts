import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const indRnn: Cell = equations("ind-rnn")`
  # Independently recurrent network, each unit with one weight on itself: Li et al. 2018, arXiv:1803.04831v3.
  h' = relu(W x + u ⊙ h + b)
  init u = uniform(0, 1)
  init W = he
`;
