// A trained model of a task, ready to be used: what it is for, the network, and where its parameters are.
import type { Network } from "../../plan/network.ts";
import type { Device, ParameterStore } from "../../run/device.ts";
import type { Task } from "../task.ts";

export interface TaskModel<T extends Task = Task> {
  readonly task: T;
  readonly network: Network;
  readonly device: Device;
  /** Its parameters are the model. */
  readonly store: ParameterStore;
}
