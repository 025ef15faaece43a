// Files as bytes, whole or in chunks, and as text, with errors that say what is there instead. Knows no formats.
import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { decodeUtf8 } from "./utf8.ts";

/**
 * The bytes of a file in chunks of at most `chunkBytes` (default 1 MiB), each its own array. Also reads pipes
 * and devices. Throws for a missing file (naming the one most like it), a folder, and a file it may not read.
 */
export async function* fileChunks(
  path: string,
  settings: { readonly chunkBytes?: number } = {},
): AsyncGenerator<Uint8Array, void, void> {
  const { chunkBytes = 1 << 20 } = settings;
  if (!Number.isInteger(chunkBytes) || chunkBytes < 1)
    throw new Error(`reading ${path}: chunkBytes must be a whole number, 1 or more, not ${chunkBytes}`);
  const file = await explained(path, open(path, "r"));
  try {
    for (;;) {
      const chunk = new Uint8Array(chunkBytes);
      const { bytesRead } = await explained(path, file.read(chunk, 0, chunkBytes, null));
      if (bytesRead === 0) return;
      yield bytesRead === chunkBytes ? chunk : chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** A file's size in bytes, 0 for pipes and devices; for `readText`'s `sizeHint`. Throws like `fileChunks`. */
export async function fileBytes(path: string): Promise<number> {
  const { size } = await explained(path, stat(path));
  return size;
}

/** A whole file. Throws like `fileChunks`. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = await explained(path, readFile(path));
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A whole file of text. Throws like `fileChunks` and `decodeUtf8`. */
export async function readUtf8(path: string): Promise<string> {
  return decodeUtf8(path, await readBytes(path));
}

/** A line that is not blank, as it stands, and its place for errors: `words.txt, line 3`. */
export interface Line {
  readonly text: string;
  readonly place: string;
}

/** Throws as `readUtf8` does. */
export async function readLines(path: string): Promise<Line[]> {
  const lines = (await readUtf8(path)).split(/\r\n|\r|\n/u);
  return lines
    .map((text, i) => ({ text, place: `${path}, line ${i + 1}` }))
    .filter(({ text }) => text.trim() !== "");
}

async function explained<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`cannot read ${path}: ${await explain(path, error)}`, { cause: error });
  }
}

async function explain(path: string, error: unknown): Promise<string> {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT": {
      const folder = dirname(path);
      const names = await readdir(folder).catch(() => undefined);
      if (!names) return `the folder ${folder} does not exist; check the path`;
      const near = nearestName(basename(path), names);
      return near
        ? `there is no such file; did you mean ${join(folder, near)}?`
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

/** The name with the fewest edits from `wanted`, whatever the case; undefined where none is close. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  const ranked = names
    .map((name) => ({ name, edits: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1));
  const [best] = ranked;
  return best && best.edits <= limit && best.edits < wanted.length ? best.name : undefined;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i); // distances of a's first letters to b's first i
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
