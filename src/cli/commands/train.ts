// `unrolled train FILE`, and `train` below each task: a model of a file, from the start or where a run was left.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { asInput, exitCodes } from "../failure.ts";
import { duration, grouped, lossInWords, quoted } from "../format.ts";
import type { CommandContext } from "../program.ts";
import type { TrainingTask } from "../tasks/task-commands.ts";
import type { Terminal } from "../terminal.ts";
import { addTrainOptions } from "../train-settings.ts";
import { prepareJob, type PreparedJob } from "../training-job.ts";
import { printer, train, type TrainingOutcome } from "../training.ts";

export function addTrain(
  parent: CommandUnknownOpts,
  { terminal, exitWith }: CommandContext,
  training: TrainingTask,
): void {
  const command = parent
    .command("train")
    .description(training.about)
    .argument("<file>", training.file)
    .addHelpText("after", training.examples);
  addTrainOptions(command, training);
  command.action(async (file, given) => {
    const job = await asInput(() => prepareJob(training, file, given, terminal));
    try {
      const outcome = await train(job, terminal);
      const interrupted = outcome.reason === "interrupted";
      if (job.json) await printOutcome(job, outcome, terminal);
      const words = `unrolled ${training.command} ${quoted(file)} --resume ${quoted(job.out)}`;
      if (interrupted) tellInterrupted(words, job, outcome, terminal);
      else tellEnd(words, job, outcome, terminal);
      if (interrupted) exitWith(exitCodes.interrupted);
    } finally {
      job.run.dispose();
    }
  });
}

async function printOutcome(
  { out: path, model }: PreparedJob,
  { reason, step, best, seconds }: TrainingOutcome,
  terminal: Terminal,
): Promise<void> {
  const name = model.task.kind === "language" ? "nats" : "loss";
  const validation = best ? { [name]: best.loss } : null;
  await printer(terminal)(
    reason === "interrupted"
      ? { event: "interrupted", step, seconds, model: path }
      : { event: "end", validation, seconds, model: path },
  );
}

function tellInterrupted(
  words: string,
  { out }: PreparedJob,
  { step }: TrainingOutcome,
  terminal: Terminal,
): void {
  terminal.say(`saved after step ${grouped(step)} in ${out}; to go on:`);
  terminal.say(`  ${words}`);
}

function tellEnd(words: string, job: PreparedJob, outcome: TrainingOutcome, terminal: Terminal): void {
  const { out, model, resumedAt } = job;
  const { step, best, seconds } = outcome;
  if (step === resumedAt) {
    terminal.say("the saved run had used up its budget; give a larger one to go on:");
    terminal.say(`  ${words} --epochs 20`);
    return;
  }
  const found = best ? `, best validation ${lossInWords(best.loss, model.task)}` : "";
  terminal.say(`${grouped(step)} steps in ${duration(seconds)}${found}`);
  const use = model.task.kind === "language" ? "sample" : "run";
  terminal.say(`saved in ${out}; ${use === "sample" ? "to see what it writes" : "to use it"}:`);
  terminal.say(`  unrolled ${use} ${quoted(out)}${use === "run" ? " FILE" : ""}`);
}
