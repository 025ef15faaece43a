// A text file as symbol ids, and how it is split, in words.
import type { Alphabet, Unit } from "../data/alphabet.ts";
import type { Split } from "../data/split.ts";
import { encodeWith, readText, type EncodedText } from "../data/text.ts";
import { fileBytes, fileChunks } from "../io/files.ts";
import { InputError } from "./failure.ts";
import { grouped } from "./format.ts";

/** A text and its own alphabet; errors name the file. */
export async function readTextFile(path: string, unit: Unit): Promise<EncodedText> {
  const sizeHint = await fileBytes(path);
  return named(path, readText(fileChunks(path), { unit, sizeHint }));
}

/** A text in the alphabet of a model. */
export async function readFileWith(path: string, alphabet: Alphabet): Promise<EncodedText> {
  const sizeHint = await fileBytes(path);
  return { alphabet, ids: await named(path, encodeWith(alphabet, fileChunks(path), { sizeHint })) };
}

async function named<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const message = (error as Error).message;
    if (!message.startsWith("text: ")) throw error;
    throw new InputError(`${path}: ${message.slice("text: ".length)}`, { cause: error });
  }
}

/** "train on 1,003,854 characters, validate on the last 111,540". */
export function describeParts(split: Split, total: number, unit: Unit): string {
  const { train, validation, test } = split;
  const used = [train, validation, test].reduce((sum, part) => sum + (part?.length ?? 0), 0);
  const where = test || used < total ? "next" : "last";
  const parts = [`train on ${grouped(train.length)} ${unit === "char" ? "characters" : "bytes"}`];
  if (validation) parts.push(`validate on the ${where} ${grouped(validation.length)}`);
  if (test) parts.push(`leave ${grouped(test.length)} for testing`);
  return parts.join(", ");
}
