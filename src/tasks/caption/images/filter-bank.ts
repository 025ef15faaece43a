// An encoder without learned weights, as an ONNX file made here: filters for colours, edges and corners at every position of
// an image of 32 × 32 pixels on a light ground, averaged over its columns and over its rows. For the shapes data set and
// other drawings, where a network trained on photographs is too much.
import { floatTensor, floatValue, onnxModel, onnxNode, type OnnxAttribute } from "./onnx/graph.ts";
import { writeOnnx } from "./onnx/model.ts";
import type { NodeProto, TensorProto } from "./onnx/onnx_pb.ts";

export const bankSide = 32;
/** Hues around the colour circle, and directions around the clock. */
const hues = 8;
const directions = 16;
const cornerFilters = 4;
/** The windows that features are means over, height and width in pixels; one begins every 4 pixels, from the top left. */
const views = { columns: [32, 8], rows: [8, 32] } as const;
const stride = 4;
const positions = Object.values(views).reduce(
  (sum, [high, wide]) => sum + ((bankSide - high) / stride + 1) * ((bankSide - wide) / stride + 1),
  0,
);

/** Features of one image. */
export const bankWidth: number = (1 + hues + 1 + directions + cornerFilters) * positions;

/**
 * The bytes of the ONNX file. Its input is `images` [n, 3, 32, 32], RGB from 0 to 1 (preprocessing `plain`), its output
 * `features` [n, 420]. They are, for every column of the image, then for every row, by channel
 *
 * 1. figure: the distance of pixels from a light ground, cut off at 1, so that every colour counts alike;
 * 2. colours: their chroma along 8 hues, each less half of what all hues have in common, and their darkness;
 * 3. edges of the figure in 16 directions, sharpened in the same way;
 * 4. corners of the figure: pixels that have more (or less) of it around them than a straight edge has, at two scales.
 *
 * Colours are divided by the figure in the column or row, and edges and corners by the strength of its edges, so that a
 * small shape has the values of a large one (divisive normalisation, as in Jarrett et al. 2009, What is the best
 * multi-stage architecture for object recognition?, ICCV). Columns and rows, because a thing is to the left of another at
 * any height: a grid of windows holds more of an image, but captions learned from it were worse. Features are 0 or more, 0
 * where there is nothing, and have a spread of about 1 on the shapes data set. The bytes are the same on every machine:
 * weights are computed with the four operations and square roots alone.
 */
export function filterBank(): Uint8Array {
  const weights: TensorProto[] = [];
  const nodes: NodeProto[] = [];
  const op = (name: string, from: readonly string[], to: string, attributes: Attributes = {}): string => {
    nodes.push(onnxNode(name, from, [to], attributes));
    return to;
  };
  const weight = (name: string, shape: number[], values: readonly number[]): string => {
    weights.push(floatTensor(name, shape, values));
    return name;
  };
  /** `filters[out]` is [channels, side, side] and may have a bias. */
  const convolve = (from: string, to: string, side: number, filters: readonly Filter[]): string => {
    const channels = filters[0]!.weights.length / (side * side);
    const shape = [filters.length, channels, side, side];
    return op(
      "Conv",
      [
        from,
        weight(
          `${to}_w`,
          shape,
          filters.flatMap((filter) => filter.weights),
        ),
        weight(
          `${to}_b`,
          [filters.length],
          filters.map(({ bias = 0 }) => bias),
        ),
      ],
      to,
      { kernel_shape: [side, side], pads: [1, 1, 1, 1].map((one) => (one * (side - 1)) / 2) },
    );
  };
  const rectified = (from: string): string => op("Relu", [from], `${from}_above_0`);
  const joined = (from: readonly string[], to: string): string => op("Concat", from, to, { axis: 1 });

  const distance = rectified(convolve("images", "distance", 1, perChannel(-1, ground)));
  const rest = rectified(convolve(distance, "rest", 1, [{ weights: [-2.5, -2.5, -2.5], bias: 1 }]));
  const figure = convolve(rest, "figure", 1, [{ weights: [-1], bias: 1 }]);

  const chroma = rectified(convolve("images", "chroma", 1, around(hues).map(hueFilter)));
  const hue = rectified(convolve(chroma, "hue", 1, sharpening(hues, 0.5, 4)));
  const darkness = rectified(
    convolve("images", "darkness", 1, [{ weights: [-1 / 3, -1 / 3, -1 / 3], bias: ground }]),
  );

  const slopes = rectified(convolve(figure, "slopes", 3, around(directions).map(edgeFilter)));
  const edges = rectified(convolve(slopes, "edges", 1, sharpening(directions, 0.9, 1)));
  const strength = convolve(slopes, "strength", 1, [{ weights: mean(directions) }]);
  const corners = rectified(convolve(figure, "corners", 7, cornerBank));

  const colours = joined([hue, darkness], "colours");
  const seen = Object.entries(views).map(([view, [high, wide]]) => {
    const average = (from: string): string =>
      op("AveragePool", [from], `${view}_${from}`, { kernel_shape: [high, wide], strides: [stride, stride] });
    const floor = weight(`${view}_floor`, [1], [leastPixels / (high * wide)]);
    const figures = average(figure);
    const wholeFigure = op("Add", [figures, floor], `${view}_whole_figure`);
    const wholeStrength = op("Add", [average(strength), floor], `${view}_whole_strength`);
    const scaled = (from: string, by: number): string =>
      op("Mul", [from, weight(`${from}_scale`, [1], [by])], `${from}_scaled`);
    const share = (from: string, whole: string): string =>
      op("Div", [average(from), whole], `${view}_${from}_share`);
    const parts = [
      scaled(figures, scales.figure),
      scaled(share(colours, wholeFigure), scales.colours),
      scaled(share(edges, wholeStrength), scales.edges),
      scaled(share(corners, wholeStrength), scales.corners),
    ];
    return op("Flatten", [joined(parts, `${view}_parts`)], view, { axis: 1 });
  });
  joined(seen, "features");
  return writeOnnx(
    onnxModel({
      name: "filter-bank",
      inputs: [floatValue("images", ["n", 3, bankSide, bankSide])],
      outputs: [floatValue("features", ["n", bankWidth])],
      nodes,
      weights,
    }),
  );
}

