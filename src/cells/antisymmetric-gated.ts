import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const antisymmetricGated: Cell = equations("antisymmetric-gated")`
  # A stable differential equation with a gate that shares its matrix: Chang et al. 2019, arXiv:1902.09689v1,
  # equations 15 to 17.
  a  = W h - Wᵀ h - γ ⊙ h
  z  = σ(a + Vz x + bz)                 # update
  h' = h + ε ⊙ z ⊙ tanh(a + Vh x + bh)
  constant ε = 0.1
  constant γ = 0.01
`;
