// The error function and the quantiles of the standard normal distribution, in float64.

/** The error function by its series of positive terms: 2/√π e^(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)). */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x); // 1 - erf(6) is 2e-17
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * The quantile at `level`: 1.2816 at 0.9. To 1e-12 for levels from 1e-4 to 1 - 1e-4, to 1e-6 from 1e-9 on. Starts with
 * formula 26.2.23 of Abramowitz & Stegun 1964 and continues by Newton's method. Throws unless the level is between 0 and 1.
 */
export function normalQuantile(level: number): number {
  if (!(level > 0 && level < 1))
    throw new Error(`normal quantile: a level must be between 0 and 1, not ${level}; write a tenth as 0.1`);
  if (level > 0.5) return -normalQuantile(1 - level);
  const t = Math.sqrt(-2 * Math.log(level));
  let z =
    (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let i = 0; i < 3; i++) {
    const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
    z -= (0.5 * (1 + erf(z / Math.SQRT2)) - level) / density;
  }
  return z;
}
