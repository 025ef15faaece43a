// Resizes images with the triangle filter, which averages over several pixels where it makes an image smaller. Computes only
// the window of the result that is wanted.

/** A size in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of an image, in its pixels. */
export interface ImageWindow extends ImageSize {
  readonly left: number;
  readonly top: number;
}

/**
 * The part `window` of the image resized to `size`: [window.height, window.width, channels], not rounded. `pixels` is [height, width, channels]. Computes what torch.nn.functional.interpolate (PyTorch 2.13) does with
 * mode "bilinear", antialias true and align_corners false.
 */
export function resizeWindow(
  pixels: ArrayLike<number>,
  from: ImageSize,
  channels: number,
  size: ImageSize,
  window: ImageWindow,
): Float32Array {
  const across = tapsOf(from.width, size.width, window.left, window.width);
  const down = tapsOf(from.height, size.height, window.top, window.height);
  const firstRow = down.first[0] ?? 0;
  const rows = Math.max(...down.first.map((first, i) => first + (down.weights[i]?.length ?? 0))) - firstRow;
  const wide = window.width * channels;
  const rowBytes = from.width * channels;

  const narrow = new Float32Array(rows * wide); // [rows, window.width, channels] resized across
  for (let row = 0; row < rows; row++)
    for (let x = 0; x < window.width; x++) {
      const start = (firstRow + row) * rowBytes + (across.first[x] ?? 0) * channels;
      combine(pixels, start, channels, across.weights[x] ?? [], narrow, row * wide + x * channels, channels);
    }

  const out = new Float32Array(window.height * wide);
  for (let y = 0; y < window.height; y++) {
    const start = ((down.first[y] ?? 0) - firstRow) * wide;
    combine(narrow, start, wide, down.weights[y] ?? [], out, y * wide, wide);
  }
  return out;
}

/** out[at + c] = sum over k of weights[k] * values[start + k * stride + c], for `count` neighbours c. */
function combine(
  values: ArrayLike<number>,
  start: number,
  stride: number,
  weights: ArrayLike<number>,
  out: Float32Array,
  at: number,
  count: number,
): void {
  for (let c = 0; c < count; c++) {
    let sum = 0;
    for (let k = 0; k < weights.length; k++)
      sum += (weights[k] as number) * (values[start + k * stride + c] as number);
    out[at + c] = sum;
  }
}

interface Taps {
  /** By pixel of the result: the first pixel that it is a mean over. */
  readonly first: readonly number[];
  /** The weights of that pixel and those after it; they sum to 1. */
  readonly weights: readonly Float64Array[];
}

function tapsOf(from: number, to: number, start: number, count: number): Taps {
  const scale = from / to;
  const reach = Math.max(scale, 1); // the triangle is as wide as a pixel of the result, and never less than one of the source
  const first: number[] = [];
  const weights: Float64Array[] = [];
  for (let i = start; i < start + count; i++) {
    const centre = scale * (i + 0.5);
    const low = Math.max(0, Math.trunc(centre - reach + 0.5));
    const high = Math.min(from, Math.trunc(centre + reach + 0.5));
    const row = Float64Array.from({ length: high - low }, (_, k) =>
      Math.max(0, 1 - Math.abs((low + k - centre + 0.5) / reach)),
    );
    const sum = row.reduce((total, weight) => total + weight, 0);
    first.push(low);
    weights.push(row.map((weight) => weight / sum));
  }
  return { first, weights };
}
