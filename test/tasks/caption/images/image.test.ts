import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { resizeWindow } from "../../../../src/tasks/caption/images/image-resize.ts";
import {
  namedPreprocessing,
  preprocess,
  preprocessedSize,
  type PixelImage,
  type Preprocessing,
} from "../../../../src/tasks/caption/images/image.ts";
import { tolerances } from "../../../tolerances.ts";

interface Golden {
  readonly resizes: readonly {
    readonly from: readonly [number, number];
    readonly to: readonly [number, number];
    readonly values: readonly number[];
  }[];
  readonly imagenet: readonly number[];
  readonly caffe: readonly number[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../goldens/images/resize.json", import.meta.url), "utf8"),
) as Golden;

/** As `picture` of the script beside the goldens. */
function testImage(width: number, height: number): PixelImage {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++)
        pixels[(y * width + x) * 3 + c] = (y * 37 + x * 91 + c * 53 + x * y * 7) % 256;
  return { width, height, pixels };
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0);
}

const plain = namedPreprocessing("plain");

describe("resizing", () => {
  it.each(golden.resizes.map((one) => [`${one.from.join(" x ")} to ${one.to.join(" x ")}`, one] as const))(
    "agrees with PyTorch, %s",
    (_, { from: [h, w], to: [height, width], values }) => {
      const { pixels } = testImage(w, h);
      const window = { left: 0, top: 0, width, height };
      const out = resizeWindow(pixels, { width: w, height: h }, 3, { width, height }, window);
      expect(farthest(out, values)).toBeLessThan(255 * tolerances.image);
    },
  );

  it("gives the same of a part as of the whole", () => {
    const { pixels } = testImage(17, 11);
    const from = { width: 17, height: 11 };
    const size = { width: 8, height: 13 };
    const whole = resizeWindow(pixels, from, 3, size, { left: 0, top: 0, ...size });
    const part = resizeWindow(pixels, from, 3, size, { left: 3, top: 5, width: 4, height: 7 });
    const rows = Array.from({ length: 7 }, (_, y) => [
      ...whole.subarray(((y + 5) * 8 + 3) * 3, ((y + 5) * 8 + 7) * 3),
    ]);
    expect([...part]).toEqual(rows.flat());
  });
});

describe("preprocessing", () => {
  it("is what torchvision's classifiers and Caffe's VGG see", () => {
    const image = testImage(37, 23);
    const small = { resize: { shorter: 16 }, crop: { width: 14, height: 14 } };
    const imagenet = preprocess(image, { ...namedPreprocessing("imagenet"), ...small });
    expect(farthest(imagenet, golden.imagenet)).toBeLessThan(5 * tolerances.image);
    // The names' own sizes: 16 is 8/7 of 14.
    const size = { width: 14, height: 14 };
    expect(preprocess(image, namedPreprocessing("imagenet", { size }))).toEqual(imagenet);
    const caffe = preprocess(image, namedPreprocessing("vgg-caffe", { size, layout: "nhwc" }));
    expect(farthest(caffe, golden.caffe)).toBeLessThan(255 * tolerances.image);
  });

  it("puts colours in planes or side by side, in either order", () => {
    const image = { width: 2, height: 1, pixels: Uint8Array.of(10, 20, 30, 40, 50, 60) };
    const seen = (parts: Partial<Preprocessing>): number[] => [
      ...preprocess(image, { ...plain, divide: 10, ...parts }),
    ];
    expect(seen({})).toEqual([1, 4, 2, 5, 3, 6]);
    expect(seen({ order: "bgr" })).toEqual([3, 6, 2, 5, 1, 4]);
    expect(seen({ layout: "nhwc" })).toEqual([1, 2, 3, 4, 5, 6]);
    // (colour / 10 - mean) / deviation, of blue, green, red: (3 - 1) / 1, (2 - 0) / 4, (1 - 3) / 2.
    const parts = { order: "bgr", layout: "nhwc", mean: [1, 0, 3], deviation: [1, 4, 2] } as const;
    expect(seen(parts)).toEqual([2, 0.5, -1, 5, 1.25, 0.5]);
  });

  it("knows the size beforehand", () => {
    const imagenet = namedPreprocessing("imagenet");
    expect(imagenet).toMatchObject({ resize: { shorter: 256 }, crop: { width: 224, height: 224 } });
    expect(preprocessedSize({ width: 640, height: 427 }, imagenet)).toEqual({ width: 224, height: 224 });
    const shorter: Preprocessing = { ...plain, resize: { shorter: 256 } };
    expect(preprocessedSize({ width: 640, height: 427 }, shorter)).toEqual({ width: 383, height: 256 });
    expect(preprocessedSize({ width: 427, height: 640 }, shorter)).toEqual({ width: 256, height: 383 });
    expect(preprocessedSize({ width: 3, height: 5 }, plain)).toEqual({ width: 3, height: 5 });
    const size = { width: 6, height: 2 };
    expect(preprocessedSize({ width: 3, height: 5 }, namedPreprocessing("plain", { size }))).toEqual(size);
    // Input sizes other than 224: 299 * 8 / 7 = 341.7.
    expect(namedPreprocessing("imagenet", { size: { width: 299, height: 299 } }).resize).toEqual({
      shorter: 342,
    });
  });

  it("says what is wrong", () => {
    const image = testImage(3, 2);
    expect(() => preprocess({ ...image, width: 4 }, plain)).toThrow(
      "expected 24 pixel values, red, green and blue, for an image of 4 x 2, got 18",
    );
    expect(() => preprocess(image, { ...plain, crop: { width: 4, height: 2 } })).toThrow(
      "a crop of 4 x 2 does not fit into an image of 3 x 2; resize to more, or cut out less",
    );
    expect(() => preprocess(image, { ...plain, resize: { shorter: 0 } })).toThrow(
      "the size of resize must be whole numbers, 1 or more, not 0 x 0",
    );
    expect(() => preprocess({ width: 0, height: 2, pixels: new Uint8Array(0) }, plain)).toThrow(
      "the size of an image must be whole numbers, 1 or more, not 0 x 2",
    );
    expect(() => preprocess(image, { ...plain, divide: 0 })).toThrow("divide must be above 0, as 255, not 0");
    expect(() => preprocess(image, { ...plain, mean: [0, NaN, 0] })).toThrow("mean must be three numbers");
    expect(() => preprocess(image, { ...plain, deviation: [1, 0, 1] })).toThrow(
      "deviation must be three numbers above 0, not 1, 0, 1",
    );
    expect(() => namedPreprocessing("vgg" as "plain")).toThrow(
      "expected imagenet, vgg-caffe, plain or an object, got 'vgg'",
    );
  });
});
