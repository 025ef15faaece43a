// The parts of separate items: made for training by shares and a seed, recorded in a model file, and found again.
import { defaultShares, splitItems } from "../../train/split.ts";
import type { Ids } from "../../text/alphabet.ts";
import type { DataRecord, DesignSettings, ModelMetadata, Parts } from "../task.ts";

/** The parts of items in an order that the seed gives. */
export function partsOfItems<Item>(
  items: readonly Item[],
  { split, seed }: DesignSettings,
): Parts<readonly Item[]> {
  return splitItems(items, split, seed);
}

/** The parts that data are in already; with a split of 1 no validation. Throws for other shares than the default ones. */
export function givenParts<D>(parts: Parts<D>, split: string, items: string): Parts<D> {
  if (split !== defaultShares) checkGivenSplit(split, items);
  return split === "1" ? { ...parts, validation: undefined } : parts;
}

/** Throws for chosen shares, which do nothing where `items` are in parts already. */
export function checkGivenSplit(split: string, items: string): void {
  if (split === "1") return;
  throw new Error(
    `split: the ${items} are in parts already, so ${split} would do nothing; leave it out, or give 1 for no validation`,
  );
}

/** A record of items or of the symbols of a text. */
export async function recordOf(
  items: Ids | readonly unknown[],
  { split, seed }: DesignSettings,
): Promise<DataRecord> {
  return { kind: "items", split, seed, count: items.length, digest: await digestOf(items) };
}

/** Fields that say where an item is from, which two copies of the same data may differ in. */
const placeFields: ReadonlySet<string> = new Set(["place", "places", "path"]);

/** The first 64 bits of the SHA-256 of symbols, or of items as JSON, in hexadecimal. */
async function digestOf(items: Ids | readonly unknown[]): Promise<string> {
  const content = (name: string, value: unknown): unknown => (placeFields.has(name) ? undefined : value);
  const bytes = ArrayBuffer.isView(items)
    ? new Uint8Array(items.buffer, items.byteOffset, items.byteLength)
    : new TextEncoder().encode(items.map((item) => JSON.stringify(item, content)).join(""));
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The shares and the seed by which a model's training divided `items`. Throws where the file does not say, and where the
 * items are not those of the training.
 */
export async function recordedSplit(
  items: Ids | readonly unknown[],
  { data }: ModelMetadata,
): Promise<DesignSettings> {
  if (data?.kind !== "items") {
    throw new Error("parts: the model file does not say how its data were divided; score all data instead");
  }
  const { split, seed, count, digest } = data;
  const found = items.length === count ? await digestOf(items) : "";
  if (digest === "" || found === digest) return { split, seed };
  throw new Error(
    `parts: these are not the data that the model was trained on (${items.length} items, expected ${count} with the ` +
      "digest of the training's own), so its parts are not known; give the same data and options",
  );
}
