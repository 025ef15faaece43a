// A text file as symbol ids, and how it is split, in words.
import type { Ids } from "../text/alphabet.ts";
import type { Split } from "../train/split.ts";
import { encodeWith, readText } from "../text/text.ts";
import { encodeWords, readWords, type WordTextSettings } from "../text/word-text.ts";
import { fileBytes, fileChunks, readUtf8 } from "../formats/files.ts";
import { encodeSubwords, subwordsOf } from "../text/subwords.ts";
import { readTokenizer } from "../text/tokenizer.ts";
import type { ReadText, Symbols } from "../tasks/language/language.ts";
import { InputError } from "./failure.ts";
import { grouped, unitName } from "./format.ts";

export interface ReadTextSettings extends WordTextSettings {
  readonly unit: Symbols["unit"];
  /** The `tokenizer.json` of sub-words. */
  readonly tokenizer?: string | undefined;
}

/** A text and its own symbols; errors name the file. */
export async function readTextFile(path: string, settings: ReadTextSettings): Promise<ReadText> {
  const { unit, tokenizer } = settings;
  if ((unit === "subword") !== (tokenizer !== undefined)) {
    throw new InputError("--unit subword and --tokenizer FILE go together: give both, or neither");
  }
  if (tokenizer !== undefined) {
    return readFileWith(path, subwordsOf(readTokenizer(await readUtf8(tokenizer), tokenizer)));
  }
  const bytes = await fileBytes(path);
  if (unit === "word") {
    const { vocabulary, ids } = await named(path, async () => readWords(await readUtf8(path), settings));
    return { text: vocabulary, ids, bytes };
  }
  const characters = unit === "byte" ? "byte" : "char";
  const { alphabet, ids } = await named(path, () =>
    readText(fileChunks(path), { unit: characters, sizeHint: bytes }),
  );
  return { text: alphabet, ids, bytes };
}

/** A text in the symbols of a model. */
export async function readFileWith(path: string, text: Symbols): Promise<ReadText> {
  const bytes = await fileBytes(path);
  return { text, ids: await idsOf(path, text, bytes), bytes };
}

async function idsOf(path: string, text: Symbols, sizeHint: number): Promise<Ids> {
  switch (text.unit) {
    case "word":
      return encodeWords(text, await readUtf8(path));
    case "subword":
      return named(path, async () => encodeSubwords(readTokenizer(text.tokenizer), await readUtf8(path)));
    default:
      return named(path, () => encodeWith(text, fileChunks(path), { sizeHint }));
  }
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
