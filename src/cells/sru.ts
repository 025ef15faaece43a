import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const sru: Cell = equations("sru")`
  # Simple recurrent unit: Lei et al. 2018, arXiv:1709.02755v5 (EMNLP). A highway carries the input, so that must be as
  # wide as the layer; the highway is not scaled.
  z  = W x                              # candidate
  f  = σ(Wf x + vf ⊙ c + bf)            # forget gate
  r  = σ(Wr x + vr ⊙ c + br)            # reset gate
  c' = f ⊙ c + (1 - f) ⊙ z
  h  = r ⊙ c' + (1 - r) ⊙ x
  output h
  requires I = H
`;
