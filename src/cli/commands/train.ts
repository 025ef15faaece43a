// Training of a task's model from a file, from the start or from a saved run.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { TaskCommand } from "../../tasks/command.ts";
import { counted, duration, grouped, quoted } from "../../tasks/shared/words.ts";
import { flagOf } from "../../tasks/shared/flags.ts";
import type { CommandContext } from "../context.ts";
import { asInput, exitCodes } from "../failure.ts";
import { scoreInWords, tellCurves } from "../progress.ts";
import { addOptions } from "../settings.ts";
import { standingOf, type HeldOut } from "../standing.ts";
import type { Terminal } from "../terminal.ts";
import { trainFlags, trainSections, type AnyTrain } from "../train-flags.ts";
import { prepareJob, type PreparedJob } from "../training-job.ts";
import { printer, trainAndSave, type TrainingOutcome } from "../training.ts";
import { verdictOf, type Verdict } from "../verdict.ts";

/** Adds the command `name` to `parent`. */
export function addTrain(
  parent: CommandUnknownOpts,
  name: string,
  { terminal, exitWith }: CommandContext,
  task: TaskCommand,
  train: AnyTrain,
): CommandUnknownOpts {
  const settings = trainFlags(train, task.maker().defaults);
  const examples = train.examples.map((line) => `  unrolled ${line}`).join("\n");
  const command = parent
    .command(name)
    .description(train.about)
    .argument(train.readSeveral ? "<files...>" : "<file>", `${train.file}; - is standard input`)
    .addHelpText("after", `\nExamples:\n${examples}`);
  addOptions(command, settings.all, trainSections);
  command.action(async (typed, given) => {
    const files = [typed].flat() as string[];
    const job = await asInput(() => prepareJob(task, settings, files, given, terminal), settings.all);
    try {
      const outcome = await trainAndSave(job, terminal);
      const standing =
        outcome.reason === "interrupted" ? undefined : await standingOf(task.score, job, terminal);
      if (job.json) await printOutcome(job, outcome, standing, terminal);
      const words = `${terminal.program} ${task.shortForms?.train ?? `${task.kind} train`} ${files.map(quoted).join(" ")}`;
      const resume = `${words} --resume ${quoted(job.out)}${job.paths}`;
      if (outcome.reason === "interrupted") {
        terminal.say(`saved after update ${grouped(outcome.step)} in ${job.out}; to resume:`);
        terminal.say(`  ${resume}`);
        exitWith(exitCodes.interrupted);
        return;
      }
      const verdict = verdictOf(outcome, job.summary, standing);
      tellEnd(task, resume, job, { ...outcome, standing, verdict }, terminal);
      if (verdict?.isDiverged) exitWith(exitCodes.failure);
    } finally {
      job.run.dispose();
      job.summary.device.dispose();
    }
  });
  return command;
}

async function printOutcome(
  { out: model, summary }: PreparedJob,
  { reason, step, best, seconds }: TrainingOutcome,
  standing: HeldOut | undefined,
  terminal: Terminal,
): Promise<void> {
  const scored = best?.score !== undefined && { score: best.score };
  const validation = best ? { ...summary.loss.json(best.loss), ...scored } : null;
  await printer(terminal)(
    reason === "interrupted"
      ? { event: "interrupted", step, seconds, model }
      : {
          event: "end",
          validation,
          seconds,
          model,
          ...(standing && { part: standing.part, scores: standing.json }),
        },
  );
}

interface Ended extends TrainingOutcome {
  readonly standing: HeldOut | undefined;
  readonly verdict: Verdict | undefined;
}

function tellEnd(
  { shortForms, train, predict }: TaskCommand,
  resume: string,
  { out, summary, file, paths }: PreparedJob,
  { step, best, seconds, losses, standing, verdict }: Ended,
  terminal: Terminal,
): void {
  if (summary.step > 0 && step === summary.step) {
    terminal.say("the saved run had used up its budget; give a larger one to continue:");
    const [[name, value] = ["epochs", 10]] = Object.entries(summary.options.budget);
    terminal.say(`  ${resume} ${flagOf(name)} ${2 * value}`);
    return;
  }
  const loss = best ? `, best validation ${summary.loss.words(best.loss)}${scoreInWords(summary, best)}` : "";
  terminal.say(`${counted(step, "update")} in ${duration(seconds)}${loss}`);
  tellCurves(losses, terminal);
  if (standing) terminal.say(`\non the ${standing.part} part, which training left out:\n${standing.text}`);
  if (verdict)
    terminal.say(terminal.paint("err", verdict.isDiverged ? "red" : "yellow", `\n${verdict.text}`));
  if (verdict?.isDiverged) return terminal.say(`\nits weights are in ${out}, and of little use`);
  const next = train.next?.(file) ?? "predict";
  const use = next === "predict" ? (shortForms?.predict ?? next) : next;
  const isAlone = next === "predict" && predict.isOptional === true;
  terminal.say(`\nsaved in ${out}; to ${next === "predict" ? "use" : "score"} it:`);
  terminal.say(`  ${terminal.program} ${use} ${quoted(out)}${isAlone ? "" : ` ${quoted(file)}`}${paths}`);
}
