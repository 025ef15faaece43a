// A text to train on: made by a rule, with a few dozen different characters.

/** Sentences of words that follow one another by a fixed rule, so that there is something to learn. */
export function sentences(length: number): string {
  const words = [
    "the cat",
    "a dog",
    "sees",
    "hears",
    "the moon",
    "a bird",
    "and",
    "runs",
    "to",
    "the old house",
  ];
  let [text, at] = ["", 1];
  while (text.length < length) {
    at = (at * 7 + text.length) % 97;
    text += `${words[at % words.length]}${at % 5 === 0 ? ".\n" : " "}`;
  }
  return text.slice(0, length);
}
