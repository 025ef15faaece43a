// The file that a run is saved in: checked before training starts, so that hours of work are not lost at the end, and
// replaced by another where writing fails then.
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { readModelFile, saveRun } from "../checkpoint/model-files.ts";
import type { RunState } from "../tasks/train.ts";
import { writeError } from "../formats/write-file.ts";
import { InputError } from "./failure.ts";

/**
 * Throws an `InputError` where `path` cannot be written, or holds something that is no model. Returns the
 * number of updates of the model that will be replaced, or undefined.
 */
export async function checkOutput(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new InputError(`--out ${path} is a folder; add a file name`);
  if (found && !found.isFile())
    throw new InputError(`--out ${path} is not a regular file; choose another name`);
  const replaced = found && (await stepsOf(path));
  const probe = `${path}.probe-${process.pid}`;
  try {
    await (await open(probe, "wx")).close();
    await rm(probe);
  } catch (error) {
    throw new InputError(`--out: ${writeError(error, path, 0).message}`, { cause: error });
  }
  return replaced;
}

async function stepsOf(path: string): Promise<number> {
  try {
    return (await readModelFile(path)).training?.step ?? 0;
  } catch (error) {
    throw new InputError(
      `--out ${path} exists and is not a model that can be replaced (${(error as Error).message}); ` +
        `choose another name with --out, or remove the file`,
      { cause: error },
    );
  }
}

/** Saves to `path`; where that fails, in the system's temporary folder, and throws an error that names the file. */
export async function saveAnywhere(path: string, run: RunState): Promise<void> {
  try {
    await saveRun(path, run);
  } catch (error) {
    const elsewhere = await saveElsewhere(basename(path), run);
    const kept = elsewhere
      ? `the run was saved in ${elsewhere} instead; move it to a better place`
      : `nor could it be saved in ${tmpdir()}`;
    throw new Error(`${(error as Error).message}\n       ${kept}`, { cause: error });
  }
}

async function saveElsewhere(name: string, run: RunState): Promise<string | undefined> {
  try {
    const path = join(await mkdtemp(join(tmpdir(), "unrolled-")), name);
    await saveRun(path, run);
    return path;
  } catch {
    return undefined;
  }
}
