// What a task is: one object of one shape that designs a network from data and options, makes examples, turns outputs into
// answers, scores answers beside a baseline, and checks its part of a model file. A task is a folder here and a line in
// `index.ts`.
import { checkOptions, type OptionRules } from "../base/options.ts";
import type { Network } from "../plan/network.ts";
import type { Device, Numbers, ParameterStore } from "../run/device.ts";
import type { TrainingOptions } from "../train/settings.ts";
import type { TrainingData } from "../train/trainer.ts";

/** The parts of the data that `train` was given. */
export type Part = "train" | "validation" | "test";

export const parts: readonly Part[] = ["train", "validation", "test"];

/** Data in parts; training sees neither the test part nor, for its updates, the validation part. */
export interface Parts<D> {
  readonly train: D;
  readonly validation?: D | undefined;
  readonly test?: D | undefined;
}

/** Plain data by which a model knows what it does: labels, vocabularies, scales. `kind` says which task's it is. */
export interface TaskSpec {
  /** The task's name. */
  readonly kind: string;
}

/**
 * By which the parts of a model's data are found again: shares and seed of separate items or the symbols of a text, and
 * their count and digest; or, for series, the first time that training did not see, in milliseconds since 1970.
 */
export type DataRecord =
  | {
      readonly kind: "items";
      readonly split: string;
      readonly seed: number;
      readonly count: number;
      readonly digest: string;
    }
  | {
      readonly kind: "time";
      readonly from: number;
      /** By name, of several series; `from` is the earliest then. */
      readonly series?: Readonly<Record<string, number>>;
    };

/** What a model file says besides task, network and weights. */
export interface ModelMetadata {
  /** The settings of the command or program that trained it, by name, as plain data. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The data that it was trained on; absent where it is not known. */
  readonly data?: DataRecord;
  /** How training evaluated texts: parallel lanes and steps at a time. */
  readonly evaluation?: { readonly batch: number; readonly window: number };
  /** How far it was trained: updates that its weights come after, and the loss and the score of their validation, if any. */
  readonly trained?: { readonly updates: number; readonly loss?: number; readonly score?: number };
  /** The cell that the settings name, as a name and equations: a file of equations may change. */
  readonly cell?: { readonly name: string; readonly equations: string };
}

/** A model as plain data: what a model file holds. */
export interface ModelFile {
  /** The task's part: labels, vocabularies, scales. */
  readonly spec: TaskSpec;
  readonly network: Network;
  /** All parameters in the order of `parameterLayout(network)`. */
  readonly weights: Numbers;
  readonly metadata: ModelMetadata;
}

/** A trained model. It holds a device's memory until it is disposed of; a program that never does still exits. */
export interface Model<D, S> {
  /** The task's name, `classify`. */
  readonly kind: string;
  /** Layers, equations and sizes. */
  readonly network: Network;
  /** Settings, and how the data were divided. */
  readonly metadata: ModelMetadata;
  /**
   * Scores data, or a part of the data that `train` was given, beside a baseline. A part rejects on a loaded model, which
   * holds no data: hand it over, in parts with `parts(data)`.
   */
  score(data: D | Part, options?: ScoreOptions<D>): Promise<S>;
  /** The parts of the training's own data, found again. Throws where `data` are not those that the model was trained on. */
  parts(data: D): Promise<Parts<D>>;
  /** The model as plain data, for `saveModel`. */
  file(): Promise<ModelFile>;
  /** Frees its memory. A disposed model throws when it is used. */
  dispose(): void;
}

/** What every `model.score` may be told. */
export interface ScoreOptions<D> {
  /** Data for a baseline to learn from. Default the training part where a part is scored; else there is no baseline. */
  readonly baseline?: D;
}

/** How a task divides and orders its data. */
export interface DesignSettings {
  /** Shares of the parts: `0.9` (the rest validates) or `0.8/0.1/0.1`. */
  readonly split: string;
  /** Random seed of the order. */
  readonly seed: number;
}

/** Training options that a task sets where the caller sets none, and its default split. */
export type TaskDefaults = Partial<TrainingOptions> & { readonly split?: string };

