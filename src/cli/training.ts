// Drives a training on the command line: tells how it goes, saves when it is time, and stops in good order at the first
// Ctrl-C.
import { encodeModel, encodeRun, modelOfRun } from "../checkpoint/checkpoint.ts";
import type { Run, RunState, RunSummary } from "../tasks/train.ts";
import { TrainingError } from "../train/diverged.ts";
import type { TrainingEvent } from "../train/fit.ts";
import { isClosedPipe } from "./failure.ts";
import { writeAnywhere } from "../formats/write-file.ts";
import { createProgress, type Losses } from "./progress.ts";
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
  /** Whether the file keeps what resuming needs when the run has ended; while it lasts, and stopped, it always does. */
  readonly resumable: boolean;
  readonly json: boolean;
  /** The task's own score of the validation part, in a few words. */
  readonly brief?: () => Promise<string>;
  /** Called after each event, for whatever else is to be shown. */
  readonly onEvent?: (event: TrainingEvent) => Promise<void>;
}

export interface TrainingOutcome {
  readonly reason: "budget" | "patience" | "interrupted";
  readonly step: number;
  /** The best validation, whose weights the model has; undefined without a validation part. */
  readonly best: { readonly loss: number; readonly score?: number } | undefined;
  readonly seconds: number;
  readonly losses: Losses;
}

const secondsBetweenSaves = 30;

/** Trains, and saves at the end. Where training fails, what was good is saved and the error names the file. */
export async function trainAndSave(job: TrainingJob, terminal: Terminal): Promise<TrainingOutcome> {
  const { run, out, saveEvery, summary } = job;
  const losses: Losses = { training: [], validation: [] };
  const tell = createProgress(summary, terminal);
  const report: Listener = job.json
    ? printEvents(job, terminal)
    : async (event, scored) => tell(event, scored);
  const score = scorer(job.brief);
  let interrupted = false;
  const off = terminal.onInterrupt(() => {
    interrupted = true;
    terminal.say("finishing this step, then saving; Ctrl-C again quits at once");
  });
  let saving = false;
  const save = async (state: RunState, isModelOnly = false): Promise<void> => {
    saving = true;
    await writeAnywhere(out, await (isModelOnly ? encodeModel(modelOfRun(state)) : encodeRun(state)));
    saving = false;
  };
  let reason: TrainingOutcome["reason"] = "budget";
  let savedAt = performance.now();
  let savedStep = job.savedStep;
  try {
    for await (const event of run) {
      if (event.kind === "step") losses.training.push(event.loss);
      if (event.kind === "validation") losses.validation.push(event.loss);
      await report(event, event.kind === "validation" ? await score() : undefined);
      await job.onEvent?.(event);
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
    await save(last, !job.resumable && reason !== "interrupted");
    const { step, best, seconds } = last.training;
    return { reason, step, best, seconds, losses };
  } catch (error) {
    if (error instanceof TrainingError) throw await afterDivergence(error, job, savedStep);
    if (saving) throw error;
    // Whatever else went wrong, such as a full disk behind stdout, the run is not lost.
    const last = await run.snapshot();
    await save(last);
    throw new Error(
      `${(error as Error).message}\n       the state after update ${last.training.step} is saved in ${out}`,
      {
        cause: error,
      },
    );
  } finally {
    terminal.status("");
    off();
  }
}

/** The most of a run's time that scores after validations may take, beside what nobody notices. */
const shareOfScores = 0.1;
const freeMilliseconds = 500;

/** Calls `brief` while scores take a small part of the time; undefined where they would take more. */
function scorer(brief: TrainingJob["brief"]): () => Promise<string | undefined> {
  const began = performance.now();
  let [spent, longest] = [0, 0];
  return async () => {
    const now = performance.now();
    const allowed = freeMilliseconds + shareOfScores * (now - began);
    if (brief === undefined || (longest > 0 && spent + longest > allowed)) return undefined;
    const scored = await brief();
    longest = Math.max(longest, performance.now() - now);
    spent += performance.now() - now;
    return scored;
  };
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
    if (step === 0) return "no update was made, and nothing was saved";
    if (!best && savedStep !== undefined) return `${out} keeps the state after update ${savedStep}`;
    await writeAnywhere(out, await encodeRun(last));
    const weights = best ? `, with the best weights, of update ${best.step},` : "";
    return `the last good state, after update ${error.step - 1}${weights} is saved in ${out}`;
  };
  const kept = await keep().catch((cause: Error) =>
    savedStep === undefined
      ? `nothing was saved (${cause.message})`
      : `${out} keeps the state after update ${savedStep} (${cause.message})`,
  );
  return new Error(`${error.message}\n       ${kept}`, { cause: error });
}

type Listener = (event: TrainingEvent, score?: string) => Promise<void>;

/** JSON lines. Training continues when their reader has gone: its purpose is the model. */
function printEvents({ summary }: TrainingJob, terminal: Terminal): Listener {
  const print = printer(terminal);
  const { parameters, device, loss: words, score: name } = summary;
  const started = print({
    event: "start",
    parameters,
    device: device.name,
    threads: device.threads,
    ...(name !== undefined && { score: name }),
  });
  return async (event, score) => {
    await started;
    if (event.kind === "step") {
      const { step, epochs, share, loss, gradientNorm, rate, tokensPerSecond } = event;
      const { bits: _, ...values } = words.json(loss) as Readonly<Record<string, number>>;
      const speed = { tokensPerSecond: Math.round(tokensPerSecond) };
      await print({ event: "step", step, ...values, ...speed, epochs, share, rate, gradientNorm });
    } else if (event.kind === "validation") {
      await print({
        event: "validation",
        step: event.step,
        ...words.json(event.loss),
        ...(score && { score }),
        ...(event.score !== undefined && { score: event.score, best: event.best }),
      });
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
