// The parts of a network that have no state, as equations like any other cell: readout, embedding, dropout.
// Each is a layer of its own; what they are joined to is for the model to say.
import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

/** One number for each class, [I] → [H]: logits, to which the loss applies softmax. */
export const readout: Cell = equations("readout")`
  y = W x + b
  output y
`;

/** A vector for each symbol, [I] → [H]; unit variance, as Glorot's rule assumes of what it is applied to. */
export const embedding: Cell = equations("embedding")`
  y = E x
  output y
  init E = normal(1)
`;

/**
 * A readout whose matrix is an embedding's, the other way round: as wide as its vectors go in, a number for each symbol
 * comes out. Press & Wolf 2016, arXiv:1608.05859v3; Inan et al. 2016, arXiv:1611.01462v3.
 */
export const tiedReadout: Cell = equations("tied-readout")`
  y = Eᵀ x + b
  output y
`;

/** An embedding whose vectors are short enough to be a readout's, too. */
export const tiedEmbedding: Cell = equations("tied-embedding")`
  y = E x
  output y
  init E = normal(0.1)
`;

/**
 * Zeroes each element with probability `rate` while training and scales up the others, so that nothing needs
 * scaling afterwards. Srivastava et al. 2014, JMLR 15; the scaling as every library does it today.
 * Throws unless 0 ≤ rate < 1.
 */
export function dropout(rate: number): Cell {
  if (!(rate >= 0 && rate < 1)) {
    throw new Error(`dropout must be from 0 (none) to below 1, not ${rate}; 0.2 to 0.5 are customary`);
  }
  return equations("dropout")`
    y = mask(${rate}, per step) / (1 - ${rate}) ⊙ x
    output y
    width y = I
  `;
}
