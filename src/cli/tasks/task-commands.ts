// What the command line needs to know of a task: how to read what it trains on, and what a trained model is used for.
// One file a task implements it; the commands themselves are in `commands/`.
import type { LoadedCheckpoint } from "../../checkpoint/checkpoint.ts";
import type { Cell } from "../../language/cell.ts";
import type { Network } from "../../plan/network.ts";
import type { TaskModel } from "../../tasks/shared/model.ts";
import type { Task, TaskKind } from "../../tasks/task.ts";
import type { TrainingData } from "../../train/trainer.ts";
import type { TrainingOptions } from "../../train/settings.ts";
import { InputError } from "../failure.ts";
import type { Fields, ValueNames } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import type { Given, TrainOptions, TrainSettings } from "../train-settings.ts";

export interface TrainingTask extends TrainOptions {
  readonly kind: TaskKind;
  /** What a person types after `unrolled`: `classify train`. */
  readonly command: string;
  readonly about: string;
  /** Of the file that is trained on. */
  readonly file: string;
  /** Shown after the options. */
  readonly examples: string;
  /** Everything that can be wrong with what was given is found here. */
  prepare(
    path: string,
    settings: TrainSettings,
    given: Given,
    cell: Cell,
    terminal: Terminal,
  ): Promise<PreparedTask>;
}

export interface PreparedTask {
  readonly task: Task;
  readonly network: Network;
  readonly data: TrainingData;
  /** Besides what all tasks have. */
  readonly options?: Partial<TrainingOptions>;
  /** What is trained on, in words. */
  readonly lines: readonly string[];
  /** What the model file keeps besides. */
  readonly notes?: Readonly<Record<string, string>>;
}

export interface OpenModel<T extends Task = Task> extends TaskModel<T> {
  readonly path: string;
  readonly checkpoint: LoadedCheckpoint;
}

type TaskOf<K extends TaskKind> = Extract<Task, { readonly kind: K }>;

/** The model as one of this task. Throws where it is another's. */
export function modelOf<K extends TaskKind>(model: OpenModel, kind: K): OpenModel<TaskOf<K>> {
  const { task, path } = model;
  if (task.kind !== kind)
    throw new InputError(`${path} is a model of the task '${task.kind}', not '${kind}'`);
  return { ...model, task: task as TaskOf<K> };
}

/** What a command says when it is done: for programs, and for people, where a line's end is added if it is missing. */
export interface Report {
  readonly json: readonly object[];
  readonly text: string;
}

export interface UseContext {
  readonly terminal: Terminal;
  /** Whether nothing but the report's JSON may be written to stdout. */
  readonly json: boolean;
}

/** A use of a trained model, with options of its own. */
export interface ModelUse {
  readonly about: string;
  /** Of the file that the model is used on. */
  readonly file: string;
  /** Whether the file may be left out. */
  readonly isOptional?: boolean;
  readonly fields: Fields;
  readonly valueNames: ValueNames;
  use(model: OpenModel, path: string | undefined, given: Given, context: UseContext): Promise<Report>;
}

export interface TaskCommands {
  readonly kind: TaskKind;
  /** The command that has the three below it; without it they stand alone. */
  readonly command?: string;
  readonly about: string;
  readonly training: TrainingTask;
  readonly evaluation: ModelUse;
  readonly running: ModelUse;
}
