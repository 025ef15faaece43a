// Scores of tagging by whole spans: B-PER, I-PER, O. A span counts where start, end and type are right.

export interface Span {
  readonly type: string;
  /** From this token, … */
  readonly start: number;
  /** … to before this one. */
  readonly end: number;
}

export interface SpanScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Spans of the targets. */
  readonly support: number;
}

export interface SpanReport extends SpanScores {
  readonly byType: ReadonlyMap<string, SpanScores>;
}

const bio = /^(?:O|([BI])-(.+))$/su;

/** Whether labels are such tags: O, B-type and I-type alone, and a type or more. */
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
    const [, prefix, type] = bio.exec(tag) ?? fail(tag, i);
    if (prefix === "I" && type === open?.type) return;
    close(i);
    if (type !== undefined) open = { type, start: i };
  });
  close(tags.length);
  return spans;
}

/**
 * Precision, recall and F1 of the spans of all sequences together (CoNLL's, micro-averaged), and by type in
 * alphabetical order. What would divide by 0 is 0. Throws at sequences of unequal length.
 */
export function spanReport(
  targets: readonly (readonly string[])[],
  predictions: readonly (readonly string[])[],
): SpanReport {
  if (targets.length !== predictions.length)
    throw new Error(
      `spans: ${targets.length} sequences of targets need as many of predictions, not ${predictions.length}`,
    );
  const wanted = new Map<string, string>(); // type, by place and type
  const found = new Map<string, string>();
  targets.forEach((tags, i) => {
    const guesses = predictions[i]!;
    if (tags.length !== guesses.length)
      throw new Error(
        `spans, sequence ${i}: ${tags.length} targets need as many predictions, not ${guesses.length}`,
      );
    for (const [spans, into] of [
      [spansOf(tags), wanted],
      [spansOf(guesses), found],
    ] as const)
      for (const { type, start, end } of spans) into.set(`${i} ${start} ${end} ${type}`, type);
  });
  const scores = (type?: string): SpanScores => {
    const ofType = (spans: ReadonlyMap<string, string>): string[] =>
      [...spans.keys()].filter((key) => type === undefined || spans.get(key) === type);
    const [mine, theirs] = [ofType(found), ofType(wanted)];
    const right = mine.filter((key) => wanted.has(key)).length;
    return {
      precision: ratio(right, mine.length),
      recall: ratio(right, theirs.length),
      f1: ratio(2 * right, mine.length + theirs.length),
      support: theirs.length,
    };
  };
  const types = [...new Set([...wanted.values(), ...found.values()])].sort();
  return { ...scores(), byType: new Map(types.map((type) => [type, scores(type)])) };
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function fail(tag: string, i: number): never {
  throw new Error(
    `spans, token ${i}: a tag must be O, B-type or I-type, not ${JSON.stringify(tag)}; convert it`,
  );
}
