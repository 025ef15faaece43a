// Words of a running text and back: by white space, or with punctuation marks apart. Knows no vocabulary.

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

/** How the end of a line stands among its words. */
export const lineEnd = "\n";

/**
 * The words of a text and the ends of its lines, as a language model reads them: each line that ends adds one, so that an
 * empty line is an end alone. A last line without an end has none.
 */
export function wordsAndLineEnds(text: string, settings: WordSettings = {}): string[] {
  const lines = text.split(/\r\n|\r|\n/u);
  const last = lines.length - 1;
  return lines.flatMap((line, i) => {
    const words = splitWords(line, settings);
    return i === last ? words : [...words, lineEnd];
  });
}

/** What comes right after a word, and what a word comes right after, in most languages that have spaces. */
const closing = /^[.,;:!?%)\]}»”’…]+$/u;
const opening = /^[([{«“‘]+$/u;

/** Words as a text again: a space between them, but none before closing marks, after opening ones and around line ends. */
export function joinWords(words: readonly string[]): string {
  const join = joiner();
  return words.map(join).join("");
}

/** The same word by word, for text that comes as it is made, after a text that is there already. */
export function joiner(before = ""): (word: string) => string {
  let glued = before === "" || /\s$/u.test(before);
  return (word) => {
    const space = glued || word === lineEnd || closing.test(word) ? "" : " ";
    glued = word === lineEnd || opening.test(word);
    return `${space}${word}`;
  };
}
