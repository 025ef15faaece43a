// What a person should be told about a run that was no success, in a plain sentence with a remedy.
import type { Standing } from "../tasks/command.ts";
import type { RunSummary } from "../tasks/train.ts";
import { hasDiverged, latestLoss } from "../train/diverged.ts";
import { counted } from "../tasks/shared/words.ts";
import type { TrainingOutcome } from "./training.ts";

/** Whether a run has diverged, and the sentence about it. */
export interface Verdict {
  readonly isDiverged: boolean;
  readonly text: string;
}

/** Fewer updates than these are rarely enough for anything. */
const fewUpdates = 100;

/** Undefined for a run that went well. `standing`: beside a baseline. */
export function verdictOf(
  { losses, step, best }: Pick<TrainingOutcome, "losses" | "step" | "best">,
  { chance, loss: words, options }: Pick<RunSummary, "chance" | "loss" | "options">,
  { betterBaseline, remedy: own }: Pick<Standing, "betterBaseline" | "remedy"> = {},
): Verdict | undefined {
  const { training } = losses;
  const shortly = (loss: number): string => words.brief(loss)[0] ?? String(loss);
  if (training.length === 0) return undefined;
  const few = step < fewUpdates ? `after only ${counted(step, "update")}` : "";
  if (hasDiverged(training, chance)) {
    return {
      isDiverged: true,
      text:
        `the run has diverged: ${shortly(training[0] as number)} at its first update, ${shortly(latestLoss(training))} at its last ones; ` +
        `train again with a lower --rate (it was ${options.rate}) or a lower --clip`,
    };
  }
  const isChance = chance !== undefined && best !== undefined && best.loss >= chance;
  if (!isChance && betterBaseline === undefined) return undefined;
  const what = isChance
    ? `the model is no better than guessing by frequency (${words.words(chance)})`
    : `${betterBaseline} is at least as good as the model`;
  const longer = `train longer: more --epochs, or a smaller --batch for more updates in each`;
  const usual = few ? longer : `try more --epochs, another --rate, or another --size`;
  const remedy = isChance ? usual : (own ?? usual);
  return { isDiverged: false, text: `${what}${few && `, ${few}`}; ${remedy}` };
}
