// Which part of the data a model's training left out, found again when the model is measured: the same file, the same
// shares and the same seed give the same parts. Knows no task.
import type { z } from "zod";
import { splitItems } from "../../data/split.ts";
import type { LoadedCheckpoint } from "../../io/checkpoint.ts";
import { InputError } from "../failure.ts";
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

/** The split that the model was trained with. Throws where its file does not tell. */
export function splitAsTrained<Item>(
  items: readonly Item[],
  checkpoint: LoadedCheckpoint,
): Record<PartName, readonly Item[]> {
  const { split, seed } = trainedWith(checkpoint);
  if (split === undefined || seed === undefined) {
    throw new InputError(
      "--part: the model was not trained by this command, so its split is not known; leave it out",
    );
  }
  const { train, validation = [], test = [] } = splitItems(items, split, Number(seed));
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
