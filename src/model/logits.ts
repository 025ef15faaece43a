// What the logits of a row say, computed so that large ones do not overflow.

/** ln Σ exp. NaN where a logit is NaN; throws nothing. */
export function logSumExp(logits: ArrayLike<number>): number {
  let greatest = -Infinity;
  for (let i = 0; i < logits.length; i++) greatest = Math.max(greatest, logits[i] as number);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] as number) - greatest);
  return greatest + Math.log(sum);
}

/** Softmax: probabilities that sum to 1. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const normal = logSumExp(logits);
  return Float64Array.from(logits, (logit) => Math.exp(logit - normal));
}
