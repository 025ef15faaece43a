// The scenes of the shapes data set: one to three coloured shapes and their positions. Scene i is a pure function of
// (seed, i), drawn with integers alone, so that it is the same on every machine.
import { randomStream, streams } from "../../../base/random.ts";

export type ShapeName = SceneObject["shape"];
export type Band = Scene["horizontal"];
type SizeName = SceneObject["size"];
type ColourName = SceneObject["colour"];
type Rgb = SceneObject["rgb"];

export const shapeNames: readonly ShapeName[] = ["circle", "square", "triangle", "diamond", "cross"];
const sizeNames: readonly SizeName[] = ["small", "large"];
const bandNames: readonly Band[] = ["first", "middle", "last"];
/** Each colour before its shade is drawn. */
export const palette: Readonly<Record<ColourName, Rgb>> = {
  red: [214, 40, 44],
  orange: [240, 138, 28],
  yellow: [236, 212, 40],
  green: [40, 152, 64],
  blue: [44, 84, 212],
  purple: [128, 52, 168],
  pink: [240, 132, 190],
  black: [28, 28, 28],
};
export const colourNames: readonly ColourName[] = Object.keys(palette) as ColourName[];

/** The side of every scene in its own units, whatever the size of its image. */
export const sceneSide = 512;

/** A coloured shape in a scene. */
export interface SceneObject {
  readonly shape: "circle" | "square" | "triangle" | "diamond" | "cross";
  readonly colour: "red" | "orange" | "yellow" | "green" | "blue" | "purple" | "pink" | "black";
  readonly size: "small" | "large";
  /** The centre, from the left, in 512ths of the image's side. */
  readonly x: number;
  /** The centre, from the top; same units. */
  readonly y: number;
  /** The largest distance of any part of the object from its centre, along either axis; same units. */
  readonly radius: number;
  /** The shade of `colour` that it is painted with: red, green and blue, 0 to 255. */
  readonly rgb: readonly [number, number, number];
}

/** What an image of the shapes data set shows. */
export interface Scene {
  /** Red, green and blue, 0 to 255. */
  readonly background: readonly [number, number, number];
  /** `alone` has one object, `row` and `column` two or three, from left to right or from top to bottom. */
  readonly arrangement: "alone" | "row" | "column";
  readonly objects: readonly SceneObject[];
  /** The third of the image, from the left, of an object that is alone or of a column; means nothing for a row. */
  readonly horizontal: "first" | "middle" | "last";
  /** The third of the image, from the top, of an object that is alone or of a row; means nothing for a column. */
  readonly vertical: "first" | "middle" | "last";
}

/** Settings of the images of the shapes data set. */
export interface ShapesSettings {
  /** Random seed. Default 1. */
  readonly seed?: number;
  /** The numbers of objects that scenes may have, each as likely as another. Default [1, 2, 3]. */
  readonly objects?: readonly number[];
  /** Pixels along each side of the image. Default 32. */
  readonly side?: number;
}

/** Numbers of the stream that belong to one scene. */
const drawsPerScene = 64;
export const sceneLimit: number = 2 ** 32 / drawsPerScene;

const centres: Readonly<Record<Band, number>> = { first: 128, middle: 256, last: 384 };
const centresOfThree = [96, 256, 416] as const;
const radii: Readonly<Record<SizeName, readonly [number, number]>> = { small: [52, 64], large: [92, 108] };

/**
 * Scene `index`. All choices are uniform and independent: the number of objects, their arrangement, band and size; the
 * kinds (colour and shape together) of one scene differ from each other. Three objects are always small. Centres are 16
 * units at most from the middle of their band (8 along a line of three), so that bands are far apart and no two objects
 * touch. Shades differ from the palette by 12 levels at most, and the background is a light grey.
 * Throws at an index outside 0 to 2^26 - 1 and at numbers of objects other than 1, 2, 3.
 */
export function drawScene(index: number, settings: Omit<ShapesSettings, "side"> = {}): Scene {
  const { seed = 1, objects: counts = [1, 2, 3] } = settings;
  if (!Number.isInteger(index) || index < 0 || index >= sceneLimit)
    throw new Error(
      `shapes: a scene's index must be a whole number from 0 to ${sceneLimit - 1}, not ${index}`,
    );
  if (counts.length === 0 || counts.some((count) => ![1, 2, 3].includes(count)))
    throw new Error(`shapes: objects must be one or more of 1, 2 and 3, not [${counts.join(", ")}]`);
  const stream = randomStream(seed, streams.scenes, index * drawsPerScene);
  const below = (limit: number): number => Math.floor(stream.uniform() * limit);
  const about = (middle: number, range: number): number => middle + below(2 * range + 1) - range;
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;

  const count = pick(counts);
  const arrangement = count === 1 ? "alone" : pick(["row", "column"] as const);
  const horizontal = pick(bandNames);
  const vertical = pick(bandNames);
  const grey = about(236, 16);
  const kinds = distinct(count, colourNames.length * shapeNames.length, below);
  const objects = kinds.map((kind, i): SceneObject => {
    const colour = colourNames[kind % colourNames.length]!;
    const size = count === 3 ? "small" : pick(sizeNames);
    const [least, most] = radii[size];
    const along = count === 3 ? about(centresOfThree[i]!, 8) : about(centres[i === 0 ? "first" : "last"], 16);
    const [x, y] = [about(centres[horizontal], 16), about(centres[vertical], 16)];
    const [red, green, blue] = palette[colour];
    return {
      shape: shapeNames[Math.floor(kind / colourNames.length)]!,
      colour,
      size,
      x: arrangement === "row" ? along : x,
      y: arrangement === "column" ? along : y,
      radius: least + below(most - least + 1),
      rgb: [about(red, 12), about(green, 12), about(blue, 12)],
    };
  });
  return { background: [grey, grey, grey], arrangement, objects, horizontal, vertical };
}

/** `count` different numbers below `limit`, every order of every choice equally likely. */
function distinct(count: number, limit: number, below: (limit: number) => number): readonly number[] {
  const chosen: number[] = [];
  for (let i = 0; i < count; i++) {
    let value = below(limit - i); // counts only the numbers that are left
    for (const taken of [...chosen].sort((a, b) => a - b)) if (value >= taken) value++;
    chosen.push(value);
  }
  return chosen;
}
