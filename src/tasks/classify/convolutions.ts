// Features of a series by many fixed convolutions: how often each is above a threshold. MiniRocket of Dempster, Schmidt &
// Webb 2021 (KDD), arXiv:2012.08791v2, with the level and the spread of each segment of the series beside.
import { mix } from "../../base/random.ts";
import { momentsOf, standardised, type Moments } from "../shared/moments.ts";

/** The convolutions of a model: plain data, which a model keeps. */
export interface Convolutions extends Moments {
  /** Steps between the values that a kernel reads. */
  readonly dilations: readonly number[];
  /** [dilations × kernels × thresholds of each], of the convolutions. */
  readonly thresholds: readonly number[];
}

/** Values that a kernel reads. */
const taps = 9;
/** The places of the three weights of 2 among weights of -1: every choice of three. */
const kernels: readonly (readonly [number, number, number])[] = choicesOfThree(taps);
const mostDilations = 8;
/** Features by convolution, about. */
const wantedFeatures = 2000;
/** Parts of a series whose mean and deviation are features. */
const segments = 16;

function choicesOfThree(count: number): [number, number, number][] {
  const found: [number, number, number][] = [];
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) for (let k = j + 1; k < count; k++) found.push([i, j, k]);
  return found;
}

/** A series: [steps, width], standardised. */
export type Series = Float32Array;

/** Thresholds, and the moments of the features, of series to learn from. */
export function fitConvolutions(series: readonly Series[], width: number): Convolutions {
  const lengths = series.map(({ length }) => length / width).sort((a, b) => a - b);
  const dilations = dilationsFor(lengths[Math.floor(lengths.length / 2)] as number);
  const count = dilations.length * kernels.length;
  const each = Math.max(1, Math.round(wantedFeatures / count));
  const thresholds = new Float64Array(count * each);
  for (let c = 0; c < count; c++) {
    const values = convolved(series[(mix(c) >>> 0) % series.length] as Series, width, dilations, c).sort();
    for (let j = 0; j < each; j++) {
      const share = ((c * each + j + 1) * golden) % 1;
      thresholds[c * each + j] = values[Math.floor(share * values.length)] as number;
    }
  }
  const plain = { dilations, thresholds: [...thresholds] };
  return { ...plain, ...momentsOf(series.map((values) => rawFeatures(plain, values, width))) };
}

/** The fractional part of the golden ratio, whose multiples fill [0, 1) evenly. */
const golden = (Math.sqrt(5) - 1) / 2;

function dilationsFor(length: number): number[] {
  const most = Math.log2(Math.max(1, (length - 1) / (taps - 1)));
  const count = Math.min(mostDilations, 1 + Math.floor(most));
  return Array.from({ length: count }, (_, i) =>
    Math.floor(2 ** (count === 1 ? 0 : (i * most) / (count - 1))),
  );
}

/** Whether the parts of a model's convolutions have sizes that go together. */
export function fitsTogether({ dilations, thresholds, mean, deviation }: Convolutions): boolean {
  const isWhole = thresholds.length % (dilations.length * kernels.length) === 0;
  const rest = mean.length - thresholds.length;
  return isWhole && rest > 0 && rest % (2 * segments) === 0 && deviation.length === mean.length;
}

/** Keeps the steps of an optimiser small, which moves every weight as much. */
const featureScale = 0.1;

/**
 * The features of a series, standardised and small; the few of the segments are as much larger as makes them as important as
 * the many convolutions.
 */
export function featuresOf(convolutions: Convolutions, values: Series, width: number): Float32Array {
  const { length } = convolutions.thresholds;
  const features = standardised(convolutions, rawFeatures(convolutions, values, width));
  const ofSegments = featureScale * Math.sqrt(length / (features.length - length));
  return features.map((v, i) => v * (i < length ? featureScale : ofSegments));
}

function rawFeatures(
  { dilations, thresholds }: Pick<Convolutions, "dilations" | "thresholds">,
  values: Series,
  width: number,
): Float64Array {
  const count = dilations.length * kernels.length;
  const each = thresholds.length / count;
  const features = new Float64Array(thresholds.length + 2 * segments * width);
  for (let c = 0; c < count; c++) {
    const found = convolved(values, width, dilations, c);
    for (let j = c * each; j < (c + 1) * each; j++) {
      const threshold = thresholds[j] as number;
      let above = 0;
      for (let t = 0; t < found.length; t++) if ((found[t] as number) > threshold) above++;
      features[j] = above / found.length;
    }
  }
  addSegments(features, thresholds.length, values, width);
  return features;
}

/** The mean and the deviation of each number in each part of the series. */
function addSegments(features: Float64Array, at: number, values: Series, width: number): void {
  const steps = values.length / width;
  for (let s = 0; s < segments; s++) {
    const from = Math.floor((s * steps) / segments);
    const to = Math.max(from + 1, Math.floor(((s + 1) * steps) / segments));
    for (let j = 0; j < width; j++) {
      let [sum, squares] = [0, 0];
      for (let t = from; t < to; t++) {
        const value = values[t * width + j] as number;
        sum += value;
        squares += value * value;
      }
      const mean = sum / (to - from);
      features[at++] = mean;
      features[at++] = Math.sqrt(Math.max(0, squares / (to - from) - mean * mean));
    }
  }
}

/** The convolution of number `c`: of all steps, with zeros beyond the ends, or for every other one of those inside. */
function convolved(values: Series, width: number, dilations: readonly number[], c: number): Float64Array {
  const steps = values.length / width;
  const dilation = dilations[Math.floor(c / kernels.length)] as number;
  const [i, j, k] = kernels[c % kernels.length] as [number, number, number];
  const channels = channelsOf(c, width);
  const single = new Float64Array(steps);
  for (const channel of channels)
    for (let t = 0; t < steps; t++)
      single[t] = (single[t] as number) + (values[t * width + channel] as number);
  const reach = ((taps - 1) / 2) * dilation;
  const inside = c % 2 === 1 && steps > 2 * reach;
  const [from, to] = inside ? [reach, steps - reach] : [0, steps];
  const result = new Float64Array(to - from);
  for (let tap = 0; tap < taps; tap++) {
    const weight = tap === i || tap === j || tap === k ? 2 : -1;
    const shift = (tap - (taps - 1) / 2) * dilation;
    const [first, last] = [Math.max(from, -shift), Math.min(to, steps - shift)];
    for (let t = first; t < last; t++)
      result[t - from] = (result[t - from] as number) + weight * (single[t + shift] as number);
  }
  return result;
}

/** The numbers of a step that a convolution adds up: one or more, chosen by its number. */
function channelsOf(c: number, width: number): number[] {
  if (width === 1) return [0];
  const draw = (n: number): number => (mix(mix(c + 1) + n) >>> 0) / 2 ** 32;
  const count = Math.floor(2 ** (draw(0) * Math.log2(Math.min(width, taps) + 1)));
  const order = Array.from({ length: width }, (_, channel) => ({ channel, at: draw(channel + 1) }));
  return order
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ channel }) => channel);
}
