// The continuous ranked probability score: the distance of a forecast distribution from the actual value, in the series'
// units; for a point forecast it is the absolute error. Gneiting & Raftery 2007, JASA 102(477). Lower is better.
import { erf } from "./normal.ts";
import { checkFinite, checkSeries, meanOver } from "../shared/series-checks.ts";

/**
 * The mean CRPS of normal distributions over `targets` [n], in closed form (Gneiting et al. 2005, Monthly Weather Review
 * 133(5)). `means` and standard `deviations` (above 0) are [n]. Throws for unequal lengths, for empty rows, and for numbers
 * that are not finite.
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
        `crps of normals: deviations[${i}] must be above 0, not ${deviation}; for a point forecast use mae`,
      );
    const z = (targets[i]! - means[i]!) / deviation;
    const density = Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI);
    return deviation * (z * erf(z / Math.SQRT2) + 2 * density - 1 / Math.sqrt(Math.PI));
  });
}

/**
 * The mean CRPS of `samples` [n, draws] over `targets` [n], mean |x - y| less half the mean |x - x'| over all pairs of
 * samples, each with itself too, which is the CRPS of the empirical distribution (Gneiting & Raftery 2007, equation 21).
 * Throws for empty rows, for a number of samples that the targets do not divide, and for numbers that are not finite.
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
    // The k-th sorted sample is the larger of k pairs and the smaller of draws - 1 - k.
    const spread = meanOver(draws, (k) => ((2 * k + 1 - draws) * drawn[k]!) / draws);
    return error - spread;
  });
}
