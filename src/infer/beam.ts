// Beam search: the most likely sequences of a model, kept side by side while they grow. A scorer returns the logits of what
// may follow each. Graves 2012, arXiv:1211.3711v1; length normalisation of Wu et al. 2016, arXiv:1609.08144v2.
import { logSumExp } from "../model/logits.ts";
import type { Constraint } from "./constraint.ts";

/** What a beam search asks for the symbols that may follow. */
export interface BeamScorer {
  /** Symbols, V. */
  readonly width: number;
  /**
   * Gives each row a symbol and resolves to the logits [rows, V] of what follows; row `i` goes on from where row
   * `parents[i]` was after the call before.
   */
  step(symbols: Int32Array, parents: Int32Array): Promise<Float64Array>;
}

/** Settings of `beamSearch`. */
export interface BeamSettings {
  /** Sequences that are grown at once. 1 is greedy: the most likely symbol at each step. Default 4. */
  readonly width?: number;
  /** Symbols at most, without the end, which has to come then, whatever it costs. */
  readonly longest: number;
  /** The symbol that sequences start after. */
  readonly start: number;
  /**
   * The symbol that ends them; often `start`. Where there is none, they end at `longest`, or wherever the constraint lets
   * them.
   */
  readonly end?: number;
  /**
   * Sequences are ranked by their log-probability over ((5 + symbols) / 6) to this power, the end counted: 0 favours short
   * ones, 1 nearly makes it a mean. Default 0.
   */
  readonly lengthPenalty?: number;
  /** What the sequences must look like. Default anything. */
  readonly constraint?: Constraint;
  /** Symbols that never come, such as the one for what is unknown. Default none. */
  readonly forbidden?: readonly number[];
}

/** A sequence that beam search found. */
export interface Beam {
  /** Without start and end. */
  readonly symbols: readonly number[];
  /** The model's own log-probability of the sequence and its end, if there is one, in nats. */
  readonly logProbability: number;
  /** What it was ranked by. */
  readonly score: number;
}

interface Live {
  readonly symbols: readonly number[];
  readonly logProbability: number;
  readonly state: number;
  /** The row where its state is. */
  readonly row: number;
}

/**
 * The best sequences of each of `prompts` rows of the scorer, best first, at most `width` each. The scorer has
 * `prompts × width` rows; those of one prompt stand side by side and begin alike. Of equally good sequences the one with
 * lower symbols comes first. A prompt ends when no live sequence can beat its `width` best ended ones any more. Throws
 * where a constraint allows no continuation.
 */
export async function beamSearch(
  scorer: BeamScorer,
  prompts: number,
  settings: BeamSettings,
): Promise<Beam[][]> {
  const { width = 4, longest, start, end, lengthPenalty = 0, constraint } = settings;
  const forbidden = new Set(settings.forbidden);
  check(width, longest, lengthPenalty);
  const needed = constraint?.tokensToEnd(constraint.start) ?? 0;
  if (needed > longest)
    throw new Error(
      `beam search: the constraint asks for ${needed} symbols or more; make longest at least that, not ${longest}`,
    );
  const rows = prompts * width;
  const scoreOf = (logProbability: number, length: number): number =>
    logProbability / ((5 + length) / 6) ** lengthPenalty;
  let live: Live[][] = Array.from({ length: prompts }, (_, p) => [
    { symbols: [], logProbability: 0, state: constraint?.start ?? 0, row: p * width },
  ]);
  const ended: Beam[][] = Array.from({ length: prompts }, () => []);
  const symbols = new Int32Array(rows).fill(start);
  const parents = Int32Array.from({ length: rows }, (_, row) => row);

  for (let length = 0; live.some((beams) => beams.length > 0); length++) {
    const logits = await scorer.step(symbols, parents);
    live = live.map((beams, p) => {
      const candidates = beams.flatMap((beam) => {
        const own = logits.subarray(beam.row * scorer.width, (beam.row + 1) * scorer.width);
        return continuations(beam, own, { width, end, left: longest - length, constraint, forbidden });
      });
      if (beams.length > 0 && candidates.length === 0 && (ended[p] as Beam[]).length === 0) {
        throw new Error(
          `beam search: no continuation is allowed after ${length} symbols; make it longer, or relax the constraint`,
        );
      }
      candidates.sort((a, b) => b.logProbability - a.logProbability || a.order - b.order);
      const kept = candidates.slice(0, width);
      const own = ended[p] as Beam[];
      for (const { symbols: said, logProbability, isEnd } of kept) {
        if (!isEnd) continue;
        const score = scoreOf(logProbability, said.length + (end === undefined ? 0 : 1));
        own.push({ symbols: said, logProbability, score });
      }
      const growing = kept.filter((candidate) => !candidate.isEnd);
      own.sort((a, b) => b.score - a.score);
      own.splice(width);
      const worst = own.length === width ? (own[width - 1] as Beam).score : -Infinity;
      // The log-probability can only fall, and the divisor is largest at the maximum length.
      const hopeful = growing.filter((candidate) => scoreOf(candidate.logProbability, longest + 1) > worst);
      return hopeful.map((candidate, i): Live => {
        const row = p * width + i;
        symbols[row] = candidate.symbols.at(-1) as number;
        parents[row] = candidate.row;
        return { ...candidate, row };
      });
    });
  }
  return ended.map((beams) => beams.sort((a, b) => b.score - a.score).slice(0, width));
}

