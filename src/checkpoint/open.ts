// Models from the bytes of their files, in Node and in browsers.
import { shown } from "../base/options.ts";
import { parameterLayout } from "../plan/build.ts";
import { defaultDevice } from "../run/default.ts";
import type { Device } from "../run/device.ts";
import type { Maker, ModelFile } from "../tasks/task.ts";
import { decodeFile } from "./checkpoint.ts";
import { damaged } from "./tensors.ts";

/** A maker of which only the models matter. */
export type Opener<M> = Pick<Maker<never, never, M>, "kind" | "check" | "open">;

/** How the bytes of a model are opened. */
export interface OpenSettings {
  /** Default the fastest that is there. */
  readonly device?: Device;
  /** The file's name, for errors. */
  readonly name?: string;
}

/** The model of a file that is one of a task, such as `classify`. Throws for a damaged file and another task's. */
export async function decodeModel<M>(
  bytes: Uint8Array | ArrayBuffer,
  task: Opener<M>,
  settings: OpenSettings = {},
): Promise<M> {
  const { name } = settings;
  if (typeof (task as Partial<Opener<M>> | undefined)?.check !== "function") {
    throw new Error(
      `${name ?? "model file"}: expected the task that opens it, such as classify (without parentheses), got ${shown(task)}`,
    );
  }
  const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  return openFile(await decodeFile(view, [task], name), [task], settings);
}

/** The model of a file's content, on a device. Throws where its task cannot use what the file says of it. */
export async function openFile<M>(
  file: ModelFile,
  tasks: readonly Opener<M>[],
  { device = defaultDevice(), name = "model file" }: OpenSettings = {},
): Promise<M> {
  const { spec, network, weights, metadata } = file;
  const task = tasks.find(({ kind }) => kind === spec.kind);
  if (!task) throw new Error(`there is no task '${spec.kind}'; open it with the program that made it`);
  const store = device.parameters(parameterLayout(network));
  store.write(weights);
  try {
    return await task.open({ spec, network, device, store, metadata });
  } catch (error) {
    store.dispose();
    // The file was well-formed, and its task takes it for something that it is not.
    throw new Error(
      `${name}: the description of the task '${spec.kind}' cannot be used (${(error as Error).message}); ${damaged}`,
      { cause: error },
    );
  }
}
