// Training as a loop that its caller drives: `for await` takes one event after the other, `break` pauses, and
// whoever wants to save takes a snapshot. Writes no files and prints nothing.
import { checkKind, checkOptions, shown, type OptionRules } from "../base/options.ts";
import type { Network } from "../plan/network.ts";
import type { Device, ParameterStore } from "../run/device.ts";
import { eventLoopTurns } from "../run/turn.ts";
import type { Evaluation } from "../infer/evaluate.ts";
import { ruinedWeights } from "./diverged.ts";
import { fingerprintsOf, type Fingerprints } from "./fingerprint.ts";
import { scheduleOf } from "./schedules.ts";
import {
  resolveOptions,
  shareUsed,
  trainingRules,
  type ResolvedOptions,
  type TrainingOptions,
} from "./settings.ts";
import { checkResume, type BestWeights, type TrainingState } from "./state.ts";
import { createTrainer, type Trainer, type TrainerSettings } from "./trainer.ts";

/** A network, a device, data, and the options of training. */
export type TrainingSettings = TrainerSettings &
  TrainingOptions & {
    /**
     * How good the model is on the validation part, higher being better. The best weights and patience then go by it, and
     * by the loss where two scores are equal. Default: by the loss alone.
     */
    readonly score?: (() => Promise<number>) | undefined;
    /**
     * For first weights that are a model already, which is validated before the first step: the share by which a later loss
     * must be lower to be better than theirs, since a small gain may be chance. Absent, they are not validated.
     */
    readonly firstMargin?: number | undefined;
  };

/**
 * What a run reports, by `kind`: a `step` is an update, `validating` a long validation under way,
 * `validation` its result, `end` the last event. Times are in seconds, shares from 0 to 1, losses of a
 * cross-entropy in nats.
 */
export type TrainingEvent =
  | {
      readonly kind: "step";
      /** Updates made, this one included. */
      readonly step: number;
      /** Times through the data so far: 1.25 is a quarter into the second. */
      readonly epochs: number;
      /** Share of the budget that is used, from 0 to 1. */
      readonly share: number;
      /** Mean of the step's tokens, before the update; a cross-entropy is in nats. */
      readonly loss: number;
      /** Of all gradients together, before clipping. */
      readonly gradientNorm: number;
      /** Learning rate of this update. */
      readonly rate: number;
      /** Over about the last second, without what the caller did between events. */
      readonly tokensPerSecond: number;
      /** The same of updates. */
      readonly updatesPerSecond: number;
      /** Of training so far. */
      readonly seconds: number;
    }
  | {
      /** A long validation is under way; stopped here, it begins again when the run continues. */
      readonly kind: "validating";
      readonly step: number;
      /** Of the validation part, from 0 to 1. */
      readonly share: number;
    }
  | ({
      readonly kind: "validation";
      readonly step: number;
      /** Whether this is the best so far. */
      readonly best: boolean;
      /** Of `score`, where there is one. */
      readonly score?: number;
    } & Evaluation)
  | {
      readonly kind: "end";
      /** The budget is used up, or validation did not improve for as long as `patience`. */
      readonly reason: "budget" | "patience";
      readonly step: number;
      readonly seconds: number;
    };

/**
 * A run between two events. Iterating over it trains; after a `break` it may be iterated again and continues.
 * Its time is the time inside `for await`, the caller's part included.
 */
export interface TrainingRun extends AsyncIterable<TrainingEvent> {
  /** With their defaults. */
  readonly options: ResolvedOptions;
  /** The model, shared with whoever samples from it. */
  readonly store: ParameterStore;
  /** Memory that the run takes on its device. */
  readonly bytes: number;
  /**
   * Everything needed to continue from here, copied. Only between two events: during a step it throws, and so it
   * does where a weight is not finite.
   */
  snapshot(): Promise<TrainingState>;
  /** Frees the programs, not the store. */
  dispose(): void;
}

const rules: OptionRules<TrainingSettings> = {
  network: "any",
  device: "any",
  data: "any",
  memory: "number",
  budget: "any",
  score: "any",
  firstMargin: "number",
  ...trainingRules,
};

const parts = { kind: "any", train: "any", validation: "any" } as const;
const dataRules = { text: parts, sequences: parts, examples: { ...parts, vary: "any" as const } };

