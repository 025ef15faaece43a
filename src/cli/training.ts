// Drives a training run on the command line: tells how it goes, saves when it is time, and stops in good order
// at the first Ctrl-C. Knows neither where the text came from nor which command this is.
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { Device } from "../run/device.ts";
import type { Task } from "../tasks/task.ts";
import { TrainingError } from "../train/diverged.ts";
import type { TrainingEvent, TrainingRun } from "../train/fit.ts";
import { isClosedPipe } from "./failure.ts";
import { duration, grouped, isInPerplexity, lossInWords } from "./format.ts";
import { saveAnywhere } from "./model-file.ts";
import type { Terminal } from "./terminal.ts";

export interface TrainingJob {
  readonly run: TrainingRun;
  readonly device: Device;
  /** The model and the caller's notes, without the state that changes. */
  readonly model: Omit<Checkpoint, "state">;
  /** Where to save. */
  readonly out: string;
  /** The step of this run whose state `out` holds already, if it does. */
  readonly savedStep?: number | undefined;
  /** Steps between two saves; undefined: after validations, if the last save is half a minute old. */
  readonly saveEvery?: number | undefined;
  readonly json: boolean;
  /** Called after each event, for whatever else is to be shown. */
  readonly onEvent?: (event: TrainingEvent) => Promise<void>;
}

export interface TrainingOutcome {
  readonly reason: "budget" | "patience" | "interrupted";
  readonly step: number;
  /** Of the best validation, which is what the model's weights are; undefined without a validation part. */
  readonly best: { readonly loss: number } | undefined;
  readonly seconds: number;
}

const secondsBetweenSaves = 30;

/** Trains, and saves at the end. Where training fails, what was good is saved and the error names the file. */
export async function train(job: TrainingJob, terminal: Terminal): Promise<TrainingOutcome> {
  const { run, out, model, saveEvery } = job;
  const listeners = [job.json ? printEvents(job, terminal) : tellEvents(model.task, terminal)];
  if (job.onEvent) listeners.push(job.onEvent);
  let interrupted = false;
  const off = terminal.onInterrupt(() => {
    interrupted = true;
    terminal.say("finishing this step, then saving; Ctrl-C again quits at once");
  });
  const checkpoint = async (): Promise<Checkpoint> => ({ ...model, state: await run.snapshot() });
  let saving = false;
  const save = async (checkpointed: Checkpoint): Promise<void> => {
    saving = true;
    await saveAnywhere(out, checkpointed);
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
      await save(await checkpoint());
      [savedAt, savedStep] = [performance.now(), event.step];
    }
    if (interrupted) reason = "interrupted";
    const last = await checkpoint();
    await save(last);
    const { step, best, seconds } = last.state;
    return { reason, step, best, seconds };
  } catch (error) {
    if (error instanceof TrainingError) throw await afterDivergence(error, job, savedStep, checkpoint);
    if (saving) throw error;
    // Whatever else went wrong, such as a full disk behind stdout, the run is not lost.
    const last = await checkpoint();
    await save(last);
    throw new Error(
      `${(error as Error).message}\n       the state after step ${last.state.step} is saved in ${out}`,
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
  { out }: TrainingJob,
  savedStep: number | undefined,
  checkpoint: () => Promise<Checkpoint>,
): Promise<Error> {
  const keep = async (): Promise<string> => {
    const last = await checkpoint();
    const { best, step } = last.state;
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

/** JSON lines. Training goes on where their reader has gone: the model is what it is for. */
function printEvents({ run, device, model }: TrainingJob, terminal: Terminal): Listener {
  const print = printer(terminal);
  const isLanguage = model.task.kind === "language";
  const started = print({
    event: "start",
    parameters: run.store.layout.size,
    device: device.name,
    threads: device.threads,
  });
  return async (event) => {
    await started;
    if (event.kind === "step") {
      const { step, loss, tokensPerSecond } = event;
      const found = isLanguage ? { nats: loss } : { loss };
      await print({ event: "step", step, ...found, tokensPerSecond: Math.round(tokensPerSecond) });
    } else if (event.kind === "validation") {
      const { step, loss } = event;
      const found = isLanguage ? { nats: loss, bits: loss / Math.LN2 } : { loss };
      await print({ event: "validation", step, ...found });
    }
  };
}

/** Prints objects as lines, and nothing more once nobody reads them. */
export function printer(terminal: Terminal): (line: object) => Promise<void> {
  return async (line) => {
    await terminal.out(`${JSON.stringify(line)}\n`).catch((error: unknown) => {
      if (!isClosedPipe(error)) throw error;
    });
  };
}

const millisecondsBetweenLines = { interactive: 100, plain: 10_000 } as const;

/** A line that is redrawn on a terminal, or one every ten seconds; validations stay. */
function tellEvents(task: Task, terminal: Terminal): Listener {
  const smooth = smoother();
  const pause = terminal.isInteractive
    ? millisecondsBetweenLines.interactive
    : millisecondsBetweenLines.plain;
  let told = performance.now() - (terminal.isInteractive ? pause : 0);
  return async (event) => {
    if (event.kind === "validation") {
      const best = event.best ? "" : " (not the best)";
      terminal.say(`step ${grouped(event.step)}: validation ${lossInWords(event.loss, task)}${best}`);
    }
    if (event.kind !== "step") return;
    const loss = smooth(event.loss);
    if (performance.now() - told < pause) return;
    told = performance.now();
    const line = progressLine(event, loss, task);
    if (terminal.isInteractive) terminal.status(line);
    else terminal.say(line);
  };
}

type StepEvent = TrainingEvent & { readonly kind: "step" };

/** `step 1,234  20 %  1.812 nats  2.614 bits/char  51,200 chars/s  1:23 left`: no wider than 80 columns. */
function progressLine(event: StepEvent, loss: number, task: Task): string {
  const { step, share, tokensPerSecond, seconds } = event;
  const unit = task.kind === "language" ? task.text.unit : "step";
  const bits = `${(loss / Math.LN2).toFixed(3)} bits/${unit}`;
  const shown =
    task.kind === "language"
      ? [
          `${loss.toFixed(3)} nats`,
          isInPerplexity(task.text.unit) ? `ppl ${Math.exp(loss).toFixed(1)}` : bits,
        ]
      : [`loss ${loss.toFixed(4)}`];
  return [
    `step ${grouped(step)}`,
    `${Math.floor(100 * share)} %`,
    ...shown,
    `${grouped(tokensPerSecond)} ${unit}s/s`,
    ...(share > 0 ? [`${duration((seconds * (1 - share)) / share)} left`] : []),
  ].join("  ");
}

/** A mean of the values so far in which the latest fifty or so weigh most. */
function smoother(): (value: number) => number {
  let [sum, weight] = [0, 0];
  return (value) => {
    sum = 0.98 * sum + value;
    weight = 0.98 * weight + 1;
    return sum / weight;
  };
}
