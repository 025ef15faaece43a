import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const antisymmetric: Cell = equations("antisymmetric")`
  # A stable differential equation, one Euler step at a time: Chang et al. 2019, arXiv:1902.09689v1, equation 12.
  h' = h + ε ⊙ tanh(W h - Wᵀ h - γ ⊙ h + V x + b)
  constant ε = 0.1
  constant γ = 0.01
`;
