// The tokens of a caption for scores: lower case, no punctuation, any script. Replaces Stanford's PTB tokenizer and the list
// of punctuation that COCO's evaluation then removes (Chen et al. 2015, arXiv:1504.00325).

/** Scripts without spaces between words: each character is a token. */
const unspaced = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
  .map((script) => `\\p{Script=${script}}`)
  .join("");

const letter = `(?:(?![${unspaced}])[\\p{L}\\p{N}])`;
const run = `${letter}(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}\\u200c\\u200d])*`; // Persian and Indic words have joiners
const pictogram = "\\p{Extended_Pictographic}(?:\\p{Emoji_Modifier}|\\ufe0f)?";
const clitic = "(?:n't|'(?:s|re|ve|ll|d|m))";

/** In order: the first that matches is taken. */
const kinds = [
  `(?<![\\p{L}\\p{N}])${clitic}(?!['-]?[\\p{L}\\p{N}\\p{M}])`, // as "do n't" was split before
  `(?<![\\p{L}\\p{N}])(?:\\p{L}\\.){2,}`, // u.s.
  `\\p{N}+(?:[.,]\\p{N}+)+(?![\\p{L}\\p{M}])`, // 1,000.5
  `${run}(?:['-]${run})*`,
  `(?!\\p{M})[${unspaced}]\\p{M}*`,
  "\\p{Regional_Indicator}{2}",
  `${pictogram}(?:\\u200d${pictogram})*`,
  "[&%]|(?!`)\\p{S}",
];
const token = new RegExp(kinds.join("|"), "gu");

/** Words that PTB splits without an apostrophe. */
const assimilated: ReadonlyMap<string, readonly string[]> = new Map([
  ["cannot", ["can", "not"]],
  ["gonna", ["gon", "na"]],
  ["gotta", ["got", "ta"]],
  ["wanna", ["wan", "na"]],
  ["gimme", ["gim", "me"]],
  ["lemme", ["lem", "me"]],
]);

/**
 * The tokens of a caption, split as COCO's evaluation splits English: lower case; `don't` is `do n't`, `dog's` is
 * `dog 's`; `close-up`, `3.5` and `u.s.` stay whole; punctuation is removed, symbols (`&`, `%`, `$`, emoji) are tokens. Text
 * is normalised to NFC first; tokens joined by spaces give the same tokens again. Empty text gives none.
 *
 * Differences from Stanford's PTB tokenizer 3.4.1 with COCO's list of punctuation:
 * - all punctuation is removed; PTB keeps brackets as `-lrb-` and `-rrb-`, and `/`, `#`, `@`, `*` and `…`;
 * - `mr.` loses its full stop, as do other abbreviations of more than one letter; `and/or`, mail addresses and URLs are
 *   split at their punctuation;
 * - Chinese, Japanese, Thai, Lao, Khmer and Burmese are split into characters; PTB keeps whole runs.
 */
export function captionTokens(text: string): string[] {
  const plain = text.normalize("NFC").toLowerCase().replace(/[‘’ʼ]/g, "'").replace(/[‐‑]/g, "-");
  return [...plain.matchAll(token)].flatMap(([word]) => assimilated.get(word) ?? splitClitics(word));
}

function splitClitics(word: string): string[] {
  const [, start, end] = word.match(new RegExp(`^(.*[^'-])(${clitic})$`, "u")) ?? [];
  return start && end ? [...splitClitics(start), end] : [word];
}
