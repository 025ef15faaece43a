// The continuous ranked probability score: how far a forecast distribution is from what came, in the series' units;
// for a point forecast it is the absolute error. Gneiting & Raftery 2007, JASA 102(477). Lower is better.
import { erf } from "./normal.ts";
import { checkFinite, checkSeries, meanOver } from "../shared/series-checks.ts";

/**
 * Of normal distributions, in closed form (Gneiting et al. 2005, Monthly Weather Review 133(5)), as a mean
 * over targets. `means` and `deviations` (standard, above 0) are [n] like `targets`.
 * Throws at unequal lengths, at none, and at numbers that are not finite.
 */
export function crpsNormal(
  targets: ArrayLike<number>,
  means: ArrayLike<number>,
  deviations: ArrayLike<number>,
): number {
  checkSeries("crps of normals", { targets, means, deviations });
  return meanOver(targets.length, (i) => {
    const deviation = deviations[i]!;
    if (deviation <= 0)
      throw new Error(
        `crps of normals: deviations[${i}] must be above 0, not ${deviation}; of a point forecast use mae`,
      );
    const z = (targets[i]! - means[i]!) / deviation;
    const density = Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI);
    return deviation * (z * erf(z / Math.SQRT2) + 2 * density - 1 / Math.sqrt(Math.PI));
  });
}

/**
 * Of drawn samples, as a mean over targets: mean |x - y| less half the mean |x - x'| over all pairs of samples, each
 * with itself too, which is the CRPS of the samples' own distribution (Gneiting & Raftery 2007, equation 21).
 * `samples` [n, draws], slowest axis first, as many for each target.
 * Throws at none, at a number that does not divide, and at numbers that are not finite.
 */
export function crpsSamples(targets: ArrayLike<number>, samples: ArrayLike<number>): number {
  checkSeries("crps of samples", { targets });
  const draws = samples.length / targets.length;
  if (!Number.isInteger(draws) || draws === 0)
    throw new Error(
      `crps of samples: ${targets.length} targets need as many samples each, not ${samples.length} in all; ` +
        `give [targets, draws]`,
    );
  checkFinite("crps of samples", "samples", samples);
  return meanOver(targets.length, (i) => {
    const drawn = Float64Array.from({ length: draws }, (_, k) => samples[i * draws + k]!).sort();
    const error = meanOver(draws, (k) => Math.abs(drawn[k]! - targets[i]!));
    // The k-th of the sorted is the greater of k pairs and the lesser of draws - 1 - k.
    const spread = meanOver(draws, (k) => ((2 * k + 1 - draws) * drawn[k]!) / draws);
    return error - spread;
  });
}
