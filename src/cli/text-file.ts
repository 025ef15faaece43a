// A text file as symbol ids, and how it is split, in words.
import type { Split } from "../data/split.ts";
import { encodeWith, readText } from "../data/text.ts";
import { encodeWords, readWords, type WordTextSettings } from "../data/word-text.ts";
import { fileBytes, fileChunks, readUtf8 } from "../io/files.ts";
import type { ReadText, Symbols } from "../tasks/language.ts";
import { InputError } from "./failure.ts";
import { grouped, unitName } from "./format.ts";

/** A text and its own symbols; errors name the file. */
export async function readTextFile(
  path: string,
  unit: Symbols["unit"],
  settings: WordTextSettings = {},
): Promise<ReadText> {
  const bytes = await fileBytes(path);
  if (unit === "word") {
    const { vocabulary, ids } = await named(path, async () => readWords(await readUtf8(path), settings));
    return { text: vocabulary, ids, bytes };
  }
  const { alphabet, ids } = await named(path, () => readText(fileChunks(path), { unit, sizeHint: bytes }));
  return { text: alphabet, ids, bytes };
}

/** A text in the symbols of a model. */
export async function readFileWith(path: string, text: Symbols): Promise<ReadText> {
  const bytes = await fileBytes(path);
  const ids =
    text.unit === "word"
      ? encodeWords(text, await readUtf8(path))
      : await named(path, () => encodeWith(text, fileChunks(path), { sizeHint: bytes }));
  return { text, ids, bytes };
}

async function named<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = (error as Error).message;
    if (!message.startsWith("text: ")) throw error;
    throw new InputError(`${path}: ${message.slice("text: ".length)}`, { cause: error });
  }
}

/** "train on 1,003,854 characters, validate on the last 111,540". */
export function describeParts(split: Split, total: number, unit: Symbols["unit"]): string {
  const { train, validation, test } = split;
  const used = [train, validation, test].reduce((sum, part) => sum + (part?.length ?? 0), 0);
  const where = test || used < total ? "next" : "last";
  const parts = [`train on ${grouped(train.length)} ${unitName(unit)}s`];
  if (validation) parts.push(`validate on the ${where} ${grouped(validation.length)}`);
  if (test) parts.push(`leave ${grouped(test.length)} for testing`);
  return parts.join(", ");
}
