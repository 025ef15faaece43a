// The shapes data set as files: PNG images, and their captions in one JSON list beside them.
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { shapesExample } from "./shapes.ts";
import { writePng } from "../images/image-file.ts";
import { writeAtomic } from "../../../formats/write-file.ts";

/** What `writeShapesFolder` writes. */
export interface ShapesFolderSettings {
  /** Images to make. */
  readonly count: number;
  /** Default 1. */
  readonly seed?: number;
  /** Pixels along each side. Default 32. */
  readonly side?: number;
}

/**
 * Writes `00000.png` … and then `captions.json`, a list of `{ file, captions }`, so that a folder that has the list is
 * complete. Resolves to the path of the list. Throws for a folder that is not empty: images of another set would stay
 * among these.
 */
export async function writeShapesFolder(folder: string, settings: ShapesFolderSettings): Promise<string> {
  const { count, seed = 1, side = 32 } = settings;
  await checkEmpty(folder);
  await mkdir(folder, { recursive: true });
  const list: { readonly file: string; readonly captions: readonly string[] }[] = [];
  for (let from = 0; from < count; from += sideBySide) {
    const numbers = Array.from({ length: Math.min(sideBySide, count - from) }, (_, i) => from + i);
    await Promise.all(
      numbers.map(async (index) => {
        const { image, captions } = shapesExample(index, { seed, side });
        const file = `${String(index).padStart(5, "0")}.png`;
        list[index] = { file, captions };
        await writePng(join(folder, file), image);
      }),
    );
  }
  const path = join(folder, "captions.json");
  await writeAtomic(path, new TextEncoder().encode(`${JSON.stringify(list, undefined, 1)}\n`));
  return path;
}

/** Images written at the same time. */
const sideBySide = 64;

async function checkEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new Error(`${folder} is a file, or may not be read; name a new folder`, { cause: error });
  });
  if (names.length === 0) return;
  throw new Error(`${folder}: the folder has ${names.length} files already; name a new one, or empty it`);
}
