import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sceneCaptions } from "../../../../src/tasks/caption/shapes/captions.ts";
import { paintScene } from "../../../../src/tasks/caption/shapes/paint.ts";
import {
  drawScene,
  palette,
  sceneLimit,
  sceneSide,
  type Scene,
  type SceneObject,
  type ShapeName,
} from "../../../../src/tasks/caption/shapes/scene.ts";
import { shapesExample } from "../../../../src/tasks/caption/shapes/shapes.ts";

const scenes = Array.from({ length: 3000 }, (_, i) => drawScene(i));

/** Everything that a caption of this scene tells, as one text. */
function told({ arrangement, objects, horizontal, vertical }: Scene): string {
  const kinds = objects.map(({ colour, shape }) => `${colour} ${shape}`);
  if (objects.length === 3) return `${arrangement}: ${kinds.join(", ")}`;
  const where = arrangement === "alone" ? `${horizontal} ${vertical}` : "";
  return `${arrangement} ${where}: ${kinds.map((kind, i) => `${objects[i]?.size} ${kind}`).join(", ")}`;
}

describe("scenes", () => {
  it("are functions of the seed and the index alone", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: sceneLimit - 1 }), (seed, index) => {
        expect(drawScene(index, { seed })).toEqual(drawScene(index, { seed }));
        expect(drawScene(index, { seed })).not.toEqual(drawScene((index + 1) % sceneLimit, { seed }));
      }),
    );
    expect(drawScene(5, { seed: 2 })).not.toEqual(drawScene(5, { seed: 3 }));
  });

  it("have objects inside the image that do not touch and are not of one kind", () => {
    for (const { objects } of scenes) {
      for (const { x, y, radius } of objects)
        for (const middle of [x, y]) {
          expect(middle - radius).toBeGreaterThan(0);
          expect(middle + radius).toBeLessThan(sceneSide);
        }
      objects.forEach((a, i) =>
        objects.slice(0, i).forEach((b) => {
          const apart = Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y));
          expect(apart - a.radius - b.radius).toBeGreaterThanOrEqual(8);
          expect([a.colour, a.shape]).not.toEqual([b.colour, b.shape]);
        }),
      );
    }
  });

  it("stand in lines: rows from left to right, columns from top to bottom, with little beside the line", () => {
    for (const { arrangement, objects } of scenes.filter((scene) => scene.arrangement !== "alone")) {
      const [along, beside] = arrangement === "row" ? (["x", "y"] as const) : (["y", "x"] as const);
      objects.slice(1).forEach((object, i) => {
        expect(object[along] - objects[i]![along]).toBeGreaterThanOrEqual(144);
        expect(Math.abs(object[beside] - objects[i]![beside])).toBeLessThanOrEqual(32);
      });
    }
  });

  it("spread evenly", () => {
    const alone = scenes.filter(({ objects }) => objects.length === 1);
    const share = (count: number, of: number): number => count / of;
    // Three deviations of a share p of n are 3·√(p(1-p)/n): 0.026 for a third of 3,000.
    for (const count of [1, 2, 3])
      expect(share(scenes.filter(({ objects }) => objects.length === count).length, 3000)).toBeCloseTo(
        1 / 3,
        1,
      );
    for (const colour of Object.keys(palette))
      expect(
        share(alone.filter(({ objects: [one] }) => one?.colour === colour).length, alone.length),
      ).toBeCloseTo(1 / 8, 1);
    expect(new Set(alone.map(({ horizontal, vertical }) => `${horizontal} ${vertical}`)).size).toBe(9);
    expect(
      new Set(scenes.flatMap(({ objects }) => objects.map(({ colour, shape }) => colour + shape))).size,
    ).toBe(40);
    const pairs = Array.from({ length: 300 }, (_, i) => drawScene(i, { objects: [2] }));
    expect(pairs.every(({ objects }) => objects.length === 2)).toBe(true);
  });

  it("refuses other numbers", () => {
    expect(() => drawScene(-1)).toThrow("a scene's index must be a whole number from 0 to 67108863, not -1");
    expect(() => drawScene(2 ** 26)).toThrow("not 67108864");
    expect(() => drawScene(0, { objects: [] })).toThrow("objects must be one or more of 1, 2 and 3, not []");
    expect(() => drawScene(0, { objects: [1, 4] })).toThrow("not [1, 4]");
  });
});

