// Scores of translations against their targets, and those of the baseline.
import { eventLoopTurns } from "../../run/turn.ts";
import { bleu } from "../shared/bleu.ts";
import type { Tokens } from "../shared/comparison.ts";
import {
  sourceTokens,
  targetText,
  targetTokens,
  textOf,
  type TextPair,
  type TranslateSpec,
} from "./design.ts";
import { translationMemory } from "./translation-memory.ts";

/** The match of translations with their targets. */
export interface TranslationScores {
  /** The share of translations whose text equals the target. */
  readonly exact: number;
  /** For words: the share of translations with the target's words, whatever the spaces between them. */
  readonly sameWords?: number;
  /** BLEU-4 over the symbols of the vocabulary: characters or words. */
  readonly bleu4: number;
}

/** Scores of one translation per pair, as symbols. */
export function translationScores(
  spec: TranslateSpec,
  translations: readonly Tokens[],
  pairs: readonly TextPair[],
): TranslationScores {
  const targets = pairs.map(({ target }) => targetTokens(spec, target));
  const share = (isRight: (tokens: Tokens, i: number) => boolean): number =>
    translations.filter(isRight).length / pairs.length;
  const comparisons = translations.map((candidate, i) => ({ candidate, references: [targets[i] ?? []] }));
  return {
    exact: share((tokens, i) => textOf(spec, tokens) === targetText(spec, pairs[i]?.target ?? "")),
    ...(spec.target.unit === "word" && {
      sameWords: share((tokens, i) => tokens.join("\0") === targets[i]?.join("\0")),
    }),
    bleu4: bleu(comparisons).scores[3] as number,
  };
}

/** Scores of a translation memory of `learned`. */
export async function memoryScores(
  spec: TranslateSpec,
  pairs: readonly TextPair[],
  learned: readonly TextPair[],
): Promise<TranslationScores & { readonly name: string }> {
  const recall = translationMemory(
    learned.map(({ source, target }) => ({
      source: sourceTokens(spec, source),
      target: targetTokens(spec, target),
    })),
  );
  const turns = eventLoopTurns();
  const recalled: Tokens[] = [];
  for (const { source } of pairs) {
    recalled.push(recall(sourceTokens(spec, source)));
    await turns();
  }
  return { name: "translation memory", ...translationScores(spec, recalled, pairs) };
}
