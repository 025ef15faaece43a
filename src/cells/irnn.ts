import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const irnn: Cell = equations("irnn")`
  # A rectified network that starts as the identity: Le, Jaitly, Hinton 2015, arXiv:1504.00941v2.
  h' = relu(W x + U h + b)
  init U = identity
  init W = normal(0.001)
`;
