// Texts from files, in symbols learned from them or in those of a model.
import { fileBytes, fileChunks, readUtf8 } from "../../formats/files.ts";
import { learnText, type TextSettings } from "../../text/learn-text.ts";
import type { Symbols, Text } from "../../text/symbols.ts";

/** What the symbols of a text file are. */
export interface TextFileSettings extends Omit<TextSettings, "tokenizer"> {
  /** The path of a `tokenizer.json`, for sub-words. */
  readonly tokenizer?: string;
}

/**
 * Reads a text, or several one after the other, and learns its symbols: Unicode characters by default, bytes, words, or the
 * sub-words of a tokenizer. Throws as `learnText` does, naming the file, or the first of several.
 */
export async function readText(
  path: string | readonly string[],
  settings: TextFileSettings = {},
): Promise<Text> {
  const { tokenizer, ...rest } = settings;
  const paths = typeof path === "string" ? [path] : path;
  const json = tokenizer === undefined ? {} : { tokenizer: await readUtf8(tokenizer) };
  const sizes = await Promise.all(paths.map(fileBytes));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const text = paths.length > 1 ? `${paths[0]} and ${paths.length - 1} more` : (paths[0] ?? "");
  return named({ text, "tokenizer.json": tokenizer ?? "" }, () =>
    learnText(chunksOf(paths), { ...rest, ...json }, bytes),
  );
}

async function* chunksOf(paths: readonly string[]): AsyncGenerator<Uint8Array, void, void> {
  for (const path of paths) yield* fileChunks(path);
}

/** Reads a text in the symbols of a model. Throws for symbols that it does not have, naming them and the file. */
export async function readTextWith(path: string, symbols: Symbols): Promise<Text> {
  const bytes = await fileBytes(path);
  const ids = await named({ text: path }, () => symbols.read(fileChunks(path), bytes));
  return { symbols, ids, bytes };
}

/** Errors that begin with one of the names begin with its path instead. */
async function named<T>(paths: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message } = error as Error;
    const name = Object.keys(paths).find((subject) => message.startsWith(`${subject}: `));
    if (name === undefined) throw error;
    throw new Error(`${paths[name]}${message.slice(name.length)}`, { cause: error });
  }
}