type Attributes = Readonly<Record<string, OnnxAttribute>>;

interface Filter {
  readonly weights: readonly number[];
  readonly bias?: number;
}

/** Below this a channel is not the light ground. */
const ground = 0.86;
/** Pixels of figure that are added to every window, so that one with almost nothing in it is not scaled up. */
const leastPixels = 3.2;
/** The factors that bring each group of features to a spread of about 1 on the shapes data set. */
const scales = { figure: 3, colours: 3, edges: 100, corners: 300 };

function perChannel(factor: number, bias: number): readonly Filter[] {
  return [0, 1, 2].map((c) => ({ weights: [0, 1, 2].map((other) => (other === c ? factor : 0)), bias }));
}

/** Unit vectors around the circle, from the right; only square roots, which every machine rounds alike. */
function around(count: number): readonly (readonly [number, number])[] {
  const eighth = Math.sqrt(0.5);
  const cosine = Math.sqrt((1 + eighth) / 2); // of 22.5 degrees
  const sine = Math.sqrt((1 - eighth) / 2);
  const quarter = [
    [1, 0],
    [cosine, sine],
    [eighth, eighth],
    [sine, cosine],
  ] as const;
  const vectors = [0, 1, 2, 3].flatMap((turns) =>
    quarter.map(
      ([x, y]) =>
        (
          [
            [x, y],
            [-y, x],
            [-x, -y],
            [y, -x],
          ] as const
        )[turns]!,
    ),
  );
  return vectors.filter((_, i) => i % (16 / count) === 0);
}

/** Chroma along one direction of the plane across the greys: red points right, green and blue a third of a turn away. */
function hueFilter([x, y]: readonly [number, number]): Filter {
  const side = Math.sqrt(3) / 2;
  return { weights: [x, -x / 2 + side * y, -x / 2 - side * y] };
}

/** The slope along a direction: a Gaussian of deviation 1 times the distance; the bright side's weights sum to 1. */
function edgeFilter([x, y]: readonly [number, number]): Filter {
  const slopes = [-1, 0, 1].flatMap((row) =>
    [-1, 0, 1].map(
      (column) => (column * x + row * y) * [1, 0.6065, 0.3679][Math.abs(row) + Math.abs(column)]!,
    ),
  );
  const bright = slopes.reduce((sum, slope) => sum + Math.max(0, slope), 0);
  return { weights: slopes.map((slope) => slope / bright) };
}

/** The mean of n detectors with cosine tuning, which is the length of the vector they see: their sum is n/π times that. */
function mean(count: number): readonly number[] {
  return Array.from({ length: count }, () => Math.PI / count);
}

/** Each of n detectors less a share of the vector's length, which leaves only those near its direction. */
function sharpening(count: number, share: number, gain: number): readonly Filter[] {
  const common = mean(count);
  return common.map((_, i) => ({
    weights: common.map((weight, j) => gain * ((i === j ? 1 : 0) - share * weight)),
  }));
}

/** A bell over 5 or 7 pixels less the pixel itself, and the reverse: above 0 only off straight edges. */
const cornerBank: readonly Filter[] = [
  { bell: [0, 3, 7, 10, 7, 3, 0], sign: 1, bias: -0.5 },
  { bell: [4, 7, 9, 10, 9, 7, 4], sign: 1, bias: -0.45 },
  { bell: [0, 3, 7, 10, 7, 3, 0], sign: -1, bias: -0.5 },
  { bell: [4, 7, 9, 10, 9, 7, 4], sign: -1, bias: -0.55 },
].map(({ bell, sign, bias }) => {
  const sum = bell.reduce((total, value) => total + value, 0);
  const weights = bell.flatMap((a, y) =>
    bell.map((b, x) => sign * ((a * b) / (sum * sum) - (x === 3 && y === 3 ? 1 : 0))),
  );
  return { weights, bias };
});
