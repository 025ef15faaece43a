// Models and runs on disk: written so that a crash leaves the old file or the new one, read with errors that name the file.
import { shown } from "../base/options.ts";
import { readBytes } from "../formats/files.ts";
import { writeAtomic } from "../formats/write-file.ts";
import type { Device } from "../run/device.ts";
import { tasks, type AnyModel } from "../tasks/index.ts";
import type { Model } from "../tasks/task.ts";
import type { Run, RunState } from "../tasks/train.ts";
import { decodeFile, encodeModel, encodeRun, taskOf, type DecodedFile } from "./checkpoint.ts";
import { decodeModel, openFile, type Opener } from "./open.ts";

/** Saves a model. Throws where the folder cannot be written or the disk is full; an older file then stays. */
export async function saveModel(path: string, model: Pick<Model<never, unknown>, "file">): Promise<void> {
  if (typeof (model as Partial<typeof model> | undefined)?.file !== "function")
    throw new Error(`saveModel: expected a path and a model, such as run.best() gives, got ${shown(model)}`);
  await writeAtomic(path, await encodeModel(await model.file()));
}

/** Loads a model of one task, such as `classify`. Throws for another task's, and for a missing or damaged file. */
export async function loadModel<M>(
  path: string,
  task: Opener<M>,
  settings: { readonly device?: Device } = {},
): Promise<M> {
  return decodeModel(await readBytes(path), task, { ...settings, name: path });
}

/** Opens a model of any task; its `kind` says which. Throws as `loadModel` does. */
export async function openModel(
  path: string,
  settings: { readonly device?: Device } = {},
): Promise<AnyModel> {
  return openFile<AnyModel>(await readModelFile(path), tasks, { ...settings, name: path });
}

/** Saves a run, or the state of one, with everything that resuming needs; the file is a model's file as well. */
export async function saveRun(path: string, run: Run<unknown> | RunState): Promise<void> {
  if (typeof run !== "object" || !("snapshot" in run || "training" in run))
    throw new Error(`saveRun: expected a path and a run, as train() makes one, got ${shown(run)}`);
  await writeAtomic(path, await encodeRun("snapshot" in run ? await run.snapshot() : run));
}

/** Loads the state of a saved run, for `train(task, data, { resume })`. Throws for a file that has only a model. */
export async function loadRun(path: string): Promise<RunState> {
  const { spec, network, metadata, training } = await readModelFile(path);
  if (training) return { spec, network, metadata, training };
  throw new Error(
    `${path} is a model without the state of its training, so it cannot be resumed; train anew, ` +
      "and keep that state: saveRun, or --resumable on the command line",
  );
}

/** The content of a model file of any task. */
export async function readModelFile(path: string): Promise<DecodedFile> {
  return decodeFile(await readBytes(path), tasks, path);
}

/** The task of a model file, from its header. Throws for other files. */
export async function taskOfFile(path: string): Promise<string> {
  return taskOf(await readBytes(path), path);
}
