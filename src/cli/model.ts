// A saved model, ready to be used: read, checked, and put on a device with its best weights.
import { loadCheckpoint } from "../checkpoint/checkpoint-file.ts";
import { parameterLayout } from "../plan/build.ts";
import { bestWeights } from "../train/state.ts";
import { deviceNamed, type DeviceChoice, type DeviceOptions } from "./devices.ts";
import type { OpenModel } from "./tasks/task-commands.ts";

export async function openModel(
  path: string,
  choice: DeviceChoice,
  options: DeviceOptions,
): Promise<OpenModel> {
  const checkpoint = await loadCheckpoint(path);
  const { task, network, state } = checkpoint;
  const device = deviceNamed(choice, options);
  const store = device.parameters(parameterLayout(network));
  store.write(bestWeights(state));
  return { path, checkpoint, task, network, device, store };
}
