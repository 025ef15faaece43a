// Drives a training on the command line: tells how it goes, saves when it is time, and stops in good order at the first
// Ctrl-C.
import type { LossWords } from "../tasks/task.ts";
import type { Run, RunState, RunSummary } from "../tasks/train.ts";
import { TrainingError } from "../train/diverged.ts";
import type { TrainingEvent } from "../train/fit.ts";
import { isClosedPipe } from "./failure.ts";
import { duration, grouped } from "./format.ts";
import { saveAnywhere } from "./model-file.ts";
import type { Terminal } from "./terminal.ts";

export interface TrainingJob {
  readonly run: Run<unknown>;
  readonly summary: RunSummary;
  /** Where to save. */
  readonly out: string;
  /** The step of this run whose state `out` holds already, if it does. */
  readonly savedStep?: number | undefined;
  /** Updates between two saves; undefined: after validations, if the last save is half a minute old. */
  readonly saveEvery?: number | undefined;
  readonly json: boolean;
  /** Called after each event, for whatever else is to be shown. */
  readonly onEvent?: (event: TrainingEvent) => Promise<void>;
}

export interface TrainingOutcome {
  readonly reason: "budget" | "patience" | "interrupted";
  readonly step: number;
  /** The best validation, whose weights the model has; undefined without a validation part. */
  readonly best: { readonly loss: number } | undefined;
  readonly seconds: number;
}

const secondsBetweenSaves = 30;

/** Trains, and saves at the end. Where training fails, what was good is saved and the error names the file. */
export async function trainAndSave(job: TrainingJob, terminal: Terminal): Promise<TrainingOutcome> {
  const { run, out, saveEvery, summary } = job;
  const listeners = [job.json ? printEvents(job, terminal) : tellEvents(summary, terminal)];
  if (job.onEvent) listeners.push(job.onEvent);
  let interrupted = false;
  const off = terminal.onInterrupt(() => {
    interrupted = true;
    terminal.say("finishing this step, then saving; Ctrl-C again quits at once");
  });
  let saving = false;
  const save = async (state: RunState): Promise<void> => {
    saving = true;
    await saveAnywhere(out, state);
    saving = false;
  };
  let reason: TrainingOutcome["reason"] = "budget";
  let savedAt = performance.now();
  let savedStep = job.savedStep;
  try {
    for await (const event of run) {
      for (const listen of listeners) await listen(event);
      if (event.kind === "end") reason = event.reason;
      if (interrupted || event.kind === "end") break;
      const due =
        saveEvery === undefined
          ? event.kind === "validation" && performance.now() - savedAt > 1000 * secondsBetweenSaves
          : event.kind === "step" && event.step % saveEvery === 0;
      if (!due) continue;
      await save(await run.snapshot());
      [savedAt, savedStep] = [performance.now(), event.step];
    }
    if (interrupted) reason = "interrupted";
    const last = await run.snapshot();
    await save(last);
    const { step, best, seconds } = last.training;
    return { reason, step, best, seconds };
  } catch (error) {
    if (error instanceof TrainingError) throw await afterDivergence(error, job, savedStep);
    if (saving) throw error;
    // Whatever else went wrong, such as a full disk behind stdout, the run is not lost.
    const last = await run.snapshot();
    await save(last);
    throw new Error(
      `${(error as Error).message}\n       the state after step ${last.training.step} is saved in ${out}`,
      {
        cause: error,
      },
    );
  } finally {
    terminal.status("");
    off();
  }
}

/**
 * The weights are those before the step that failed. They may have grown useless already, so they replace an
 * earlier save of this run only if the best ones come with them.
 */
