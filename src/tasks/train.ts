// Training of a task on data, as a run that its caller drives: `for await` takes one event after another, `break` pauses,
// iterating again continues, and `finish()` runs to the end. Saves nothing itself.
import { checkOptions, shown, type OptionRules } from "../base/options.ts";
import { MemoryError } from "../model/memory.ts";
import { parameterLayout } from "../plan/build.ts";
import type { Device, Numbers, ParameterStore } from "../run/device.ts";
import { defaultDevice } from "../run/default.ts";
import { chanceLoss } from "../train/chance.ts";
import type { ClipSettings } from "../train/clip.ts";
import { fit, type TrainingEvent, type TrainingRun } from "../train/fit.ts";
import type { OptimizerKind, OptimizerSettings } from "../train/optimizers.ts";
import type { ScheduleKind, ScheduleSettings } from "../train/schedules.ts";
import { trainingRules, type Budget, type ResolvedOptions, type TrainingOptions } from "../train/settings.ts";
import { bestProgress, bestWeights, type TrainingState } from "../train/state.ts";
import { defaultShares } from "../train/split.ts";
import {
  plainLoss,
  type Design,
  type LossWords,
  type ModelMetadata,
  type Parts,
  type Task,
  type TaskDefaults,
  type TaskSpec,
  type ValidationScore,
} from "./task.ts";
import type { Network } from "../plan/network.ts";

/** Options of training. Everything that is absent is as the task has it. */
export interface TrainOptions {
  /** Passes over the training data. One of `epochs`, `steps` and `minutes` may be given. */
  readonly epochs?: number;
  /** Updates. */
  readonly steps?: number;
  /** Minutes of training. */
  readonly minutes?: number;
  /**
   * Shares of the data: for training alone, where the rest validates (1: no validation), or for training, validation and
   * test, as `[0.8, 0.1, 0.1]` or `"0.8/0.1/0.1"`. Shares that sum to less than 1 leave data out.
   */
  readonly split?: number | string | readonly number[];
  /** Sequences, or parallel lanes of a text, per update. */
  readonly batch?: number;
  /** Steps of text between two updates, k1. Default 50. */
  readonly window?: number;
  /** Steps of text that the gradient goes back, k2: `window` or more. Default `window`. */
  readonly bptt?: number;
  /** A name, or a name with settings: `{ kind: "sgd", momentum: 0.9 }`. Default `adam`. */
  readonly optimizer?: OptimizerKind | OptimizerSettings;
  /** Learning rate, before the schedule. */
  readonly rate?: number;
  /** Learning-rate schedule over the budget: a name, or a name with settings. */
  readonly schedule?: ScheduleKind | ScheduleSettings;
  /** The largest norm of all gradients together (0: no limit), or another way of clipping. */
  readonly clip?: number | ClipSettings;
  /** Updates between two validations; 0 validates after every epoch. */
  readonly validateEvery?: number;
  /** Stops after this many validations without improvement; 0 never stops. */
  readonly patience?: number;
  /** Random seed of first weights, order and noise. Default 1. */
  readonly seed?: number;
  /** Default the fastest that is there: native in Node where it was built, else WebAssembly. */
  readonly device?: Device;
  /** The largest number of bytes to use. Default as much as a WebAssembly memory can have. */
  readonly memory?: number;
  /** Settings to keep in the model file, as plain data. */
  readonly settings?: ModelMetadata["settings"];
  /** The state of a saved run to continue. Task, data and options must be those of that run; the budget may differ. */
  readonly resume?: RunState;
}

const trainRules: OptionRules<TrainOptions> = {
  epochs: "number",
  steps: "number",
  minutes: "number",
  split: "any",
  ...trainingRules,
  device: "any",
  memory: "number",
  settings: "any",
  resume: "any",
};

/** Everything that a run needs to be resumed, and its model: what `saveRun` writes. */
export interface RunState {
  /** The task's part of a model file. */
  readonly spec: TaskSpec;
  readonly network: Network;
  readonly metadata: ModelMetadata;
  /** Weights, optimiser, carried states and progress. */
  readonly training: TrainingState;
}

