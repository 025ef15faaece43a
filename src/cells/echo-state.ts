import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

export const echoState: Cell = equations("echo-state")`
  # A random reservoir that is never trained, of spectral radius 0.9, with leaky units: Jaeger 2001, GMD Report 148;
  # Lukoševičius 2012, "A practical guide to applying echo state networks". What reads it is trained.
  h' = (1 - α) ⊙ h + α ⊙ tanh(W x + U h + b)
  constant α = 0.3
  init W, b = uniform(0.5)
  init U = spectral(0.9)
  fixed W, U, b
`;
