import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const deepFeedForward: Cell = equations("deep-feed-forward")`
  # Three layers without a state, rectified: Glorot, Bordes, Bengio 2011, AISTATS; started as He et al. 2015,
  # arXiv:1502.01852v1.
  h1 = relu(W1 x + b1)
  h2 = relu(W2 h1 + b2)
  h  = relu(W3 h2 + b3)
  output h
  init W1, W2, W3 = he
`;
