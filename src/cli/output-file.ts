// Files that commands write beside models: plots, pages, tables, music. Never over a file that the command reads, and over
// another only where the person says so.
import { lstat, realpath } from "node:fs/promises";
import { writeAtomic } from "../formats/write-file.ts";
import { overwriting } from "./model-file.ts";

/** Throws where there is a file at `path`. `another`: the option that names another one. */
export async function checkFree(path: string, another: string): Promise<void> {
  if (await lstat(path).catch(() => undefined)) throw new Error(`${path} exists; ${overwriting(another)}`);
}

/** Throws where `path` is one of the files that were read. */
export async function writeOutput(
  path: string,
  content: string | Uint8Array,
  read: readonly (string | undefined)[],
): Promise<void> {
  const resolve = (file: string): Promise<string> => realpath(file).catch(() => file);
  const target = await resolve(path);
  for (const file of read) {
    if (file !== undefined && (await resolve(file)) === target)
      throw new Error(`${path} is a file that this command reads; give the output another name`);
  }
  await writeAtomic(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
}