/**
 * Prepares to train a network, from the start or from a snapshot of the same run; the budget may be another.
 * Throws at settings out of range, data too short, more memory than there is, and a snapshot of another run.
 */
export async function fit(settings: TrainingSettings, resume?: TrainingState): Promise<TrainingRun> {
  checkOptions("fit", settings, rules);
  const { network, device, data } = settings;
  if (!Array.isArray((network as Partial<Network> | undefined)?.layers))
    throw new Error(`fit: network must be a network, such as languageModel() makes, not ${shown(network)}`);
  if (typeof (device as Partial<Device> | undefined)?.parameters !== "function")
    throw new Error(`fit: device must be a device, such as wasmDevice() makes, not ${shown(device)}`);
  checkKind("fit, data", data, dataRules);
  const options = resolveOptions(settings);
  let fingerprints: Fingerprints | undefined;
  const identify = (): Fingerprints => (fingerprints ??= fingerprintsOf(settings.network, settings.data));
  if (resume) checkResume(resume, options, identify());
  const trainer = await createTrainer(settings, options);
  if (resume) trainer.restore(resume);
  const progress = resume ? progressOf(resume) : start(settings.firstMargin !== undefined);

  const exclusively = createGate();
  const loop: Loop = {
    options,
    schedule: scheduleOf(options.schedule),
    trainer,
    progress,
    exclusively,
    score: settings.score,
    firstMargin: settings.firstMargin ?? 0,
    rate: options.rate,
  };
  return {
    options,
    store: trainer.store,
    bytes: trainer.bytes,
    [Symbol.asyncIterator]: () => trainingEvents(loop),
    snapshot: () =>
      exclusively(async () => {
        const { best, ...rest } = progress;
        const numbers = await trainer.numbers();
        const { weights } = numbers;
        const { layout } = trainer.store;
        const ruined = ruinedWeights({ step: progress.step, rate: loop.rate, layout, weights });
        if (ruined) throw ruined;
        return { options, fingerprints: identify(), ...rest, ...numbers, ...(best && { best }) };
      }),
    dispose: () => trainer.dispose(),
  };
}

/** What the loop of training works with. */
interface Loop {
  readonly options: ResolvedOptions;
  readonly schedule: ReturnType<typeof scheduleOf>;
  readonly trainer: Trainer;
  readonly progress: Progress;
  readonly exclusively: Gate;
  readonly score: TrainingSettings["score"];
  readonly firstMargin: number;
  /** Of the latest update. */
  rate: number;
}

/** Runs one piece of work at a time, and throws where a second one is begun before the first has ended. */
type Gate = <T>(work: () => Promise<T>) => Promise<T>;

function createGate(): Gate {
  let busy = false;
  return async (work) => {
    if (busy) throw new Error("training: a step is under way; do one thing at a time, between two events");
    busy = true;
    try {
      return await work();
    } finally {
      busy = false;
    }
  };
}

async function* trainingEvents(loop: Loop): AsyncGenerator<TrainingEvent, void, void> {
  const { options, schedule, trainer, progress, exclusively } = loop;
  const epochs = (): number => progress.position.epoch + progress.position.at / trainer.epochLength;
  const share = (): number => shareUsed(options.budget, { ...progress, epochs: epochs() });
  const turns = eventLoopTurns();
  const [speed, pace] = [speedometer(), speedometer()];
  let mark = performance.now();
  const tick = (): void => {
    const now = performance.now();
    progress.seconds += (now - mark) / 1000;
    mark = now;
  };
  for (;;) {
    tick();
    const used = share();
    if (trainer.validate && isValidationDue(progress, options, used === 1)) {
      yield* validationEvents(loop, trainer.validate());
      continue;
    }
    const impatient = options.patience > 0 && progress.misses >= options.patience;
    if (used === 1 || impatient) {
      const reason = impatient ? "patience" : "budget";
      yield { kind: "end", reason, step: progress.step, seconds: progress.seconds };
      return;
    }
    const rate = options.rate * schedule(used);
    loop.rate = rate;
    const began = performance.now();
    const result = await exclusively(() => trainer.update(progress.step + 1, progress.position, rate));
    const milliseconds = performance.now() - began;
    const tokensPerSecond = speed(result.tokens, milliseconds);
    const updatesPerSecond = pace(1, milliseconds);
    progress.step += 1;
    progress.position = result.next;
    tick();
    const { loss, gradientNorm } = result;
    yield {
      kind: "step",
      step: progress.step,
      epochs: epochs(),
      share: share(),
      loss,
      gradientNorm,
      rate,
      tokensPerSecond,
      updatesPerSecond,
      seconds: progress.seconds,
    };
    await turns();
  }
}

