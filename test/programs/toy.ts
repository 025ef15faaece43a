// Small data of every task, and quick runs on them.
import {
  classify,
  seriesOf,
  train,
  type CaptionedImage,
  type Classifier,
  type Piece,
  type Run,
  type SeriesTable,
  type TaggedItem,
  type TextPair,
  type TrainOptions,
} from "unrolled/node";

export const items: readonly { readonly value: string; readonly label: string }[] = Array.from(
  { length: 60 },
  (_, i) => ({
    value: i % 2 ? "good one" : "bad one",
    label: i % 2 ? "+" : "-",
  }),
);
export const text: string = "the cat sat on the mat. ".repeat(60);
export const months: readonly string[] = Array.from({ length: 120 }, (_, i) =>
  new Date(Date.UTC(2000, i, 1)).toISOString(),
);
export const sales: SeriesTable<"sold"> = seriesOf({
  time: months,
  sold: months.map((_, i) => 100 + ((i * i) % 17)),
});
export const tagged: readonly TaggedItem[] = Array.from({ length: 40 }, () => ({
  value: ["in", "Paris"],
  tags: ["O", "B"],
}));
export const pairs: readonly TextPair[] = Array.from({ length: 40 }, (_, i) => ({
  source: `${i} one`,
  target: `${i} eins`,
}));
export const pieces: readonly Piece[] = Array.from({ length: 20 }, () =>
  Array.from({ length: 8 }, (_, t) => [60 + t]),
);
export const images: readonly CaptionedImage[] = Array.from({ length: 40 }, (_, i) => ({
  vector: [i % 2, 1, i % 3],
  captions: ["a red dot"],
}));

export const few: TrainOptions = { steps: 3, batch: 8 };
export const small = (): ReturnType<typeof classify> => classify({ size: 4 });
export const run = (options: TrainOptions = few): Run<Classifier> => train(small(), items, options);

export async function trained<M>(begun: Run<M>): Promise<M> {
  await begun.finish();
  return begun.best();
}

/** As JavaScript, or a program that casts, hands it over. */
export const wrong = (value: unknown): never => value as never;
