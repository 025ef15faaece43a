// Words of a running text and back: by white space, or with punctuation marks apart.

export interface WordSettings {
  /** `apart`: punctuation marks are tokens of their own; `kept`: tokens are what stands between white space. */
  readonly marks?: "apart" | "kept";
}

/** A character, with its marks, of a script that puts no spaces between words. */
const unspaced = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]\p{M}*`;
const letter = String.raw`(?:(?!${unspaced})[\p{L}\p{M}\p{N}_])`;

/**
 * A number with its points and commas; one such character; a word with its inner apostrophes and hyphens; one emoji,
 * whatever it is made of; one other mark.
 */
const parts = new RegExp(
  [
    String.raw`\p{N}+(?:[.,:]\p{N}+)*`,
    unspaced,
    String.raw`${letter}+(?:['’-]${letter}+)*`,
    String.raw`\p{Extended_Pictographic}(?:[\p{M}\p{Emoji_Modifier}]|\u200d\p{Extended_Pictographic})*`,
    String.raw`[^\s]`,
  ].join("|"),
  "gu",
);

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

/** Such a character, or a mark among such. */
const isUnspaced = new RegExp(`^(?:${unspaced}|[\\u3000-\\u303f\\uff01-\\uff65])$`, "u");

/**
 * Words as a text again: a space between them, but none before closing marks, after opening ones, around line ends and
 * between characters of scripts that have none.
 */
export function joinWords(words: readonly string[]): string {
  const join = joiner();
  return words.map(join).join("");
}

/** The same word by word, for text that comes as it is made, after a text that is there already. */
export function joiner(before = ""): (word: string) => string {
  let glued = before === "" || /\s$/u.test(before);
  let wasUnspaced = isUnspaced.test(Array.from(before).at(-1) ?? "");
  return (word) => {
    const joins = wasUnspaced && isUnspaced.test(word);
    const space = glued || joins || word === lineEnd || closing.test(word) ? "" : " ";
    glued = word === lineEnd || opening.test(word);
    wasUnspaced = isUnspaced.test(word);
    return `${space}${word}`;
  };
}
