// The file that a run is saved in: checked before training starts, so that hours of work are not lost at the end.
import { open, rm, stat } from "node:fs/promises";
import { readModelFile } from "../checkpoint/model-files.ts";
import { writeError } from "../formats/write-file.ts";
import { InputError } from "./failure.ts";
import { grouped } from "../tasks/shared/words.ts";

/**
 * Throws an `InputError` where `path` cannot be written, is there already and `force` is not given, or holds something
 * that is no model, which `force` does not write over either.
 */
export async function checkOutput(path: string, { force }: { readonly force: boolean }): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new InputError(`--out ${path} is a folder; add a file name`);
  if (found && !found.isFile())
    throw new InputError(`--out ${path} is not a regular file; choose another name`);
  if (found) {
    const held = await checkReplaceable(path);
    if (!force) throw new InputError(`${path} exists and holds ${held}; ${overwriting("--out FILE")}`);
  }
  const probe = `${path}.probe-${process.pid}`;
  try {
    await (await open(probe, "wx")).close();
    await rm(probe);
  } catch (error) {
    throw new InputError(`--out: ${writeError(error, path, 0).message}`, { cause: error });
  }
}

/** What to do about a file that is there already. */
export const overwriting = (another: string): string => `--force writes over it, ${another} names another`;

/** The model that a file holds, in words. */
async function checkReplaceable(path: string): Promise<string> {
  try {
    const { training, metadata } = await readModelFile(path);
    const updates = training?.step ?? metadata.trained?.updates;
    return `a model${updates === undefined ? "" : ` of ${grouped(updates)} updates`}`;
  } catch (error) {
    throw new InputError(
      `--out ${path} exists and is not a model that can be replaced (${(error as Error).message}); ` +
        `choose another name with --out, or remove the file`,
      { cause: error },
    );
  }
}
