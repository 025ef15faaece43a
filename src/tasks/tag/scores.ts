// Scores of tags by token and, where they mark spans, by span; and the tags of the baseline.
import { classificationReport, type ClassificationReport } from "../shared/classification.ts";
import { isText, tokensOf } from "../shared/sequence-input.ts";
import { classesOf, splitFor, type TaggedItem, type TagSpec } from "./design.ts";
import { trainMostFrequentTag } from "./most-frequent-tag.ts";
import { trainPerceptron } from "./perceptron.ts";
import { spanReport, spanScheme, type SpanReport } from "./spans.ts";
import { orderOf, transitionsOf } from "./transitions.ts";

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

/** The tags of a baseline. */
export interface BaselineTags {
  readonly name: string;
  /** By sequence. */
  readonly tags: readonly (readonly string[])[];
}

/**
 * The tags that baselines which learned from `learned` give the tokens of `items`, as the model reads them: the most
 * frequent tag of each token, and an averaged perceptron with features of words. Undefined for series.
 */
export function baselineTags(
  spec: TagSpec,
  learned: readonly TaggedItem[],
  items: readonly TaggedItem[],
): { readonly frequent: BaselineTags; readonly perceptron: BaselineTags } | undefined {
  const { input, labels } = spec;
  if (input.kind === "series") return undefined;
  const tokens = ({ value, place = "sequence" }: TaggedItem): string[] => {
    const steps = splitFor(spec, value);
    if (isText(steps)) return tokensOf(steps, input.vocabulary.unit, input.lowerCase);
    throw new Error(`${place}: it must be a text, as the model reads, not numbers`);
  };
  const [known, asked] = [learned.map(tokens), items.map(tokens)];
  const frequent = trainMostFrequentTag(
    known.map((words, i) => ({ tokens: words, tags: learned[i]?.tags ?? [] })),
  );
  const classes = classesOf(spec, learned);
  const order = orderOf(
    labels,
    learned.map(({ tags }) => tags),
  );
  const perceptron = trainPerceptron(
    known.map((words, i) => ({ tokens: words, classes: classes[i] ?? [] })),
    transitionsOf(labels, order),
  );
  const guesses = (words: readonly string[]): string[] =>
    perceptron.predict(words).map((k) => labels[k] as string);
  return {
    frequent: { name: "most frequent tag", tags: asked.map((words) => frequent.predict(words)) },
    perceptron: { name: "perceptron", tags: asked.map(guesses) },
  };
}
