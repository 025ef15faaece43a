// What a person should be told about a run that was no success, in a plain sentence with a remedy.
import type { RunSummary } from "../tasks/train.ts";
import { grouped } from "./format.ts";
import type { TrainingOutcome } from "./training.ts";

/** Whether a run has diverged, and the sentence about it. */
export interface Verdict {
  readonly isDiverged: boolean;
  readonly text: string;
}

/** Fewer updates than these are rarely enough for anything. */
const fewUpdates = 100;

/** Undefined for a run that went well. `betterBaseline`: the name of a baseline that is at least as good. */
export function verdictOf(
  { losses, step, best }: Pick<TrainingOutcome, "losses" | "step" | "best">,
  { chance, loss: words, options }: Pick<RunSummary, "chance" | "loss" | "options">,
  betterBaseline?: string,
): Verdict | undefined {
  const { training } = losses;
  const shortly = (loss: number): string => words.brief(loss)[0] ?? String(loss);
  if (training.length === 0) return undefined;
  const few = step < fewUpdates ? `after only ${grouped(step)} ${step === 1 ? "update" : "updates"}` : "";
  if (hasDiverged(training, chance)) {
    return {
      isDiverged: true,
      text:
        `the run has diverged: ${shortly(training[0] as number)} at its first update, ${shortly(recent(training))} at its last ones; ` +
        `train again with a lower --rate (it was ${options.rate}) or a lower --clip`,
    };
  }
  const isChance = chance !== undefined && best !== undefined && best.loss >= chance;
  if (!isChance && betterBaseline === undefined) return undefined;
  const what = isChance
    ? `the model is no better than guessing by frequency (${words.words(chance)})`
    : `${betterBaseline} is at least as good as the model`;
  const remedy = few
    ? `train longer: more --epochs, or a smaller --batch for more updates in each`
    : `try more --epochs, another --rate, or another --size`;
  return { isDiverged: false, text: `${what}${few && `, ${few}`}; ${remedy}` };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean loss of the latest updates. */
const recent = (losses: readonly number[]): number =>
  mean(losses.slice(-Math.max(1, Math.min(100, Math.floor(losses.length / 4)))));

/** Whether the loss ended far above its start, or for the second half of many updates far above chance. */
export function hasDiverged(losses: readonly number[], chance: number | undefined): boolean {
  if (losses.length < 4) return false;
  const [begun, ended] = [losses[0] as number, recent(losses)];
  if (ended - begun > 2 * Math.abs(begun)) return true;
  if (chance === undefined || losses.length < fewUpdates) return false;
  return mean(losses.slice(Math.floor(losses.length / 2))) > 1.5 * chance && ended > 1.5 * chance;
}
