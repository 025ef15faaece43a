// Checkpoints on disk: written so that a crash leaves the old one or the new one, read with errors that name
// the file. The format itself is in `checkpoint.ts`.
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint, type LoadedCheckpoint } from "./checkpoint.ts";
import { readBytes } from "../formats/files.ts";
import { writeAtomic } from "../formats/write-file.ts";

/** Throws where the folder cannot be written or the disk is full; an older file is then as it was. */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await writeAtomic(path, await encodeCheckpoint(checkpoint));
}

/** Throws where the file is missing, cut short, damaged or of another program. */
export async function loadCheckpoint(path: string): Promise<LoadedCheckpoint> {
  return decodeCheckpoint(await readBytes(path), path);
}
