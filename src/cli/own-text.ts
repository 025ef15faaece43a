// The text that comes with the package: its own documents and sources, one after the other.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** From `src/cli` as from `dist/cli`. */
const root = fileURLToPath(new URL("../..", import.meta.url));

const wanted = [
  { folder: "docs", ending: ".md" },
  { folder: "src", ending: ".ts" },
] as const;

export interface OwnText {
  readonly files: number;
  readonly bytes: Uint8Array;
}

/** README, documents, sources; what a package leaves out is left out. In the order of their names. */
export async function gatherOwnText(): Promise<OwnText> {
  const found = await Promise.all(
    wanted.map(async ({ folder, ending }) => {
      const names = await readdir(join(root, folder), { recursive: true }).catch(() => []);
      return names
        .filter((name) => name.endsWith(ending))
        .sort()
        .map((name) => join(root, folder, name));
    }),
  );
  const texts = await Promise.all(
    [join(root, "README.md"), ...found.flat()].map((path) => readFile(path).catch(() => undefined)),
  );
  const present = texts.filter((text) => text !== undefined);
  return { files: present.length, bytes: Buffer.concat(present) };
}
