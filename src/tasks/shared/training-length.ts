// How long to train by default: in passes over many examples, and in updates where a pass over few has hardly any.
import type { DesignedOption } from "../command.ts";
import type { TrainingOptions } from "../../train/settings.ts";

/** The length of a training for any number of examples. */
export interface TrainingLength {
  /** Examples per update. */
  readonly batch: number;
  /** Passes over the examples. */
  readonly epochs: number;
  /** The fewest updates: few examples are gone through more often. */
  readonly updates: number;
  /** Validations without improvement that end a training. */
  readonly patience: number;
  /** Updates without improvement before `patience` may end a training. */
  readonly spared: number;
}

/** Passes that are shorter than this many updates are validated several at a time. */
const updatesOfValidation = 25;

/** The options of training for `count` examples. */
export function trainingLength(
  count: number,
  { batch, epochs, updates, patience, spared }: TrainingLength,
): Required<Pick<TrainingOptions, "budget" | "validateEvery" | "patience">> {
  const pass = Math.ceil(count / batch);
  const between = pass * Math.ceil(updatesOfValidation / pass);
  return {
    budget: { epochs: Math.max(epochs, Math.ceil(updates / pass)) },
    validateEvery: between === pass ? 0 : between,
    patience: Math.max(patience, Math.ceil(spared / between)),
  };
}

/** The defaults of the flags that depend on the number of examples. */
export function lengthInWords({
  epochs,
  updates,
  patience,
  spared,
}: TrainingLength): Partial<Readonly<Record<DesignedOption, string>>> {
  return {
    epochs: `${epochs}, but ${updates} updates or more`,
    patience: `${patience}, or as many as take ${spared} updates`,
  };
}