interface Candidate extends Live {
  readonly isEnd: boolean;
  /** Breaks ties: the beam before, then the symbol. */
  readonly order: number;
}

interface Choice {
  readonly width: number;
  readonly end: number | undefined;
  /** Symbols that may still come. */
  readonly left: number;
  readonly constraint: Constraint | undefined;
  readonly forbidden: ReadonlySet<number>;
}

/** The best `width` symbols after a beam, and it alone where it may end so; at the maximum length its end alone. */
function continuations(beam: Live, logits: Float64Array, choice: Choice): Candidate[] {
  const { width, end, left, constraint, forbidden } = choice;
  const normal = logSumExp(logits);
  if (!Number.isFinite(normal)) {
    throw new Error(
      "beam search: the logits are not numbers; the model has diverged: train with a lower rate",
    );
  }
  const best: { symbol: number; logit: number; state: number }[] = [];
  for (let symbol = 0; symbol < logits.length; symbol++) {
    const isEnd = symbol === end;
    if ((left === 0 && !isEnd) || forbidden.has(symbol)) continue;
    const logit = logits[symbol] as number;
    const last = best[width - 1];
    if (last && logit <= last.logit) continue;
    const state = isEnd
      ? (constraint?.accepts(beam.state) ?? true)
        ? beam.state
        : undefined
      : constraint
        ? constraint.next(beam.state, symbol)
        : 0;
    if (state === undefined) continue;
    if (!isEnd && constraint && constraint.tokensToEnd(state) >= left) continue;
    let at = best.findIndex((other) => logit > other.logit);
    if (at < 0) at = best.length;
    best.splice(at, 0, { symbol, logit, state });
    if (best.length > width) best.pop();
  }
  const mayEnd = end === undefined && (left === 0 || constraint?.accepts(beam.state) === true);
  const asItIs: Candidate[] = mayEnd ? [{ ...beam, isEnd: true, order: beam.row * logits.length - 1 }] : [];
  const longer = best.map(({ symbol, logit, state }) => ({
    symbols: symbol === end ? beam.symbols : [...beam.symbols, symbol],
    logProbability: beam.logProbability + logit - normal,
    state,
    row: beam.row,
    isEnd: symbol === end,
    order: beam.row * logits.length + symbol,
  }));
  return [...asItIs, ...longer];
}

function check(width: number, longest: number, lengthPenalty: number): void {
  for (const [name, value, least] of [
    ["width", width, 1],
    ["longest", longest, 0],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new Error(`beam search: ${name} must be a whole number, ${least} or more, not ${value}`);
  }
  if (!(lengthPenalty >= 0 && Number.isFinite(lengthPenalty))) {
    throw new Error(
      `beam search: lengthPenalty must be 0 or more, not ${lengthPenalty}; 0 to 1 are customary`,
    );
  }
}
