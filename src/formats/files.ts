// Reading files as bytes, whole or in chunks, as text and as lines, with errors that say what to do.
import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { nearest } from "../base/nearest.ts";
import { decodeText } from "./utf8.ts";

/**
 * The bytes of a file in chunks of at most `chunkBytes` (default 1 MiB), each an array of its own. Also reads pipes and
 * devices. Throws for a missing file (suggesting the nearest name), a folder, and a file without read permission.
 */
export async function* fileChunks(
  path: string,
  settings: { readonly chunkBytes?: number } = {},
): AsyncGenerator<Uint8Array, void, void> {
  const { chunkBytes = 1 << 20 } = settings;
  if (!Number.isInteger(chunkBytes) || chunkBytes < 1)
    throw new Error(`reading ${path}: chunkBytes must be a whole number, 1 or more, not ${chunkBytes}`);
  const file = await explainFailure(path, open(path, "r"));
  try {
    for (;;) {
      const chunk = new Uint8Array(chunkBytes);
      const { bytesRead } = await explainFailure(path, file.read(chunk, 0, chunkBytes, null));
      if (bytesRead === 0) return;
      yield bytesRead === chunkBytes ? chunk : chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** A file's size in bytes, 0 for pipes and devices; for the `sizeHint` of `readText`. Throws as `fileChunks`. */
export async function fileBytes(path: string): Promise<number> {
  const { size } = await explainFailure(path, stat(path));
  return size;
}

/** The bytes of a whole file. Throws as `fileChunks`. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = await explainFailure(path, readFile(path));
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The text of a whole file. Throws as `fileChunks` and `decodeText`. */
export async function readUtf8(path: string): Promise<string> {
  return decodeText(path, await readBytes(path));
}

/** A line that is not blank, with its place for errors: `words.txt, line 3`. */
export interface Line {
  readonly text: string;
  readonly place: string;
}

/** The lines of a text file, without the blank ones. Throws as `readUtf8`. */
export async function readLines(path: string): Promise<Line[]> {
  const lines = (await readUtf8(path)).split(/\r\n|\r|\n/u);
  return lines
    .map((text, i) => ({ text, place: `${path}, line ${i + 1}` }))
    .filter(({ text }) => text.trim() !== "");
}

async function explainFailure<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`cannot read ${path}: ${await reasonOf(path, error)}`, { cause: error });
  }
}

async function reasonOf(path: string, error: unknown): Promise<string> {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT": {
      const folder = dirname(path);
      const names = await readdir(folder).catch(() => undefined);
      if (!names) return `the folder ${folder} does not exist; check the path`;
      const name = nearest(basename(path), names);
      return name
        ? `there is no such file; did you mean ${join(folder, name)}?`
        : `there is no such file; check the name and the folder`;
    }
    case "EISDIR":
      return "it is a folder; name a file in it";
    case "ENOTDIR":
      return `${dirname(path)} is a file, not a folder; check the path`;
    case "EACCES":
    case "EPERM":
      return "no permission; change it with chmod u+r, or copy the file";
    default:
      return `${error instanceof Error ? error.message : String(error)}; check the path and the disk`;
  }
}
