// Scores of tags by token and, where they mark spans, by span; and the tags of the baseline.
import { classificationReport, type ClassificationReport } from "../shared/classification.ts";
import { isText, tokensOf } from "../shared/sequence-input.ts";
import { splitFor, type TaggedItem, type TagSpec } from "./design.ts";
import { trainMostFrequentTag } from "./most-frequent-tag.ts";
import { spanReport, spanScheme, type SpanReport } from "./spans.ts";

/** Accuracy and F1 over all tokens, by label; and those of spans where labels mark them. */
export interface TagScores extends ClassificationReport {
  /** Scores of whole spans, where the labels mark them: B-PER, I-PER and O, BIOES, PER-B and the like. */
  readonly spans?: SpanReport;
}

/** Scores of the predicted tags of sequences against the true ones. */
export function scoreTags(
  labels: readonly string[],
  targets: readonly (readonly string[])[],
  predictions: readonly (readonly string[])[],
): TagScores {
  const scheme = spanScheme(labels);
  const classOf = new Map(labels.map((label, i) => [label, i]));
  const classes = (sequences: readonly (readonly string[])[]): number[] =>
    sequences.flatMap((tags) => tags.map((tag) => classOf.get(tag) as number));
  return {
    ...classificationReport(classes(targets), classes(predictions), labels),
    ...(scheme && { spans: spanReport(targets, predictions, scheme) }),
  };
}

/** The most frequent tag of each token in `learned`, of tokens as the model reads them; undefined for series. */
export function baselineTags(
  spec: TagSpec,
  learned: readonly TaggedItem[],
  items: readonly TaggedItem[],
): string[][] | undefined {
  const { input } = spec;
  if (input.kind === "series") return undefined;
  const tokens = ({ value, place = "sequence" }: TaggedItem): string[] => {
    const steps = splitFor(spec, value);
    if (isText(steps)) return tokensOf(steps, input.vocabulary.unit, input.lowerCase);
    throw new Error(`${place}: it must be a text, as the model reads, not numbers`);
  };
  const baseline = trainMostFrequentTag(learned.map((item) => ({ tokens: tokens(item), tags: item.tags })));
  return items.map((item) => baseline.predict(tokens(item)));
}
