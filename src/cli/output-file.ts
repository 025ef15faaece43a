// Files that commands make beside models: pictures, pages, tables, music. Never in place of what they were made from.
import { realpath } from "node:fs/promises";
import { extname } from "node:path";
import { z } from "zod";
import { writeAtomic } from "../formats/write-file.ts";
import { InputError } from "./failure.ts";

/** For `readSettings`: a file with this ending, which keeps a command from writing over files of another kind. */
export function outputField(ending: string): z.ZodType<string, string> {
  return z.string().refine((path) => extname(path).toLowerCase() === ending, {
    error: `must name a ${ending} file`,
  });
}

/** Throws an `InputError` where `path` is one of the files that were read. */
export async function writeOutput(
  path: string,
  content: string | Uint8Array,
  read: readonly (string | undefined)[],
): Promise<void> {
  const placeOf = (file: string): Promise<string> => realpath(file).catch(() => file);
  const place = await placeOf(path);
  for (const file of read) {
    if (file !== undefined && (await placeOf(file)) === place)
      throw new InputError(`${path} is what this command reads; give what it writes another name`);
  }
  await writeAtomic(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
}