/** How a task's loss is reported: as JSON, in words, briefly for a progress line; and the name of a step. */
export interface LossWords {
  /** "character", "step". */
  readonly token: string;
  /** As numbers by name. */
  json(loss: number): object;
  /** In words, for a line of its own. */
  words(loss: number): string;
  /** In a few words each, for a progress line. */
  brief(loss: number): readonly string[];
}

/** A loss without a unit that people know. */
export const plainLoss: LossWords = {
  token: "step",
  json: (loss) => ({ loss }),
  words: (loss) => `loss ${loss.toFixed(4)}`,
  brief: (loss) => [`loss ${loss.toFixed(4)}`],
};

/** A score of the validation part, by which training chooses the best weights and ends. */
export interface ValidationScore<M> {
  /** In a word: "accuracy". */
  readonly name: string;
  /** From 0 to 1, higher being better. `model` has the latest weights; it is not disposed of. */
  of(model: M): Promise<number>;
}

/** A network for data, and the data as examples for it. */
export interface Design<D, M> {
  /** The task's part of a model file. */
  readonly spec: TaskSpec;
  readonly network: Network;
  /** The cell of the recurrent layers. */
  readonly cell: { readonly name: string; readonly equations: string };
  readonly examples: TrainingData;
  readonly parts: Parts<D>;
  /** By which the parts are found again; a function, since a digest takes time. */
  readonly record: () => Promise<DataRecord>;
  /** The data in words, one per line: "3 classes; train on 900 sequences, validate on 100". */
  readonly summary: readonly string[];
  /** Training options that suit these data, where the caller sets none; before those of the task. */
  readonly defaults?: Partial<TrainingOptions>;
  /** How the loss is reported. Default `plainLoss`. */
  readonly loss?: LossWords;
  /** By what the best weights are chosen; the loss decides where two scores are equal. Default: by the loss. */
  readonly score?: ValidationScore<M>;
  /**
   * For first weights that are a model already, to be kept where training does not better it: the share by which the
   * validation's loss must be lower. Absent, they are not.
   */
  readonly firstMargin?: number;
  /** The longest item, which the memory for all depends on: "pairs.txt, line 7: the source has 20,000 symbols". */
  readonly longest?: string;
  /** A model of the network with these weights. */
  open(trained: Trained): M;
}

/** What a person wants from data: a maker's options, ready to be trained. */
export interface Task<D, M> {
  /** The task's name, `classify`. */
  readonly kind: string;
  /** What training takes where the caller gives nothing else. */
  readonly defaults: TaskDefaults;
  /** Throws where the data do not fit the task, naming the place. */
  design(data: D, settings: DesignSettings): Design<D, M> | Promise<Design<D, M>>;
}

/** A task by its name: `classify({ cell: "gru" })` is a `Task`, and `classify` opens the models that such tasks make. */
export interface Maker<O, D, M> {
  (options?: O): Task<D, M>;
  /** The task's name, `classify`. */
  readonly kind: string;
  /** Checks the spec of a model file. Throws for one that is damaged. */
  check(spec: unknown): TaskSpec;
  /** A model from its file. */
  open(trained: Trained): M | Promise<M>;
}

/** A network and its weights on a device. */
export interface Trained {
  readonly spec: TaskSpec;
  readonly network: Network;
  readonly device: Device;
  readonly store: ParameterStore;
  readonly metadata: ModelMetadata;
}

/** A maker from its parts. It throws for options that the task does not have, and where `validate` does. */
export function maker<O extends object, D, M>(
  make: (options: O | undefined) => Task<D, M>,
  rest: Pick<Maker<O, D, M>, "kind" | "check" | "open"> & {
    readonly options: OptionRules<O>;
    readonly validate?: (options: O) => unknown;
  },
): Maker<O, D, M> {
  const { options: rules, validate, ...members } = rest;
  return Object.assign((options?: O) => {
    if (options !== undefined) {
      checkOptions(rest.kind, options, rules);
      validate?.(options);
    }
    return make(options);
  }, members);
}
