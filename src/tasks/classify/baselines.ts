// What a network that classifies sequences has to be better than: a linear model and naive Bayes for texts, the nearest
// series for series.
import { counted, grouped } from "../shared/words.ts";
import { encodeSequence, isText, type SequenceInput, type SequenceValue } from "../shared/sequence-input.ts";
import { trainLinear } from "./linear.ts";
import { trainNaiveBayes } from "./naive-bayes.ts";
import { affordable, costOf, nearestLabel, type Comparison, type LabelledSeries } from "./nearest.ts";

interface Labelled {
  readonly value: SequenceValue;
  readonly label: string;
}

/** The labels that each baseline gives, and why others are left out. */
export interface Baselines {
  readonly predicted: readonly { readonly name: string; readonly labels: readonly string[] }[];
  readonly notes: readonly string[];
}

/** Baselines that learn from `learned`, on `items`. */
export function baselinesOf(
  input: SequenceInput,
  learned: readonly Labelled[],
  items: readonly Labelled[],
): Baselines {
  const labels = new Set(learned.map(({ label }) => label));
  if (labels.size < 2)
    return { predicted: [], notes: ["no baseline: the data to learn from have one label"] };
  return input.kind === "text" ? ofTexts(learned, items) : ofSeries(input, learned, items);
}

const textOf = ({ value }: Labelled): string =>
  isText(value) && typeof value !== "string" ? value.join(" ") : String(value);

function ofTexts(learned: readonly Labelled[], items: readonly Labelled[]): Baselines {
  const pairs = learned.map((item) => [textOf(item), item.label] as const);
  const models = [
    { name: "linear, 1- to 4-grams", model: trainLinear(pairs) },
    { name: "naive Bayes, 1- to 3-grams", model: trainNaiveBayes(pairs) },
  ];
  return {
    predicted: models.map(({ name, model }) => ({
      name,
      labels: items.map((item) => model.predict(textOf(item))),
    })),
    notes: [],
  };
}

const namesOfComparisons: Readonly<Record<Comparison, string>> = {
  euclidean: "nearest series",
  warped: "nearest series, warped",
};

function ofSeries(
  input: SequenceInput & { kind: "series" },
  learned: readonly Labelled[],
  items: readonly Labelled[],
): Baselines {
  const width = input.mean.length;
  const scaledOf = ({ value }: Labelled): ArrayLike<number> => encodeSequence(input, value, "series").values;
  const known = learned.map((item) => ({ values: scaledOf(item), label: item.label }));
  const longest = known.reduce((most, { values }) => Math.max(most, values.length / width), 0);
  const comparisons: readonly Comparison[] = ["euclidean", "warped"];
  const tried = width === 1 ? 0 : 2 * known.length;
  const costs = (one: Comparison): number => costOf(one, items.length + tried, known.length, longest, width);
  const [cheap, expensive] = [true, false].map((is) =>
    comparisons.filter((one) => costs(one) <= affordable === is),
  );
  return {
    predicted: (cheap ?? []).map((comparison) => {
      const scale =
        width === 1 ? (values: ArrayLike<number>) => values : betterScale(input, known, comparison);
      const seen = known.map(({ values, label }) => ({ values: scale(values), label }));
      const nearest = nearestLabel(seen, width, comparison);
      return {
        name: namesOfComparisons[comparison],
        labels: items.map((item) => nearest(scale(scaledOf(item)))),
      };
    }),
    notes: (expensive ?? []).map(
      (comparison) =>
        `without the baseline '${namesOfComparisons[comparison]}', which would compare ${counted(items.length, "series")} with ` +
        `${grouped(known.length)} of up to ${grouped(longest)} steps`,
    ),
  };
}

/**
 * The scale on which more of `known` have the label of the nearest other one: numbers each over their deviation, or all in their
 * units, where the larger ones say more.
 */
function betterScale(
  { deviation }: SequenceInput & { kind: "series" },
  known: readonly LabelledSeries[],
  comparison: Comparison,
): (values: ArrayLike<number>) => ArrayLike<number> {
  const width = deviation.length;
  const inUnits = (values: ArrayLike<number>): ArrayLike<number> =>
    Float64Array.from(values, (value, i) => value * (deviation[i % width] as number));
  const asScaled = (values: ArrayLike<number>): ArrayLike<number> => values;
  const [scaled, plain] = [asScaled, inUnits].map((scale) => {
    const all = known.map(({ values, label }) => ({ values: scale(values), label }));
    return all.filter((one) => {
      const others = all.filter((other) => other !== one);
      return nearestLabel(others, width, comparison)(one.values) === one.label;
    }).length;
  }) as [number, number];
  return plain > scaled ? inUnits : asScaled;
}
