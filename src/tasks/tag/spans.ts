// Scores of tagging by whole spans, as B-PER, I-PER and O mark them: a span is right where start, end and type are.

/** Tokens from `start` to before `end`. */
export interface Span {
  /** The type; `span` where tags have none. */
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
  /** How the targets mark spans: `IO`, `IOB1`, `IOB2`, `BIO` (both of them mixed), `BIOES`, `BILOU`, `BMES` or `BMEW`. */
  readonly scheme: string;
  /** In alphabetical order. */
  readonly byType: Readonly<Record<string, SpanScores>>;
}

/** How tags mark spans. */
export interface SpanScheme {
  /** As in `SpanReport`, with `BIO` for IOB1 and IOB2, whose tags are the same. */
  readonly name: string;
  /** What a tag says of its token; undefined outside of spans. Throws at tags that the scheme lacks. */
  read(tag: string): SpanMark | undefined;
}

/** The place of a token in a span, and the span's type. */
export interface SpanMark {
  readonly at: "begin" | "inside" | "end" | "single";
  readonly type: string;
}

const letters: Readonly<Record<string, SpanMark["at"]>> = {
  B: "begin",
  I: "inside",
  M: "inside",
  E: "end",
  L: "end",
  S: "single",
  U: "single",
  W: "single",
};

/** The letters of each scheme, of which tags may lack some. */
const schemes = { IO: "I", BIO: "BI", BIOES: "BIES", BILOU: "BILU", BMES: "BMES", BMEW: "BMEW" } as const;

const bare = /^(?<letter>[BIMELSUW])$/u;
const forms = [
  /^(?<letter>[BIMELSUW])[-_:/](?<type>.+)$/su,
  /^(?<type>.+)[-_:/](?<letter>[BIMELSUW])$/su,
  bare,
];

/**
 * How labels mark spans: a letter with a type after it (`B-PER`, `B_PER`) or before it (`PER-B`), or a letter alone, and O
 * outside. Undefined where labels are of another kind or of two forms, and where none marks a span.
 */
export function spanScheme(labels: readonly string[]): SpanScheme | undefined {
  const inside = labels.filter((label) => label !== "O");
  const form = forms.find((pattern) => inside.every((label) => pattern.test(label)));
  if (!form || inside.length === 0) return undefined;
  const used = [...new Set(inside.map((label) => form.exec(label)?.groups?.["letter"] as string))];
  const [name] = Object.entries(schemes).find(([, all]) => used.every((one) => all.includes(one))) ?? [];
  if (name === undefined) return undefined;
  // Letters alone may be labels of any kind.
  const isLikely = used.includes("B") || (used.includes("I") && labels.includes("O"));
  if (form === bare && (labels.length < 2 || !isLikely)) return undefined;
  return {
    name,
    read(tag) {
      if (tag === "O") return undefined;
      const { letter, type = "span" } = form.exec(tag)?.groups ?? {};
      if (letter !== undefined) return { at: letters[letter] as SpanMark["at"], type };
      throw new Error(
        `spans: a tag must be O or like ${JSON.stringify(inside[0])}, not ${JSON.stringify(tag)}; convert it`,
      );
    },
  };
}

/** The scheme of tags, and none where all are O. Throws where they do not mark spans. */
function schemeOf(sequences: readonly (readonly string[])[]): SpanScheme {
  const labels = [...new Set(sequences.flat())];
  if (labels.every((label) => label === "O")) return { name: "IO", read: () => undefined };
  const scheme = spanScheme(labels);
  if (scheme) return scheme;
  const some = labels.filter((label) => label !== "O").slice(0, 3);
  throw new Error(
    `spans: tags must mark spans in one scheme, such as B-PER, I-PER and O, not ${some.map((label) => JSON.stringify(label)).join(", ")}; ` +
      "convert them",
  );
}

/** The scheme by name, with IOB1 and IOB2 told apart by what begins the spans of `sequences`. */
export function schemeName({ name, read }: SpanScheme, sequences: readonly (readonly string[])[]): string {
  if (name !== "BIO") return name;
  let [isFirst, isSecond] = [true, true];
  for (const tags of sequences) {
    let before: SpanMark | undefined;
    for (const tag of tags) {
      const mark = read(tag);
      const follows = mark !== undefined && mark.type === before?.type;
      if (mark?.at === "begin" && !follows) isFirst = false;
      if (mark?.at === "inside" && !follows) isSecond = false;
      before = mark;
    }
  }
  return isSecond ? "IOB2" : isFirst ? "IOB1" : name;
}

/**
 * The spans of one sequence of tags, in order. A tag inside or at the end of a span that follows no span of its type begins
 * one, as in the script `conlleval` of the CoNLL-2000 and 2003 shared tasks; so IOB1 and IOB2 are read alike. `scheme` is
 * by default that of the tags; throws where they have none, and at a tag that the scheme lacks.
 */
export function spansOf(tags: readonly string[], scheme: SpanScheme = schemeOf([tags])): Span[] {
  const spans: Span[] = [];
  let open: { type: string; start: number } | undefined;
  const close = (end: number): void => {
    if (open) spans.push({ ...open, end });
    open = undefined;
  };
  tags.forEach((tag, i) => {
    const mark = scheme.read(tag);
    if (!mark) return close(i);
    const { at, type } = mark;
    if (at === "begin" || at === "single" || type !== open?.type) {
      close(i);
      open = { type, start: i };
    }
    if (at === "end" || at === "single") close(i + 1);
  });
  close(tags.length);
  return spans;
}

/**
 * Precision, recall and F1 of the spans of all sequences together (CoNLL's, micro-averaged), and by type. A ratio whose
 * denominator is 0 is 0. `scheme` is by default that of all their tags. Throws where targets and predictions differ in
 * length, and as `spansOf`.
 */
export function spanReport(
  targets: readonly (readonly string[])[],
  predictions: readonly (readonly string[])[],
  scheme: SpanScheme = schemeOf([...targets, ...predictions]),
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
  const targetTypes = typesBySpan(targets, scheme);
  const predictedTypes = typesBySpan(predictions, scheme);
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
  return {
    scheme: schemeName(scheme, targets),
    ...scores(),
    byType: Object.fromEntries(types.map((type) => [type, scores(type)])),
  };
}

/** The type of each span, by a key of sequence, start, end and type. */
function typesBySpan(sequences: readonly (readonly string[])[], scheme: SpanScheme): Map<string, string> {
  const types = new Map<string, string>();
  sequences.forEach((tags, i) => {
    for (const { type, start, end } of spansOf(tags, scheme)) types.set(`${i} ${start} ${end} ${type}`, type);
  });
  return types;
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
