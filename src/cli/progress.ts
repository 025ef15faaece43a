// How a training goes, in lines for people: a bar that is redrawn, a line per validation, and the curve of the loss.
import { sparkline } from "../charts/sparkline.ts";
import type { LossWords } from "../tasks/task.ts";
import type { RunSummary } from "../tasks/train.ts";
import type { TrainingEvent } from "../train/fit.ts";
import { duration, grouped, percent } from "../tasks/shared/words.ts";
import type { Terminal } from "./terminal.ts";

/** Tells about an event. `score`: the task's own score, of a validation. */
export type Tell = (event: TrainingEvent, score?: string) => void;

/** Losses of a run, in the order of its updates. */
export interface Losses {
  readonly training: number[];
  readonly validation: number[];
}

/** `, accuracy 83.5 %`, of the score by which training chooses weights; empty without one. */
export function scoreInWords({ score: name }: Pick<RunSummary, "score">, of: { score?: number }): string {
  return of.score === undefined ? "" : `, ${name} ${percent(of.score)}`;
}

const millisecondsBetweenLines = { interactive: 100, plain: 10_000 } as const;

/** Validations that are always told, and the time between later ones: a short run is not to flood the terminal. */
const fewValidations = 5;
const millisecondsBetweenValidations = 1000;

/**
 * A line that is redrawn on a terminal, or one every ten seconds. Validations stay: all of the first few, then those that
 * come at least a second after the one before.
 */
export function createProgress(summary: RunSummary, terminal: Terminal): Tell {
  const { loss: words, options } = summary;
  const smooth = smoother();
  const pause = terminal.isInteractive
    ? millisecondsBetweenLines.interactive
    : millisecondsBetweenLines.plain;
  const epochs = "epochs" in options.budget ? options.budget.epochs : undefined;
  let told = performance.now() - (terminal.isInteractive ? pause : 0);
  let [validations, validated] = [0, -Infinity];
  let latestScore: string | undefined;
  const tellStep = (event: StepEvent): void => {
    const loss = smooth(event.loss);
    if (performance.now() - told < pause) return;
    told = performance.now();
    const rate =
      words.token === "step"
        ? `${Number(event.updatesPerSecond.toPrecision(2))} updates/s`
        : `${grouped(event.tokensPerSecond)} ${words.token}s/s`;
    const line = progressLine({ event, loss, words, epochs, rate, score: latestScore }, terminal.columns - 1);
    if (terminal.isInteractive) terminal.status(line);
    else terminal.say(line);
  };
  return (event, score) => {
    if (event.kind === "step") tellStep(event);
    if (event.kind !== "validation") return;
    const scored = score === undefined ? scoreInWords(summary, event) : `, ${score}`;
    latestScore = scored.slice(2) || latestScore;
    const isDue = performance.now() - validated > millisecondsBetweenValidations;
    if (++validations > fewValidations && !isDue) return;
    validated = performance.now();
    const best = event.best ? "" : " (not the best)";
    terminal.say(`update ${grouped(event.step)}: validation ${words.words(event.loss)}${scored}${best}`);
  };
}

type StepEvent = TrainingEvent & { readonly kind: "step" };

interface LineSettings {
  readonly event: StepEvent;
  readonly loss: number;
  readonly words: LossWords;
  readonly epochs: number | undefined;
  readonly rate: string;
  readonly score: string | undefined;
}

/** A field of the progress line: the narrower the terminal, the higher the `rank` of what is left out. */
interface Field {
  readonly text: string;
  readonly rank: number;
}

/** As many fields as fit into `columns`; the time that is left is the last to go. */
function progressLine({ event, loss, words, epochs, rate, score }: LineSettings, columns: number): string {
  const { step, share, seconds } = event;
  const [main = "", ...more] = words.brief(loss);
  const left = share > 0 ? duration((seconds * (1 - share)) / share) : undefined;
  const fields: Field[] = [
    { text: bar(share, 20), rank: 4 },
    { text: `${Math.floor(100 * share)} %`, rank: 2 },
    epochs === undefined
      ? { text: `update ${grouped(step)}`, rank: 5 }
      : { text: `epoch ${Math.min(Math.ceil(event.epochs), Math.ceil(epochs))} of ${epochs}`, rank: 3 },
    { text: main, rank: 1 },
    ...more.map((text) => ({ text, rank: 6 })),
    ...(score === undefined ? [] : [{ text: score, rank: 7 }]),
    { text: rate, rank: 8 },
    ...(left === undefined ? [] : [{ text: `${left} left`, rank: 0 }]),
  ];
  const width = (of: readonly Field[]): number => of.map(({ text }) => text).join("  ").length;
  let shown: readonly Field[] = fields;
  while (shown.length > 1 && width(shown) > columns) {
    const last = Math.max(...shown.map(({ rank }) => rank));
    shown = shown.filter(({ rank }) => rank !== last);
  }
  return shown.map(({ text }) => text).join("  ");
}

/** `━━━━━━━─────────────`. */
function bar(share: number, width: number): string {
  const full = Math.floor(share * width);
  return "━".repeat(full) + "─".repeat(width - full);
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

/** Shows the losses of a run as curves. */
export function tellCurves({ training, validation }: Losses, { say, columns }: Terminal): void {
  const places = Math.max(10, Math.min(50, columns - 40));
  for (const [name, losses] of Object.entries({ training, validation })) {
    if (losses.length > 2) say(`${`${name} loss`.padEnd(16)}${sparkline(losses, places)}`);
  }
}