/** A prepared run, before its first step. */
export interface RunSummary {
  /** Parameters, trained and fixed. */
  readonly parameters: number;
  readonly device: Device;
  /** Bytes of the device's memory that training takes. */
  readonly bytes: number;
  /** The options of training, with their defaults. */
  readonly options: ResolvedOptions;
  /** The task and its data in words, one per line. */
  readonly lines: readonly string[];
  /** How the loss is reported. */
  readonly loss: LossWords;
  /** The name of the score by which the best weights are chosen; absent where the loss decides. */
  readonly score?: string;
  /** The loss of guessing by how often each class comes; absent for losses that are no cross-entropy. */
  readonly chance?: number;
  /** The data in parts. */
  readonly parts: Parts<unknown>;
  /** Updates made before; 0 for a new run. */
  readonly step: number;
}

/**
 * A training run, driven by its caller: `for await (const event of run)` trains, `break` pauses, and
 * iterating again continues. Models are made by `best` and `latest`, at any time between two events.
 */
export interface Run<M> extends AsyncIterable<TrainingEvent> {
  /** Trains to the end. */
  finish(): Promise<void>;
  /** The model with the weights of the best validation, by the task's score or the loss; with the latest where nothing was validated. */
  best(): Promise<M>;
  /** The model with the latest weights. */
  latest(): Promise<M>;
  /** Prepares the run, if it is not yet, and describes it. Throws for data and options that do not fit. */
  prepare(): Promise<RunSummary>;
  /** Everything needed to resume, copied. Throws during a step, and where a weight is not finite. */
  snapshot(): Promise<RunState>;
  /** Frees the run's memory; models made by it stay. */
  dispose(): void;
}

/**
 * Trains a task on data. Nothing happens before the run is iterated, finished or asked for a model; errors in the data or
 * the options reject there.
 */
export function train<D, M>(task: Task<D, M>, data: NoInfer<D>, options: TrainOptions = {}): Run<M> {
  let prepared: Promise<Prepared<D, M>> | undefined;
  let isDisposed = false;
  const prepare = async (): Promise<Prepared<D, M>> => {
    if (isDisposed) throw new Error("this run has been disposed; take its models before that, or train anew");
    return (prepared ??= prepareRun(task, data, options));
  };
  const opened = async (
    weightsOf: (state: TrainingState) => Numbers,
    progressOf: (state: TrainingState) => NonNullable<ModelMetadata["trained"]>,
  ): Promise<M> => {
    const { design, run, device, metadata } = await prepare();
    const state = await run.snapshot();
    const store = device.parameters(parameterLayout(design.network));
    store.write(weightsOf(state));
    const { spec, network } = design;
    const described = { ...(await metadata()), trained: progressOf(state) };
    return design.open({ spec, network, device, store, metadata: described });
  };
  return {
    async *[Symbol.asyncIterator]() {
      yield* (await prepare()).run;
    },
    async finish() {
      for await (const event of (await prepare()).run) void event;
    },
    best: () => opened(bestWeights, bestProgress),
    latest: () =>
      opened(
        ({ weights }) => weights,
        ({ step }) => ({ updates: step }),
      ),
    async prepare() {
      const { design, run, device } = await prepare();
      const chance = chanceLoss(design.network, design.examples);
      return {
        parameters: run.store.layout.size,
        device,
        bytes: run.bytes,
        options: run.options,
        lines: design.summary,
        loss: design.loss ?? plainLoss,
        ...(design.score && { score: design.score.name }),
        ...(chance !== undefined && { chance }),
        parts: design.parts,
        step: options.resume?.training.step ?? 0,
      };
    },
    async snapshot() {
      const { design, run, metadata } = await prepare();
      const { spec, network } = design;
      return { spec, network, metadata: await metadata(), training: await run.snapshot() };
    },
    dispose() {
      isDisposed = true;
      void prepared?.then(
        ({ run }) => {
          run.dispose();
          run.store.dispose();
        },
        () => {},
      );
    },
  };
}

interface Prepared<D, M> {
  readonly design: Design<D, M>;
  readonly run: TrainingRun;
  readonly device: Device;
  readonly metadata: () => Promise<ModelMetadata>;
}

