// The simple recurrent network. Elman 1990, "Finding structure in time", Cognitive Science 14(2); he used the
// logistic function, and tanh is what every library computes under this name today.
import type { Cell } from "../ir/cell.ts";
import { equations } from "../ir/equations.ts";

export const elman: Cell = equations("elman")`
  h' = tanh(W x + U h + b)
`;

export const elmanSigmoid: Cell = equations("elman-sigmoid")`
  h' = σ(W x + U h + b)
`;
