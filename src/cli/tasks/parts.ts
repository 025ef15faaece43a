// Which part of the data a model's training left out, found again when the model is measured: the same file, the same
// shares and the same seed give the same parts. Knows no task.
import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Ids } from "../../text/alphabet.ts";
import { splitItems, type ItemSplit } from "../../train/split.ts";
import type { LoadedCheckpoint } from "../../checkpoint/checkpoint.ts";
import { InputError } from "../failure.ts";
import { grouped } from "../format.ts";
import { oneOf } from "../settings.ts";

export const partNames = ["all", "train", "validation", "test"] as const;
export type PartName = (typeof partNames)[number];

/** For `readSettings`. */
export const partField: z.ZodDefault<z.ZodType<PartName, string>> = oneOf(partNames)
  .default("all")
  .describe("of the file that the model was trained on: all, train, validation or test");

/** The options that the model was trained with, as they were typed; none where another program wrote its file. */
export function trainedWith({ notes }: LoadedCheckpoint): {
  readonly split?: string;
  readonly seed?: string;
} {
  return JSON.parse(notes["train"] ?? "{}") as { split?: string; seed?: string };
}

const itemsNote = "items";

/** For a model file: what it was trained on, so that a part of it is found again in the same items only. */
export function itemsNoteOf(items: Ids | readonly unknown[]): Readonly<Record<string, string>> {
  return { [itemsNote]: `${grouped(items.length)} (${digestOf(items)})` };
}

/** Of symbols, or of what items say, wherever they stand. */
function digestOf(items: Ids | readonly unknown[]): string {
  const hash = createHash("sha256");
  const isPlace = (name: string): boolean => name === "place" || name === "places" || name === "path";
  const saying = (name: string, value: unknown): unknown => (isPlace(name) ? undefined : value);
  if (ArrayBuffer.isView(items)) hash.update(items);
  else for (const item of items) hash.update(JSON.stringify(item, saying));
  return hash.digest("hex").slice(0, 16);
}

/** Shares and seed of the model's training. Throws where its file does not tell, and where items are other ones. */
export function splitOf(
  items: Ids | readonly unknown[],
  checkpoint: LoadedCheckpoint,
): { readonly split: string; readonly seed: number } {
  const { split, seed } = trainedWith(checkpoint);
  if (split === undefined || seed === undefined) {
    throw new InputError(
      "--part: the model was not trained by this command, so its split is not known; leave it out",
    );
  }
  const [before, now] = [checkpoint.notes[itemsNote], itemsNoteOf(items)[itemsNote]];
  if (before === undefined || before === now) return { split, seed: Number(seed) };
  throw new InputError(
    `--part: with these options the file has other items than the model was trained on, ${now} instead of ${before}, so ` +
      "its parts are not those; give the same file and options, or leave --part out",
  );
}

/** The parts that the model was trained with. Throws as `splitOf`. */
export function splitAsTrained<Item>(
  items: readonly Item[],
  checkpoint: LoadedCheckpoint,
): Record<PartName, readonly Item[]> {
  const { split, seed } = splitOf(items, checkpoint);
  const { train, validation = [], test = [] } = splitItems(items, split, seed);
  return { all: items, train, validation, test };
}

export function partOf<Item>(
  items: readonly Item[],
  part: PartName,
  checkpoint: LoadedCheckpoint,
): readonly Item[] {
  if (part === "all") return items;
  const chosen = splitAsTrained(items, checkpoint)[part];
  if (chosen.length > 0) return chosen;
  throw new InputError(`--part ${part}: the model was trained without such a part; choose another`);
}

/** The training part, for a rival that learns from it. Throws where the part that is measured may have some of it. */
export function rivalsPart<Item>(
  items: readonly Item[],
  measured: PartName,
  checkpoint: LoadedCheckpoint,
): readonly Item[] {
  if (measured !== "validation" && measured !== "test") {
    throw new InputError("--baseline learns from the training part; give --part validation or --part test");
  }
  return splitAsTrained(items, checkpoint).train;
}

/** "train on 900 sequences, validate on 50, leave 50 for testing". */
export function splitInWords({ train, validation, test }: ItemSplit<unknown>, items: string): string {
  const left = test ? `, leave ${grouped(test.length)} for testing` : "";
  return `train on ${grouped(train.length)} ${items}, validate on ${grouped(validation?.length ?? 0)}${left}`;
}
