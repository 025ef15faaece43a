// `-` as a file: standard input, kept in a temporary file, since readers tell formats by the ends of names and may read twice.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";

/** A path to read, in place of one that a person gave. */
export interface ReadablePath {
  readonly path: string;
  /** Removes what was kept. */
  dispose(): Promise<void>;
}

/**
 * The path itself; for `-` that of a copy of standard input, named `stdin` with the ending of what its beginning looks like,
 * or else `ending`.
 */
export async function readable(path: string, ending: string): Promise<ReadablePath> {
  if (path !== "-") return { path, dispose: async () => {} };
  const bytes = await buffer(process.stdin);
  const folder = await mkdtemp(join(tmpdir(), "unrolled-"));
  const copy = join(folder, `stdin${endingOf(bytes) ?? ending}`);
  await writeFile(copy, bytes);
  return { path: copy, dispose: () => rm(folder, { recursive: true, force: true }) };
}

/** The ending of formats that their first bytes tell. */
function endingOf(bytes: Uint8Array): string | undefined {
  const start = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart();
  if (start.startsWith("PAR1")) return ".parquet";
  if (start.startsWith("MThd")) return ".mid";
  if (/^\{\s*"/u.test(start)) return start.includes("\n{") || !start.includes("[") ? ".jsonl" : ".json";
  return /^\[\s*[[{"\d]/u.test(start) ? ".json" : undefined;
}
