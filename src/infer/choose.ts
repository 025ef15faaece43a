// One symbol from a row of logits and one uniform number: greedy, by temperature, by the k best, by nucleus.
// Pure: the random number is the caller's, so a choice can be repeated.

/** How a symbol is chosen from its probabilities. */
export interface ChoiceSettings {
  /** Divides the logits: 0 takes the best, 1 the model's own distribution, more is wilder. Default 1. */
  readonly temperature?: number;
  /** Only the k best symbols; 0 for all. Default 0. */
  readonly topK?: number;
  /**
   * Only the fewest best symbols whose probability, after temperature and `topK`, sums to this; at least one.
   * 1 for all. Default 1. Nucleus sampling, Holtzman et al. 2019 (arXiv 1904.09751v2).
   */
  readonly topP?: number;
}

/** The settings with their defaults. Throws at values out of range. */
export function validateChoice(settings: ChoiceSettings): Required<ChoiceSettings> {
  const { temperature = 1, topK = 0, topP = 1 } = settings;
  if (!(temperature >= 0 && temperature < Infinity))
    throw new Error(`sampling: temperature must be 0 (always the best symbol) or more, not ${temperature}`);
  if (!Number.isInteger(topK) || topK < 0)
    throw new Error(`sampling: topK must be a whole number, 0 (all symbols) or more, not ${topK}`);
  if (!(topP >= 0 && topP <= 1))
    throw new Error(`sampling: topP must be from 0 to 1 (all symbols), not ${topP}`);
  return { temperature, topK, topP };
}

/**
 * The id of the symbol chosen.
 * `logits`: [V], not written; -Infinity for a symbol that must not come. `uniform`: in [0, 1).
 * Of equal logits the lowest id is the better. Throws at settings out of range, at NaN and +Infinity, and
 * where every logit is -Infinity.
 */
export function choose(
  logits: Float32Array | Float64Array,
  uniform: number,
  settings: ChoiceSettings = {},
): number {
  const { temperature, topK, topP } = validateChoice(settings);
  if (!(uniform >= 0 && uniform < 1))
    throw new Error(`sampling: the random number must be from 0 to below 1, not ${uniform}`);
  const best = indexOfBest(logits);
  if (temperature === 0) return best;

  const top = logits[best]!;
  const masses = Float64Array.from(logits, (logit) => Math.exp((logit - top) / temperature)); // [V], best is 1
  if (topK > 0 || topP < 1) dropTail(masses, logits, topK, topP);

  const target = uniform * masses.reduce((sum, mass) => sum + mass, 0);
  let sum = 0;
  let last = best;
  for (let id = 0; id < masses.length; id++) {
    const mass = masses[id]!;
    if (mass === 0) continue;
    sum += mass;
    last = id;
    if (target < sum) break;
  }
  return last;
}

function indexOfBest(logits: Float32Array | Float64Array): number {
  let best = -1;
  let top = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (Number.isNaN(logit) || logit === Infinity)
      throw new Error(
        `sampling: logit ${id} of ${logits.length} must be a number below Infinity, not ${logit}; ` +
          `the model has diverged: train with a lower rate or a tighter gradient clip`,
      );
    if (logit > top) {
      top = logit;
      best = id;
    }
  }
  if (best < 0)
    throw new Error(
      logits.length === 0
        ? "sampling: there are no logits; give one for each symbol"
        : `sampling: all ${logits.length} logits are -Infinity; leave one symbol possible`,
    );
  return best;
}

/** Sets the masses of symbols outside the k best and the nucleus to 0. */
function dropTail(
  masses: Float64Array, // [V], changed
  logits: Float32Array | Float64Array, // [V]
  topK: number,
  topP: number,
): void {
  const ranked = Array.from(logits, (_, id) => id).sort((a, b) => compare(logits[b]!, logits[a]!) || a - b);
  const kept = topK > 0 ? ranked.slice(0, topK) : ranked;
  let nucleus = kept.length;
  if (topP < 1) {
    const total = kept.reduce((sum, id) => sum + masses[id]!, 0);
    // The slack keeps the rounding of sums from adding a symbol where the mass is exactly topP.
    const enough = (topP - 1e-12) * total;
    let sum = 0;
    nucleus = Math.max(1, kept.findIndex((id) => (sum += masses[id]!) >= enough) + 1);
  }
  for (const id of ranked.slice(nucleus)) masses[id] = 0;
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
