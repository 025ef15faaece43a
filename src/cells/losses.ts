// Losses as equations: layers without a state that make one number of predictions x and targets for each token. The
// loss of a network is the mean of it; its derivative is derived like any other.
import type { Cell } from "../language/cell.ts";
import { equations, parseCell } from "../language/equations.ts";

/** Half the logarithm of 2π. */
const halfLog2Pi = 0.5 * Math.log(2 * Math.PI);

/** Independent yes-or-no outputs: the sum over them of the cross-entropy of σ(x), x being logits, t from 0 to 1. */
export const sigmoids: Cell = equations("sigmoids")`
  l = sum(softplus(x) - t ⊙ x)
  output l
  input t per step
  width t = I
`;

/** The mean over the outputs of (x - t)². */
export const squaredError: Cell = equations("squared-error")`
  l = mean(square(x - t))
  output l
  input t per step
  width t = I
`;

/** The mean over the outputs of |x - t|. */
export const absoluteError: Cell = equations("absolute-error")`
  l = mean(abs(x - t))
  output l
  input t per step
  width t = I
`;

/**
 * The mean over the outputs of ½ e² for errors e up to `delta`, and `delta` (|e| - ½ delta) beyond. Huber 1964, Annals
 * of Mathematical Statistics 35(1). Throws unless delta > 0.
 */
export function huber(delta = 1): Cell {
  if (!(delta > 0 && Number.isFinite(delta)))
    throw new Error(`huber: delta must be more than 0, not ${delta}; 1 is customary`);
  return equations("huber")`
    e = abs(x - t)
    m = min(e, ${delta})
    l = mean(m ⊙ (e - 0.5 ⊙ m))
    output l
    input t per step
    width t = I
  `;
}

/** Minus the log-density of t under independent normal distributions with means x and log standard deviations s. */
export const gaussian: Cell = equations("gaussian")`
  l = sum(s + 0.5 ⊙ square((t - x) ⊙ exp(-s)) + ${halfLog2Pi})
  output l
  input s, t per step
  width s, t = I
`;

/**
 * Minus the log-density of `targets` numbers under a mixture of H normal distributions with independent axes: p are
 * logits of the weights, m1 … and s1 … means and log standard deviations [H] of each target, t1 … the targets. Bishop
 * 1994, "Mixture density networks", with axes of their own as in Graves 2013, arXiv:1308.0850v5. Throws unless
 * `targets` is a whole number from 1.
 */
export function mixtureDensity(targets: number): Cell {
  if (!(Number.isSafeInteger(targets) && targets >= 1)) {
    throw new Error(`mixture density: the targets must be a whole number from 1, not ${targets}`);
  }
  const axes = Array.from({ length: targets }, (_, d) => d + 1);
  const terms = axes.map((d) => ` - s${d} - 0.5 ⊙ square((t${d} - m${d}) ⊙ exp(-s${d}))`);
  const perAxis = (letter: string): string => axes.map((d) => `${letter}${d}`).join(", ");
  return parseCell(
    "mixture-density",
    [
      `a = p${terms.join("")} - ${targets * halfLog2Pi}`,
      "g = greatest(a)",
      "q = greatest(p)",
      "l = q + log(sum(exp(p - q))) - g - log(sum(exp(a - g)))",
      "output l",
      `input p, ${perAxis("m")}, ${perAxis("s")}, ${perAxis("t")} per step`,
      `width ${perAxis("t")} = 1`,
    ].join("\n"),
  );
}

/**
 * The mean over levels and outputs of the pinball loss, `max(q e, (q - 1) e)` of the errors e = t - x: x1 … are the
 * predictions of each quantile. Koenker & Bassett 1978, Econometrica 46(1). Throws unless all levels are between 0
 * and 1.
 */
export function quantiles(levels: readonly number[]): Cell {
  const wrong = levels.find((q) => !(q > 0 && q < 1));
  if (levels.length === 0 || wrong !== undefined) {
    throw new Error(
      `quantiles: levels must be between 0 and 1, as in [0.1, 0.5, 0.9], not ${wrong ?? "none"}`,
    );
  }
  const names = levels.map((_, i) => `x${i + 1}`);
  const errors = names.map((x, i) => `e${i + 1} = t - ${x}`);
  const terms = levels.map((q, i) => `max(${q} ⊙ e${i + 1}, ${q - 1} ⊙ e${i + 1})`);
  return parseCell(
    "quantiles",
    [
      ...errors,
      `l = mean(${terms.join(" + ")}) / ${levels.length}`,
      "output l",
      `input ${names.join(", ")}, t per step`,
    ].join("\n"),
  );
}

/** The logarithm of no probability at all: small enough for every use, exact in float32, and finite. */
export const impossible: number = -(2 ** 100);

/**
 * Connectionist temporal classification: minus the log-probability that the logits x, step by step, spell the labels
 * of the sequence, with blanks (class 0) anywhere. Graves et al. 2006 (ICML). Its state is the forward variable, in
 * logarithms, over the labels with blanks around them [H]: k numbers those, `begin`, `skip` and `end` are 0 where a path
 * may begin, come from two places before, and end, and `impossible` elsewhere. The value at a sequence's last step counts.
 */
export const ctc: Cell = equations("ctc")`
  g  = greatest(x)
  p  = x - g - log(sum(exp(x - g)))     # log-probabilities of the classes
  u  = S a - (begin + far)             # from one place before
  v  = D a + skip                       # from two places before
  m  = max(a, max(u, v))
  a' = pick(p, k) + m + log(exp(a - m) + exp(u - m) + exp(v - m))
  f  = a' + end
  n  = greatest(f)
  l  = -n - log(sum(exp(f - n)))
  output l
  input k, begin, skip, end per sequence
  start a = begin
  init S = shift(1)
  init D = shift(2)
  fixed S, D
  constant far = ${-impossible}
`;