/** Validates in parts, so that others get their turn, and records the result. */
async function* validationEvents(
  { trainer, progress, exclusively, score: scoreOf, firstMargin }: Loop,
  parts: ReturnType<NonNullable<Trainer["validate"]>>,
): AsyncGenerator<TrainingEvent, void, void> {
  let part = await exclusively(() => parts.next());
  for (; !part.done; part = await exclusively(() => parts.next())) {
    yield { kind: "validating", step: progress.step, share: part.value };
  }
  const score = scoreOf && (await exclusively(scoreOf));
  if (score !== undefined && !Number.isFinite(score))
    throw new Error(`fit: score must give a finite number, not ${score}, as after update ${progress.step}`);
  const scored = score === undefined ? {} : { score };
  const best = await record(progress, { ...part.value, ...scored }, trainer, firstMargin);
  yield { kind: "validation", step: progress.step, best, ...part.value, ...scored };
}

/** What changes from step to step, but for the numbers on the device. */
type Progress = Changing<
  Pick<TrainingState, "step" | "seconds" | "position" | "validated" | "misses" | "lowest" | "best">
>;
type Changing<T> = { -readonly [K in keyof T]: T[K] };

const start = (validatesFirst: boolean): Progress => ({
  step: 0,
  seconds: 0,
  position: { epoch: 0, at: 0 },
  validated: validatesFirst ? -1 : 0,
  misses: 0,
});

function progressOf(state: TrainingState): Progress {
  const { step, seconds, position, validated, misses, lowest, best } = state;
  return {
    step,
    seconds,
    position,
    validated,
    misses,
    ...(lowest !== undefined && { lowest }),
    ...(best && { best }),
  };
}

/** At the end, and before that at the end of each epoch or every `validateEvery` steps. */
function isValidationDue(progress: Progress, { validateEvery }: ResolvedOptions, ended: boolean): boolean {
  const { step, validated, position } = progress;
  if (step === validated) return false;
  return ended || (validateEvery > 0 ? step % validateEvery === 0 : position.at === 0);
}

/** Keeps the weights of the best validation. Returns whether this one is. */
async function record(
  progress: Progress,
  { loss, score }: Pick<BestWeights, "loss" | "score">,
  trainer: Trainer,
  firstMargin: number,
): Promise<boolean> {
  const { step } = progress;
  const scored = score === undefined ? {} : { score };
  const margin = progress.best?.step === 0 ? firstMargin * Math.abs(progress.best.loss) : 0;
  const best = isBetter({ loss: loss + margin, ...scored }, progress.best);
  // Towards a margin there may be a long way.
  const isOnTheWay = margin > 0 && loss < (progress.lowest ?? (progress.best?.loss as number));
  if (isOnTheWay) progress.lowest = loss;
  if (best) progress.best = { step, loss, ...scored, weights: await trainer.weights() };
  progress.validated = step;
  progress.misses = best || isOnTheWay ? 0 : progress.misses + 1;
  return best;
}

/** By the score, then by the loss; by the loss alone where one has no score, as a run saved by an earlier version. */
function isBetter(
  { loss, score }: Pick<BestWeights, "loss" | "score">,
  before: Pick<BestWeights, "loss" | "score"> | undefined,
): boolean {
  const known = before?.score;
  if (score !== undefined && known !== undefined && score !== known) return score > known;
  return loss < (before?.loss ?? Infinity);
}

/** Tokens, or updates, per second, the recent ones weighing more: what is a second old counts by 1/e. */
function speedometer(): (tokens: number, milliseconds: number) => number {
  let [tokens, seconds] = [0, 0];
  return (more, milliseconds) => {
    const kept = Math.exp(-milliseconds / 1000);
    tokens = tokens * kept + more;
    seconds = seconds * kept + milliseconds / 1000;
    return tokens / seconds;
  };
}
