// Images as plain data, and their preprocessing for image networks: size, centre, order of colours, scale.
import { resizeWindow, type ImageSize, type ImageWindow } from "./image-resize.ts";

/** An image in memory. */
export interface PixelImage {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** [height, width, 3] red, green, blue, 0 to 255. */
  readonly pixels: Uint8Array | Uint8ClampedArray;
}

/** What becomes of an image before an encoder reads it. */
export interface Preprocessing {
  /** A size; or the length of the shorter side, where the longer one keeps the ratio, rounded down; null: unchanged. */
  readonly resize: { readonly shorter: number } | ImageSize | null;
  /** The size that is cut out of the centre; null: nothing is cut. */
  readonly crop: ImageSize | null;
  /** The order of the colours in the result. */
  readonly order: "rgb" | "bgr";
  /** The layout of the result: [3, height, width] or [height, width, 3]. */
  readonly layout: "nchw" | "nhwc";
  /** Each colour becomes (colour / divide - mean) / deviation; these two in the order of `order`. */
  readonly divide: number;
  /** Subtracted, after the division by `divide`. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** A preprocessing by name; see `namedPreprocessing`. */
export type PreprocessingName = "imagenet" | "vgg-caffe" | "plain";

export const preprocessingNames: readonly PreprocessingName[] = ["imagenet", "vgg-caffe", "plain"];

/**
 * A preprocessing by name, for a network whose input has that size and layout.
 * `imagenet`: that of torchvision's classifiers. `vgg-caffe`: that of the VGG networks of Simonyan and Zisserman (2015,
 * arXiv 1409.1556v6), blue first and less the mean colour; Keras calls it "caffe". Both resize to 8/7 of the input's size,
 * 256 for 224, and cut the centre out. `plain`: colours from 0 to 1, resized to the input's size whatever the ratio, or not
 * resized without a size.
 */
export function namedPreprocessing(
  name: PreprocessingName,
  input: { readonly size?: ImageSize; readonly layout?: Preprocessing["layout"] } = {},
): Preprocessing {
  const { layout = "nchw" } = input;
  const size = input.size ?? { width: 224, height: 224 };
  const shorter = Math.round((Math.max(size.width, size.height) * 8) / 7);
  const centre = { resize: { shorter }, crop: { width: size.width, height: size.height }, layout };
  switch (name) {
    case "imagenet":
      return {
        ...centre,
        order: "rgb",
        divide: 255,
        mean: [0.485, 0.456, 0.406],
        deviation: [0.229, 0.224, 0.225],
      };
    case "vgg-caffe":
      return {
        ...centre,
        order: "bgr",
        divide: 1,
        mean: [103.939, 116.779, 123.68],
        deviation: [1, 1, 1],
      };
    case "plain": {
      const resize = input.size ? { width: size.width, height: size.height } : null;
      return {
        resize,
        crop: null,
        order: "rgb",
        layout,
        divide: 255,
        mean: [0, 0, 0],
        deviation: [1, 1, 1],
      };
    }
    default:
      name satisfies never;
      throw new Error(
        `preprocessing: expected ${preprocessingNames.join(", ")} or an object, got '${String(name)}'`,
      );
  }
}

/** The size of an image after `preprocess`. Throws as it does. */
export function preprocessedSize(from: ImageSize, preprocessing: Preprocessing): ImageSize {
  const { width, height } = cut(resized(from, preprocessing), preprocessing);
  return { width, height };
}

/**
 * An image as the numbers that an image network reads, in the layout of `preprocessing`. Resizes by the triangle filter
 * with antialiasing, and does not round to whole colours. Throws for pixels that are not width x height x 3, for settings
 * out of range, and for a crop larger than the image.
 */
export function preprocess(image: PixelImage, preprocessing: Preprocessing): Float32Array {
  const { order, layout, divide, mean, deviation } = preprocessing;
  if (image.pixels.length !== image.width * image.height * 3)
    throw new Error(
      `preprocessing: expected ${image.width * image.height * 3} pixel values, red, green and blue, for an image of ` +
        `${image.width} x ${image.height}, got ${image.pixels.length}`,
    );
  if (!(divide > 0 && Number.isFinite(divide)))
    throw new Error(`preprocessing: divide must be above 0, as 255, not ${divide}`);
  if (!mean.every(Number.isFinite) || mean.length !== 3)
    throw new Error(`preprocessing: mean must be three numbers, not ${mean.join(", ")}`);
  if (!deviation.every((value) => value > 0 && Number.isFinite(value)) || deviation.length !== 3)
    throw new Error(`preprocessing: deviation must be three numbers above 0, not ${deviation.join(", ")}`);

  const size = resized(image, preprocessing);
  const window = cut(size, preprocessing);
  const colours = resizeWindow(image.pixels, image, 3, size, window);
  const plane = window.width * window.height;
  const out = new Float32Array(plane * 3);
  for (let c = 0; c < 3; c++) {
    const source = order === "rgb" ? c : 2 - c;
    const [shift, scale] = [mean[c] ?? 0, deviation[c] ?? 1];
    for (let i = 0; i < plane; i++)
      out[layout === "nchw" ? c * plane + i : i * 3 + c] =
        ((colours[i * 3 + source] as number) / divide - shift) / scale;
  }
  return out;
}

function resized(from: ImageSize, { resize }: Preprocessing): ImageSize {
  checkSize("an image", from);
  if (resize === null) return from;
  if (!("shorter" in resize)) return checkSize("resize", resize);
  const { shorter } = resize;
  checkSize("resize", { width: shorter, height: shorter });
  // Rounds as torchvision's Resize does.
  return from.width <= from.height
    ? { width: shorter, height: Math.trunc((shorter * from.height) / from.width) }
    : { width: Math.trunc((shorter * from.width) / from.height), height: shorter };
}

function cut(size: ImageSize, { crop }: Preprocessing): ImageWindow {
  if (crop === null) return { ...size, left: 0, top: 0 };
  checkSize("crop", crop);
  if (crop.width > size.width || crop.height > size.height)
    throw new Error(
      `preprocessing: a crop of ${crop.width} x ${crop.height} does not fit into an image of ${size.width} x ` +
        `${size.height}; resize to more, or cut out less`,
    );
  return {
    width: crop.width,
    height: crop.height,
    left: halfEven(size.width - crop.width),
    top: halfEven(size.height - crop.height),
  };
}

/** Half of a whole number, rounded to even: where torchvision's CenterCrop begins. */
function halfEven(whole: number): number {
  const half = Math.floor(whole / 2);
  return whole % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}

function checkSize(what: string, size: ImageSize): ImageSize {
  for (const side of [size.width, size.height])
    if (!Number.isInteger(side) || side < 1)
      throw new Error(
        `preprocessing: the size of ${what} must be whole numbers, 1 or more, not ${size.width} x ${size.height}`,
      );
  return size;
}
