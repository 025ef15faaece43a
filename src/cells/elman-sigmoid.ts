import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const elmanSigmoid: Cell = equations("elman-sigmoid")`
  # The simple recurrent network as it was first: Elman 1990, "Finding structure in time", Cognitive Science 14(2).
  h' = σ(W x + U h + b)
`;
