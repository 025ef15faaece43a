// Probabilities from logits, computed so that large logits do not overflow.

/** ln Σ exp; NaN if a logit is NaN. */
export function logSumExp(logits: ArrayLike<number>): number {
  let maximum = -Infinity;
  for (let i = 0; i < logits.length; i++) maximum = Math.max(maximum, logits[i] as number);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] as number) - maximum);
  return maximum + Math.log(sum);
}

/** The softmax: probabilities that sum to 1, [logits.length]. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const normaliser = logSumExp(logits);
  return Float64Array.from(logits, (logit) => Math.exp(logit - normaliser));
}
