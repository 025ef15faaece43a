// The sentences for a scene: five, all true and each naming everything. The language has no others for that scene, so a
// caption is right exactly when it is one of them.
import type { Band, Scene, SceneObject } from "./scene.ts";

/**
 * [5] the sentences for a scene, in lower case, with one space between words and no punctuation. One object has size,
 * colour, shape and position; two have size, colour, shape and order; three have colour, shape and order. Of one object,
 * "on the left" means neither top nor bottom. The same sentence never describes two scenes that differ in any of these.
 */
export function sceneCaptions(scene: Scene): readonly string[] {
  const [a, b, c] = scene.objects as [SceneObject, SceneObject?, SceneObject?];
  const words = scene.arrangement === "column" ? columnWords : rowWords;
  if (!b) return captionsOfOne(a, place(scene.horizontal, scene.vertical));
  return c ? captionsOfThree(bare(a), bare(b), bare(c), words) : captionsOfTwo(sized(a), sized(b), words);
}

interface LineWords {
  /** Between the first object of the line and a later one, and the other way round. */
  readonly before: string;
  readonly after: string;
  readonly beforeLong: string;
  readonly afterLong: string;
  readonly first: string;
  readonly last: string;
}

const rowWords: LineWords = {
  before: "left of",
  after: "right of",
  beforeLong: "to the left of",
  afterLong: "to the right of",
  first: "on the left",
  last: "on the right",
};
const columnWords: LineWords = {
  before: "above",
  after: "below",
  beforeLong: "above",
  afterLong: "below",
  first: "at the top",
  last: "at the bottom",
};

function captionsOfOne({ size, colour, shape }: SceneObject, where: string): readonly string[] {
  const thing = `${size} ${colour} ${shape}`;
  return [
    `a ${thing} ${where}`,
    `there is a ${thing} ${where}`,
    `${where} is a ${thing}`,
    `the ${shape} ${where} is ${size} and ${colour}`,
    `the ${thing} is ${where}`,
  ];
}

function captionsOfTwo(a: string, b: string, words: LineWords): readonly string[] {
  return [
    `${a} ${words.before} ${b}`,
    `${b} ${words.after} ${a}`,
    `there is ${a} ${words.beforeLong} ${b}`,
    `there is ${b} ${words.afterLong} ${a}`,
    `${a} ${words.first} and ${b} ${words.last}`,
  ];
}

function captionsOfThree(a: string, b: string, c: string, words: LineWords): readonly string[] {
  return [
    `${b} between ${a} ${words.first} and ${c} ${words.last}`,
    `${b} between ${c} ${words.last} and ${a} ${words.first}`,
    `there is ${b} between ${a} ${words.first} and ${c} ${words.last}`,
    `${b} ${words.after} ${a} and ${words.before} ${c}`,
    `${b} ${words.before} ${c} and ${words.after} ${a}`,
  ];
}

const sized = ({ size, colour, shape }: SceneObject): string => `a ${size} ${colour} ${shape}`;
const bare = ({ colour, shape }: SceneObject): string =>
  `${colour === "orange" ? "an" : "a"} ${colour} ${shape}`;

function place(horizontal: Band, vertical: Band): string {
  const across = { first: "left", middle: "", last: "right" }[horizontal];
  const down = { first: "top", middle: "", last: "bottom" }[vertical];
  if (down && across) return `in the ${down} ${across}`;
  if (down) return `at the ${down}`;
  return across ? `on the ${across}` : "in the centre";
}