async function afterDivergence(
  error: TrainingError,
  { out, run }: TrainingJob,
  savedStep: number | undefined,
): Promise<Error> {
  const keep = async (): Promise<string> => {
    const last = await run.snapshot();
    const { best, step } = last.training;
    if (step === 0) return "no step was made, and nothing was saved";
    if (!best && savedStep !== undefined) return `${out} keeps the state after step ${savedStep}`;
    await saveAnywhere(out, last);
    const weights = best ? `, with the best weights, of step ${best.step},` : "";
    return `the last good state, after step ${error.step - 1}${weights} is saved in ${out}`;
  };
  const kept = await keep().catch((cause: Error) =>
    savedStep === undefined
      ? `nothing was saved (${cause.message})`
      : `${out} keeps the state after step ${savedStep} (${cause.message})`,
  );
  return new Error(`${error.message}\n       ${kept}`, { cause: error });
}

type Listener = (event: TrainingEvent) => Promise<void>;

/** JSON lines. Training continues when their reader has gone: its purpose is the model. */
function printEvents({ summary }: TrainingJob, terminal: Terminal): Listener {
  const print = printer(terminal);
  const { parameters, device, loss: words } = summary;
  const started = print({ event: "start", parameters, device: device.name, threads: device.threads });
  return async (event) => {
    await started;
    if (event.kind === "step") {
      const { step, loss, tokensPerSecond } = event;
      const { bits: _, ...values } = words.json(loss) as Readonly<Record<string, number>>;
      await print({ event: "step", step, ...values, tokensPerSecond: Math.round(tokensPerSecond) });
    } else if (event.kind === "validation") {
      await print({ event: "validation", step: event.step, ...words.json(event.loss) });
    }
  };
}

/** Prints objects as lines, and nothing more once their reader has gone. */
export function printer(terminal: Terminal): (line: object) => Promise<void> {
  return async (line) => {
    await terminal.out(`${JSON.stringify(line)}\n`).catch((error: unknown) => {
      if (!isClosedPipe(error)) throw error;
    });
  };
}

const millisecondsBetweenLines = { interactive: 100, plain: 10_000 } as const;

/**
 * A line that is redrawn on a terminal, or one every ten seconds. Validations stay: all of the first few, then those that
 * are the best so far and at least a second after the one before.
 */
function tellEvents({ loss: words }: RunSummary, terminal: Terminal): Listener {
  const smooth = smoother();
  const pause = terminal.isInteractive
    ? millisecondsBetweenLines.interactive
    : millisecondsBetweenLines.plain;
  let told = performance.now() - (terminal.isInteractive ? pause : 0);
  let [validations, validated] = [0, -Infinity];
  return async (event) => {
    if (event.kind === "validation") {
      const isDue = performance.now() - validated > millisecondsBetweenValidations;
      if (++validations > fewValidations && !isDue) return;
      validated = performance.now();
      const best = event.best ? "" : " (not the best)";
      terminal.say(`step ${grouped(event.step)}: validation ${words.words(event.loss)}${best}`);
    }
    if (event.kind !== "step") return;
    const loss = smooth(event.loss);
    if (performance.now() - told < pause) return;
    told = performance.now();
    const line = progressLine(event, loss, words);
    if (terminal.isInteractive) terminal.status(line);
    else terminal.say(line);
  };
}

/** Validations that are always told, and the time between later ones: a short run is not to flood the terminal. */
const fewValidations = 5;
const millisecondsBetweenValidations = 1000;

type StepEvent = TrainingEvent & { readonly kind: "step" };

/** `step 1,234  20 %  1.812 nats  2.614 bits/char  51,200 characters/s  1:23 left`: no wider than 80 columns. */
function progressLine(event: StepEvent, loss: number, { brief, token }: LossWords): string {
  const { step, share, tokensPerSecond, seconds } = event;
  return [
    `step ${grouped(step)}`,
    `${Math.floor(100 * share)} %`,
    ...brief(loss),
    `${grouped(tokensPerSecond)} ${token}s/s`,
    ...(share > 0 ? [`${duration((seconds * (1 - share)) / share)} left`] : []),
  ].join("  ");
}

/** A running mean in which the latest fifty or so values weigh most. */
function smoother(): (value: number) => number {
  let [sum, weight] = [0, 0];
  return (value) => {
    sum = 0.98 * sum + value;
    weight = 0.98 * weight + 1;
    return sum / weight;
  };
}