async function prepareRun<D, M>(task: Task<D, M>, data: D, options: TrainOptions): Promise<Prepared<D, M>> {
  checkArguments(task, data, options);
  const { split, ...defaults } = task.defaults;
  const { seed = 1, resume, memory, settings = {} } = options;
  const shares = sharesText(options.split ?? split ?? defaultShares);
  const design = await task.design(data, { split: shares, seed });
  if (resume && resume.spec.kind !== task.kind)
    throw new Error(`resume: the saved run is of the task '${resume.spec.kind}', not '${task.kind}'`);
  if (resume && JSON.stringify(design.spec) !== JSON.stringify(resume.spec)) {
    throw new Error(
      "resume: the data are not those of the saved run: they give other symbols, labels or scales; " +
        "use the same data and options, or start anew",
    );
  }
  const device = options.device ?? defaultDevice();
  const { network, examples } = design;
  let store: ParameterStore | undefined;
  const run = await fit(
    {
      network,
      device,
      data: examples,
      ...(design.score &&
        examples.validation && { score: scoreOf(design, device, () => store as ParameterStore) }),
      ...(design.firstMargin !== undefined && { firstMargin: design.firstMargin }),
      ...fitOptions(options, { ...defaults, ...design.defaults }),
      ...(memory !== undefined && { memory }),
    },
    resume?.training,
  ).catch((error: unknown) => {
    if (!(error instanceof MemoryError) || design.longest === undefined) throw error;
    throw new Error(
      `${design.longest}, the longest of all, and ${error.brief}; shorten it or leave it out, or choose a smaller ` +
        "size or batch",
      { cause: error },
    );
  });
  ({ store } = run);
  let metadata: Promise<ModelMetadata> | undefined;
  const describe = async (): Promise<ModelMetadata> => ({
    settings,
    data: await design.record(),
    evaluation: { batch: run.options.batch, window: run.options.window },
    cell: design.cell,
  });
  return { design, run, device, metadata: () => (metadata ??= describe()) };
}

/** The design's score of the weights of the run, by a model that is opened once. */
function scoreOf<D, M>(
  { spec, network, score, open }: Design<D, M>,
  device: Device,
  storeOfRun: () => ParameterStore,
): () => Promise<number> {
  let model: M | undefined;
  return async () => {
    model ??= open({ spec, network, device, store: storeOfRun(), metadata: { settings: {} } });
    return (score as ValidationScore<M>).of(model);
  };
}

function checkArguments(task: unknown, data: unknown, options: TrainOptions): void {
  if (typeof (task as Partial<Task<never, unknown>> | undefined)?.design !== "function") {
    const remedy = typeof task === "function" ? "; call it, with options or without" : "";
    throw new Error(`train: expected a task first, got ${shown(task)}${remedy}`);
  }
  if (data instanceof Promise || data === undefined)
    throw new Error(`train: expected the data second, got ${shown(data)}`);
  checkOptions("train", options, trainRules);
  const { resume, device } = options;
  if (resume !== undefined && typeof resume.training !== "object")
    throw new Error(`train: resume must be the state of a run, as loadRun gives it, not ${shown(resume)}`);
  if (device !== undefined && typeof device.parameters !== "function")
    throw new Error(`train: device must be a device, such as wasmDevice() makes, not ${shown(device)}`);
}

function sharesText(split: NonNullable<TrainOptions["split"]>): string {
  return Array.isArray(split) ? split.join("/") : typeof split === "object" ? shown(split) : String(split);
}

function fitOptions(options: TrainOptions, defaults: Omit<TaskDefaults, "split">): TrainingOptions {
  const { batch, window, bptt, optimizer, rate, schedule, clip, validateEvery, patience, seed } = options;
  const given = {
    batch,
    window,
    bptt,
    rate,
    validateEvery,
    patience,
    seed,
    optimizer,
    schedule,
    clip,
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...defaults, ...set, budget: budgetOf(options) ?? defaults.budget ?? { epochs: 10 } };
}

function budgetOf({ epochs, steps, minutes }: TrainOptions): Budget | undefined {
  const budgets = Object.entries({ epochs, steps, minutes }).filter(([, value]) => value !== undefined);
  if (budgets.length > 1) {
    const names = budgets.map(([name]) => name).join(" and ");
    throw new Error(`training: give one of epochs, steps and minutes, not ${names}`);
  }
  return budgets.length === 1 ? (Object.fromEntries(budgets) as unknown as Budget) : undefined;
}
