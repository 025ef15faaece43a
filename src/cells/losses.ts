// Losses as equations: layers without a state that compute one number per token from predictions x and targets t. The
// loss of a network is its mean over the tokens; derivatives are derived as for any cell.
import type { Cell } from "../language/cell.ts";
import { equations, parseCell } from "../language/equations.ts";

/** ½ ln 2π. */
const halfLog2Pi = 0.5 * Math.log(2 * Math.PI);

/** Binary cross-entropy, summed over independent outputs: x are logits [I], t probabilities [I]. In nats. */
export const sigmoids: Cell = equations("sigmoids")`
  l = sum(softplus(x) - t ⊙ x)
  output l
  input t per step
  width t = I
`;

/** Squared error: the mean over the outputs of (x - t)²; x and t are [I]. */
export const squaredError: Cell = equations("squared-error")`
  l = mean(square(x - t))
  output l
  input t per step
  width t = I
`;

/** Absolute error: the mean over the outputs of |x - t|; x and t are [I]. */
export const absoluteError: Cell = equations("absolute-error")`
  l = mean(abs(x - t))
  output l
  input t per step
  width t = I
`;

/**
 * Huber loss: the mean over the outputs of ½ e² for errors |e| up to `delta` (default 1), and of `delta` (|e| - ½ delta)
 * beyond; x and t are [I]. Huber 1964, Annals of Mathematical Statistics 35(1). Throws unless delta > 0.
 */
export function huber(delta = 1): Cell {
  if (!(delta > 0 && Number.isFinite(delta)))
    throw new Error(`huber: delta must be more than 0, got ${delta}; 1 is customary`);
  return equations("huber")`
    e = abs(x - t)
    m = min(e, ${delta})
    l = mean(m ⊙ (e - 0.5 ⊙ m))
    output l
    input t per step
    width t = I
  `;
}

/** The logarithm of the smallest standard deviation, 1e-6: what can be predicted exactly has no endless density. */
const smallestLogDeviation = Math.log(1e-6);

/**
 * Gaussian negative log-likelihood: minus the log-density of t under independent normal distributions with means x and log
 * standard deviations s, all [I]. In nats. Deviations count as 1e-6 or more.
 */
export const gaussian: Cell = equations("gaussian")`
  d = max(s, ${smallestLogDeviation})
  l = sum(d + 0.5 ⊙ square((t - x) ⊙ exp(-d)) + ${halfLog2Pi})
  output l
  input s, t per step
  width s, t = I
`;

/**
 * Mixture density: minus the log-density of `targets` numbers under a mixture of H normal distributions with diagonal
 * covariance. p are the logits of the weights [H]; m1 … and s1 … the means and log standard deviations of each target [H];
 * t1 … the targets [1]. In nats. Deviations count as 1e-6 or more. Bishop 1994, "Mixture density networks"; the diagonal covariance as in Graves 2013,
 * arXiv:1308.0850v5. Throws unless `targets` is a whole number from 1.
 */
export function mixtureDensity(targets: number): Cell {
  if (!(Number.isSafeInteger(targets) && targets >= 1)) {
    throw new Error(`mixture density: the number of targets must be a whole number from 1, got ${targets}`);
  }
  const axes = Array.from({ length: targets }, (_, d) => d + 1);
  const floors = axes.map((d) => `d${d} = max(s${d}, ${smallestLogDeviation})`);
  const terms = axes.map((d) => ` - d${d} - 0.5 ⊙ square((t${d} - m${d}) ⊙ exp(-d${d}))`);
  const perAxis = (letter: string): string => axes.map((d) => `${letter}${d}`).join(", ");
  return parseCell(
    "mixture-density",
    [
      ...floors,
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
 * Quantile loss: the mean over levels and outputs of the pinball loss, `max(q e, (q - 1) e)` for errors e = t - x. x1 …
 * are the predictions for each level, t the targets, all [H]. `offsets` [levels] are added to the predictions; default
 * none. Koenker & Bassett 1978, Econometrica 46(1). Throws unless there are levels and all are between 0 and 1.
 */
export function quantiles(levels: readonly number[], offsets?: readonly number[]): Cell {
  const wrong = levels.find((q) => !(q > 0 && q < 1));
  if (levels.length === 0 || wrong !== undefined) {
    throw new Error(
      `quantiles: levels must be between 0 and 1, as in [0.1, 0.5, 0.9], got ${wrong ?? "none"}`,
    );
  }
  const names = levels.map((_, i) => `x${i + 1}`);
  const errors = names.map((x, i) => `e${i + 1} = t - ${offsets ? `(${x} + ${offsets[i] as number})` : x}`);
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

/** A finite substitute for the logarithm of 0, exact in float32. */
export const impossible: number = -(2 ** 100);

/**
 * Connectionist temporal classification: minus the log-probability that the logits x [I], step by step, spell the labels of
 * the sequence, with blanks (class 0) anywhere; the value at the last step of a sequence is its loss. In nats. The state a
 * is the log forward variable over the labels with blanks around them [H]: k are their classes; `begin`, `skip` and `end`
 * are 0 where a path may begin, come from two positions before, and end, and `impossible` elsewhere. Graves et al. 2006
 * (ICML).
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

/** The smallest sum of probabilities that a logarithm is taken of, a normal number in float32. */
const smallestSum = 1e-37;

/**
 * A linear-chain conditional random field: minus the log-probability of a sequence of tags, of which every step has its
 * part, the rest of the normaliser after it minus the score of its tag. x are the scores of the tags at a step [I], w those of the
 * listed transitions [N], b and e those of the first and the last tag [I]. The state a is the log forward variable [I],
 * normalised. `from` and `to` are the tags of each transition [N]; tags without a listed one never follow each other. `begin` and `end`
 * are 0 for tags that may be first and last, and `impossible` elsewhere [I]. Per step [1]: `t` is its tag, `r` the
 * transition that led to it (any at the first step), and `last` 1 at the last step, else 0. In nats. Lafferty, McCallum,
 * Pereira 2001 (ICML).
 */
export const crf: Cell = equations("crf")`
  q  = place(exp(pick(a, from) + w), to)      # from all tags that may come before
  p  = s ⊙ (begin + b) + (1 - s) ⊙ log(max(q, ${smallestSum}))
  f  = x + p + last ⊙ (end + e)
  g  = greatest(f)
  z  = g + log(sum(exp(f - g)))
  a' = f - z
  l  = z - pick(x, t) - s ⊙ pick(b, t) - (1 - s) ⊙ pick(w, r) - last ⊙ pick(e, t)
  s' = 0
  output l
  input from, to, begin, end per sequence
  input t, r, last per step
  start s = 1
  init w, b, e = 0
  width from, to, w = N
  width a, q, begin, end, b, e = I
  width s, t, r, last = 1
`;
