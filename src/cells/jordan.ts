import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const jordan: Cell = equations("jordan")`
  # The output is fed back in place of the hidden layer: Jordan 1986, ICS Report 8604, without the decay of his
  # state units. The output is as wide as the layer.
  h  = σ(W x + U y + b)
  y' = σ(V h + c)
  output y
`;
