import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const feedForward: Cell = equations("feed-forward")`
  # A layer without a state: Rosenblatt's perceptron with a smooth nonlinearity, as in Rumelhart et al. 1986,
  # Nature 323.
  h  = tanh(W x + b)
  output h
`;
