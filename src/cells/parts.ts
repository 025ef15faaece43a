// The stateless layers of a network as equations: readout, embedding, dropout.
import type { Cell } from "../language/cell.ts";
import { equations } from "../language/equations.ts";

/** An affine readout, [I] → [H]: the logits of classes, or other outputs. */
export const readout: Cell = equations("readout")`
  y = W x + b
  output y
`;

/** A readout that is zero before training, for what is added to something that predicts already. */
export const zeroReadout: Cell = equations("zero-readout")`
  y = W x + b
  output y
  init W = 0
`;

/** An embedding, [I] → [H]: a vector per symbol, with unit variance, as Glorot initialisation assumes of its input. */
export const embedding: Cell = equations("embedding")`
  y = E x
  output y
  init E = normal(1)
`;

/** An embedding of symbols of which many are rare: small initial values, so that what was seen once or twice says little. */
export const rareEmbedding: Cell = equations("rare-embedding")`
  y = E x
  output y
  init E = normal(0.1)
`;

/**
 * A readout with the transposed matrix of an embedding: [I] is the width of the embedding, [H] the number of symbols. Press &
 * Wolf 2016, arXiv:1608.05859v3; Inan et al. 2016, arXiv:1611.01462v3.
 */
export const tiedReadout: Cell = equations("tied-readout")`
  y = Eᵀ x + b
  output y
`;

/** An embedding whose matrix a readout shares, so its initial values are smaller. */
export const tiedEmbedding: Cell = equations("tied-embedding")`
  y = E x
  output y
  init E = normal(0.1)
`;

/**
 * Inverted dropout, [I] → [I]: in training, zeroes each element with probability `rate` and scales the others by
 * 1 / (1 - rate); in evaluation, the identity. Srivastava et al. 2014, JMLR 15. Throws unless 0 ≤ rate < 1.
 */
export function dropout(rate: number): Cell {
  if (!(rate >= 0 && rate < 1)) {
    throw new Error(`dropout must be from 0 (none) to below 1, got ${rate}; 0.2 to 0.5 are customary`);
  }
  return equations("dropout")`
    y = mask(${rate}, per step) / (1 - ${rate}) ⊙ x
    output y
    width y = I
  `;
}