describe("captions", () => {
  it("tell a scene and no other", () => {
    const meaning = new Map<string, string>();
    for (const scene of scenes) {
      const captions = sceneCaptions(scene);
      expect(new Set(captions).size).toBe(5);
      for (const caption of captions) {
        expect(caption).toMatch(/^[a-z]+( [a-z]+)*$/);
        expect(caption).not.toMatch(/\ba (orange|a|e|i|o|u)/);
        expect(meaning.get(caption) ?? told(scene)).toBe(told(scene));
        meaning.set(caption, told(scene));
      }
    }
    expect(new Set(meaning.values()).size).toBeGreaterThan(2000);
  });

  it("read as sentences", () => {
    const object = (colour: "orange" | "blue" | "black", shape: ShapeName): SceneObject => ({
      shape,
      colour,
      size: "small",
      x: 128,
      y: 128,
      radius: 60,
      rgb: palette[colour],
    });
    const scene = (arrangement: Scene["arrangement"], ...objects: SceneObject[]): Scene => ({
      background: [240, 240, 240],
      arrangement,
      objects,
      horizontal: "first",
      vertical: "last",
    });
    const [a, b, c] = [object("orange", "cross"), object("blue", "circle"), object("black", "square")];
    expect(sceneCaptions(scene("alone", a))).toEqual([
      "a small orange cross in the bottom left",
      "there is a small orange cross in the bottom left",
      "in the bottom left is a small orange cross",
      "the cross in the bottom left is small and orange",
      "the small orange cross is in the bottom left",
    ]);
    expect(sceneCaptions(scene("row", a, b))).toEqual([
      "a small orange cross left of a small blue circle",
      "a small blue circle right of a small orange cross",
      "there is a small orange cross to the left of a small blue circle",
      "there is a small blue circle to the right of a small orange cross",
      "a small orange cross on the left and a small blue circle on the right",
    ]);
    expect(sceneCaptions(scene("column", a, b, c))).toEqual([
      "a blue circle between an orange cross at the top and a black square at the bottom",
      "a blue circle between a black square at the bottom and an orange cross at the top",
      "there is a blue circle between an orange cross at the top and a black square at the bottom",
      "a blue circle below an orange cross and above a black square",
      "a blue circle above a black square and below an orange cross",
    ]);
  });
});

describe("painting", () => {
  const white = [255, 255, 255] as const;
  const sceneOf = (shape: ShapeName, radius: number): Scene => ({
    background: white,
    arrangement: "alone",
    horizontal: "middle",
    vertical: "middle",
    objects: [{ shape, colour: "black", size: "large", x: 256, y: 256, radius, rgb: [0, 0, 0] }],
  });
  /** Pixels' worth of black. */
  const area = (shape: ShapeName, side: number): number =>
    [...paintScene(sceneOf(shape, 96), side).pixels].reduce((sum, value) => sum + (255 - value), 0) / 255 / 3;

  it.each([
    ["circle", Math.PI * 36],
    ["square", (4 * (36 * 49)) / 64],
    ["triangle", 72],
    ["diamond", 72],
    ["cross", 4 * 36 - 4 * 16],
  ] as const)("gives a %s of radius 6 pixels its area", (shape, expected) => {
    // A diamond's edges go through points at this place, and those count as inside.
    expect(Math.abs(area(shape, 32) - expected)).toBeLessThan(0.05 * expected);
    expect(Math.abs(area(shape, 75) * (32 / 75) ** 2 - expected)).toBeLessThan(0.02 * expected);
  });

  it("mixes at edges by the points that are inside", () => {
    // A square of half side 7/8 · 64 = 56 units in an image of 16 pixels of 32 units: from 200 to 312, so 0.75 of
    // pixel 6, all of 7 and 8, 0.75 of pixel 9: 255 · (1 - 0.75) = 63.75, and 255 · (1 - 0.75²) = 111.56 at corners.
    const { pixels } = paintScene(sceneOf("square", 64), 16);
    const row = (y: number): number[] => [4, 5, 6, 7, 8, 9, 10].map((x) => pixels[(y * 16 + x) * 3]!);
    expect(row(7)).toEqual([255, 255, 64, 0, 0, 64, 255]);
    expect(row(6)).toEqual([255, 255, 112, 64, 64, 112, 255]);
    expect(row(5)).toEqual(Array.from({ length: 7 }, () => 255));
  });

  it("makes the bytes that it made when this was written", () => {
    let hash = 0x811c9dc5; // FNV-1a, 32 bits
    for (let i = 0; i < 50; i++)
      for (const value of shapesExample(i, { seed: 7 }).image.pixels)
        hash = Math.imul(hash ^ value, 0x01000193);
    expect(hash >>> 0).toBe(389233696);
    expect(shapesExample(3, { side: 47 }).image.pixels.length).toBe(47 * 47 * 3);
  });

  it("refuses sides it cannot paint", () => {
    for (const side of [7, 1025, 32.5])
      expect(() => paintScene(drawScene(0), side)).toThrow(
        `an image's side must be a whole number from 8 to 1024 pixels, not ${side}`,
      );
  });
});
