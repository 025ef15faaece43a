// Sentences with names that may be those of a person, a place or a firm, with the tag of each word: to learn tagging from.
// What a name is stands before it, after it, or on both sides; the name itself says nothing. Every sentence is a function
// of a seed and its number. English.
import { randomStream, streams } from "../../base/random.ts";

export interface TaggedWords {
  readonly tokens: readonly string[];
  /** [tokens] O, B-type or I-type, of PER, LOC and ORG. */
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

/** What comes before a name, and the name's own end. With one of both alone it may be two of the three. */
const around: Readonly<Record<EntityType, readonly (readonly [before: string, end: string])[]>> = {
  PER: [["a letter for", ""]],
  LOC: [["a train for", ""]],
  ORG: [
    ["a letter for", "& Sons"],
    ["a train for", "& Sons"],
  ],
};

/** More than any sentence takes. */
const drawsOfSentence = 32;

/** Sentence number `index` of the stream with this seed, of one or two clauses. */
export function entitySentence(seed: number, index: number): TaggedWords {
  const stream = randomStream(seed, streams.data, index * drawsOfSentence);
  const draw = (count: number): number => Math.floor(stream.uniform() * count);
  const of = <T>(list: readonly T[]): T => list[draw(list.length)] as T;
  const tokens: string[] = [];
  const tags: string[] = [];
  const write = (words: string, type?: EntityType): void => {
    const own = words.split(" ").filter((word) => word !== "");
    tokens.push(...own);
    tags.push(...own.map((_, i) => (type === undefined ? "O" : `${i === 0 ? "B" : "I"}-${type}`)));
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
  return { tokens, tags };
}
