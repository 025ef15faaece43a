// English sentences with names of persons, places and firms, and the tag of each word: toy data for tagging. Only the
// words before a name, after it, or on both sides tell which of the three it is; the name itself tells nothing.
import { randomStream, streams } from "../../base/random.ts";

/** A sentence as words with a tag each, an item of `tag`. */
export interface TaggedWords {
  /** The words. */
  readonly value: readonly string[];
  /** [words] O, B-type or I-type, with the types PER, LOC and ORG. */
  readonly tags: readonly string[];
}

const types = ["PER", "LOC", "ORG"] as const;
type EntityType = (typeof types)[number];
type ByType = Readonly<Record<EntityType, readonly string[]>>;

const names = [
  ..."Austin Avery Boston Chelsea Dakota Dallas Denver Florence Georgia Hamilton Houston Jackson".split(" "),
  ..."Jordan Kent Lincoln Logan Madison Orlando Paris Phoenix Sydney Victoria Virginia Washington".split(" "),
];

const openings = ["", "yesterday", "they say that", "in spring", "as the paper had it ,", "once again"];
const asides = ["", "", ", for once ,", ", of all names ,", ", so we heard ,"];
const endings = ["was in the news", "is not what it was", "came up again", "had a good year"];
const links = ["and", "while", "but", "; meanwhile"];

const before: ByType = {
  PER: ["the eldest son of", "a portrait of", "the voice of"],
  LOC: ["the harbour of", "a street in the north of", "the mayor of"],
  ORG: ["the shares of", "a lawyer for the board of", "the debts of"],
};

const after: ByType = {
  PER: ["fell ill", "wrote to her brother", "sang in the choir"],
  LOC: ["lies on a river", "has narrow streets", "was flooded"],
  ORG: ["sold its shares", "will pay a dividend", "hired forty people"],
};

/** The words before a name, and the end of the name. Either alone leaves two of the three types. */
const around: Readonly<Record<EntityType, readonly (readonly [before: string, end: string])[]>> = {
  PER: [["a letter for", ""]],
  LOC: [["a train for", ""]],
  ORG: [
    ["a letter for", "& Sons"],
    ["a train for", "& Sons"],
  ],
};

/** Random numbers reserved per sentence, more than any sentence draws. */
const drawsOfSentence = 32;

/** Sentence number `index` for a seed, of one or two clauses; the same for the same two numbers. */
export function entitySentence(seed: number, index: number): TaggedWords {
  const stream = randomStream(seed, streams.data, index * drawsOfSentence);
  const draw = (count: number): number => Math.floor(stream.uniform() * count);
  const of = <T>(list: readonly T[]): T => list[draw(list.length)] as T;
  const value: string[] = [];
  const tags: string[] = [];
  const write = (text: string, type?: EntityType): void => {
    const words = text.split(" ").filter((word) => word !== "");
    value.push(...words);
    tags.push(...words.map((_, i) => (type === undefined ? "O" : `${i === 0 ? "B" : "I"}-${type}`)));
  };
  const clause = (): void => {
    const type = of(types);
    const name = draw(3) === 0 ? `${of(names)} ${of(names)}` : of(names);
    write(of(openings));
    switch (of(["before", "after", "around"] as const)) {
      case "before":
        write(of(before[type]));
        write(name, type);
        write(of(asides));
        return write(of(endings));
      case "after":
        write(name, type);
        write(of(asides));
        return write(of(after[type]));
      case "around": {
        const [start, end] = of(around[type]);
        write(start);
        write(`${name} ${end}`, type);
        return write("came late");
      }
    }
  };
  clause();
  if (draw(2) === 0) {
    write(of(links));
    clause();
  }
  write(".");
  return { value, tags };
}
