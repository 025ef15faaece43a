// The state of training in a model file: what resuming needs besides the model.
import type { Network } from "../plan/network.ts";
import type { ParameterLayout } from "../plan/parameters.ts";
import type { Numbers } from "../run/device.ts";
import { fingerprintNetwork } from "../train/fingerprint.ts";
import { resolveOptions } from "../train/settings.ts";
import type { TrainingState } from "../train/state.ts";
import { parseJson } from "./schema.ts";
import { bestPrefix, damaged, within, type TensorReader } from "./tensors.ts";
import { checkTraining } from "./training-schema.ts";
import { trainingOfVersion2 } from "./version-2.ts";

interface TrainingContext {
  readonly version: string;
  readonly name: string;
  readonly network: Network;
  readonly layout: ParameterLayout;
  readonly weights: Numbers;
  readonly reader: TensorReader;
}

/** The state of training from its JSON and the tensors that belong to it. Throws where they do not fit. */
export function trainingOf(json: string, context: TrainingContext): TrainingState {
  const { version, name, network, layout, weights, reader } = context;
  const place = `${name}: the state of training`;
  const value = parseJson(json, place);
  const training = checkTraining(
    version === "2" ? within(name, () => trainingOfVersion2(value)) : value,
    place,
  );
  if (fingerprintNetwork(network) !== training.fingerprints.network) {
    throw new Error(`${name}: the state of training is of another network; ${damaged}`);
  }
  const { best, ...state } = training;
  return {
    ...state,
    options: within(name, () => resolveOptions(training.options)),
    weights,
    optimizer: reader.optimizers(layout),
    carried: reader.carried(),
    ...(best && { best: { ...best, weights: reader.parameters(bestPrefix, layout) } }),
  };
}
