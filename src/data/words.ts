// Words of a running text and back: by white space, or with marks apart. Knows no vocabulary.

export interface WordSettings {
  /** `apart`: punctuation marks are tokens of their own; `kept`: tokens are what stands between white space. */
  readonly marks?: "apart" | "kept";
}

/** A number with its points and commas, a word with its inner apostrophes and hyphens, or one other mark. */
const parts = /\p{N}+(?:[.,:]\p{N}+)*|[\p{L}\p{M}\p{N}_]+(?:['’-][\p{L}\p{M}\p{N}_]+)*|[^\s]/gu;

/** The tokens of a text, line ends being white space like any other. Default `kept`. */
export function splitWords(text: string, { marks = "kept" }: WordSettings = {}): string[] {
  return (marks === "apart" ? text.match(parts) : text.match(/\S+/gu)) ?? [];
}
