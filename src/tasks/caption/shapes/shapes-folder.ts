// The project's own pictures of coloured shapes as files: PNG, and their captions in one JSON list beside them.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { shapesExample } from "./shapes.ts";
import { writePng } from "../images/image-file.ts";
import { writeAtomic } from "../../../formats/write-file.ts";

export interface ShapesFolderSettings {
  /** Pictures to make. */
  readonly count: number;
  /** Default 1. */
  readonly seed?: number;
  /** Pixels along each side. Default 32. */
  readonly side?: number;
}

/**
 * Writes `00000.png` … and `captions.json`, a list of `{ file, captions }`, last of all, so that a folder that has it is
 * whole. Returns its path.
 */
export async function writeShapesFolder(folder: string, settings: ShapesFolderSettings): Promise<string> {
  const { count, seed = 1, side = 32 } = settings;
  await mkdir(folder, { recursive: true });
  const list: { readonly file: string; readonly captions: readonly string[] }[] = [];
  const together = 64;
  for (let from = 0; from < count; from += together) {
    const numbers = Array.from({ length: Math.min(together, count - from) }, (_, i) => from + i);
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
