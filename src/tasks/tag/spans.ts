// Scores of tagging by whole spans, as B-PER, I-PER and O mark them: a span is right where start, end and type are.

/** Tokens from `start` to before `end`. */
export interface Span {
  readonly type: string;
  readonly start: number;
  /** The first token after it. */
  readonly end: number;
}

/**
 * Scores of spans: one counts as found where its type and both ends agree, as in the CoNLL-2000
 * evaluation.
 */
export interface SpanScores {
  /** Share of predicted spans that are right; 0 without predictions. */
  readonly precision: number;
  /** Share of the targets' spans that were found; 0 without spans. */
  readonly recall: number;
  /** Harmonic mean of both; 0 where both are. */
  readonly f1: number;
  /** Spans of the targets. */
  readonly support: number;
}

/** Scores of spans, of all types together and of each. */
export interface SpanReport extends SpanScores {
  /** In alphabetical order. */
  readonly byType: Readonly<Record<string, SpanScores>>;
}

const bio = /^(?:O|([BI])-(.+))$/su;

/** Whether labels mark spans: O, B-type and I-type alone, with one type or more. */
export function areSpanTags(labels: readonly string[]): boolean {
  return labels.every((label) => bio.test(label)) && labels.some((label) => label !== "O");
}

/**
 * The spans of one sequence of BIO tags, in order. An I that follows no span of its type begins one, as in the script
 * `conlleval` of the CoNLL-2000 and 2003 shared tasks. Throws at a tag that is not O, B-type or I-type.
 */
export function spansOf(tags: readonly string[]): Span[] {
  const spans: Span[] = [];
  let open: { type: string; start: number } | undefined;
  const close = (end: number): void => {
    if (open) spans.push({ ...open, end });
    open = undefined;
  };
  tags.forEach((tag, i) => {
    const match = bio.exec(tag);
    if (!match) {
      throw new Error(
        `spans, token ${i}: a tag must be O, B-type or I-type, not ${JSON.stringify(tag)}; convert it`,
      );
    }
    const [, prefix, type] = match;
    if (prefix === "I" && type === open?.type) return;
    close(i);
    if (type !== undefined) open = { type, start: i };
  });
  close(tags.length);
  return spans;
}

/**
 * Precision, recall and F1 of the spans of all sequences together (CoNLL's, micro-averaged), and by type. A ratio whose
 * denominator is 0 is 0. Throws where targets and predictions differ in length.
 */
export function spanReport(
  targets: readonly (readonly string[])[],
  predictions: readonly (readonly string[])[],
): SpanReport {
  if (targets.length !== predictions.length) {
    throw new Error(
      `spans: expected as many sequences of predictions as of targets, ${targets.length}, got ${predictions.length}`,
    );
  }
  targets.forEach((tags, i) => {
    const { length } = predictions[i] as readonly string[];
    if (tags.length !== length)
      throw new Error(
        `spans, sequence ${i}: expected ${tags.length} predictions, one per target, got ${length}`,
      );
  });
  const targetTypes = typesBySpan(targets);
  const predictedTypes = typesBySpan(predictions);
  const scores = (type?: string): SpanScores => {
    const ofType = (types: ReadonlyMap<string, string>): string[] =>
      [...types.keys()].filter((key) => type === undefined || types.get(key) === type);
    const [predicted, support] = [ofType(predictedTypes), ofType(targetTypes).length];
    const right = predicted.filter((key) => targetTypes.has(key)).length;
    return {
      precision: ratio(right, predicted.length),
      recall: ratio(right, support),
      f1: ratio(2 * right, predicted.length + support),
      support,
    };
  };
  const types = [...new Set([...targetTypes.values(), ...predictedTypes.values()])].sort();
  return { ...scores(), byType: Object.fromEntries(types.map((type) => [type, scores(type)])) };
}

/** The type of each span, by a key of sequence, start, end and type. */
function typesBySpan(sequences: readonly (readonly string[])[]): Map<string, string> {
  const types = new Map<string, string>();
  sequences.forEach((tags, i) => {
    for (const { type, start, end } of spansOf(tags)) types.set(`${i} ${start} ${end} ${type}`, type);
  });
  return types;
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
