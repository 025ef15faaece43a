import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const elman: Cell = equations("elman")`
  # The simple recurrent network: Elman 1990, "Finding structure in time", Cognitive Science 14(2). He used the
  # logistic function; tanh is what every library computes under this name today.
  h' = tanh(W x + U h + b)
`;
