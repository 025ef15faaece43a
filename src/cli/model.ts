// A saved model, ready to be used: read, checked, and put on a device with its best weights.
import { loadCheckpoint } from "../io/checkpoint-file.ts";
import type { LoadedCheckpoint } from "../io/checkpoint.ts";
import { parameterLayout } from "../plan/build.ts";
import type { Device, ParameterStore } from "../run/device.ts";
import { bestWeights } from "../train/state.ts";
import { deviceNamed, type DeviceChoice, type DeviceOptions } from "./devices.ts";

export interface OpenModel {
  readonly checkpoint: LoadedCheckpoint;
  readonly device: Device;
  readonly store: ParameterStore;
}

export async function openModel(
  path: string,
  choice: DeviceChoice,
  options: DeviceOptions,
): Promise<OpenModel> {
  const checkpoint = await loadCheckpoint(path);
  const device = deviceNamed(choice, options);
  const store = device.parameters(parameterLayout(checkpoint.network));
  store.write(bestWeights(checkpoint.state));
  return { checkpoint, device, store };
}
