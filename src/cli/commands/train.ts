// `unrolled train FILE`: a language model of a text file, from the start or where a run was left.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { asInput, exitCodes } from "../failure.ts";
import { duration, grouped, natsAndBits, quoted } from "../format.ts";
import type { CommandContext } from "../program.ts";
import type { Terminal } from "../terminal.ts";
import { addTrainOptions } from "../train-settings.ts";
import { prepareJob, type PreparedJob } from "../training-job.ts";
import { printer, train, type TrainingOutcome } from "../training.ts";

const examples = `
Examples:
  unrolled train book.txt --cell gru --epochs 10 --rate 0.008 --schedule cosine
  unrolled train book.txt --cell "h' = tanh(W x + U h + b)" --minutes 5
  unrolled train book.txt --resume book-gru.safetensors --epochs 20`;

export function addTrain(program: CommandUnknownOpts, { terminal, exitWith }: CommandContext): void {
  const command = program
    .command("train")
    .description("train a model that predicts the next character of a text")
    .argument("<file>", "a text in UTF-8, or with --unit byte any file")
    .addHelpText("after", examples);
  addTrainOptions(command);
  command.action(async (file, given) => {
    const job = await asInput(() => prepareJob(file, given, terminal));
    try {
      const outcome = await train(job, terminal);
      const interrupted = outcome.reason === "interrupted";
      if (job.json) await printOutcome(job, outcome, terminal);
      if (interrupted) tellInterrupted(file, job, outcome, terminal);
      else tellEnd(file, job, outcome, terminal);
      if (interrupted) exitWith(exitCodes.interrupted);
    } finally {
      job.run.dispose();
    }
  });
}

async function printOutcome(
  { out: model }: PreparedJob,
  { reason, step, best, seconds }: TrainingOutcome,
  terminal: Terminal,
): Promise<void> {
  const validation = best ? { nats: best.nats } : null;
  await printer(terminal)(
    reason === "interrupted"
      ? { event: "interrupted", step, seconds, model }
      : { event: "end", validation, seconds, model },
  );
}

function tellInterrupted(
  file: string,
  { out }: PreparedJob,
  { step }: TrainingOutcome,
  terminal: Terminal,
): void {
  terminal.say(`saved after step ${grouped(step)} in ${out}; to go on:`);
  terminal.say(`  unrolled train ${quoted(file)} --resume ${quoted(out)}`);
}

function tellEnd(file: string, job: PreparedJob, outcome: TrainingOutcome, terminal: Terminal): void {
  const { out, unit, resumedAt } = job;
  const { step, best, seconds } = outcome;
  if (step === resumedAt) {
    terminal.say("the saved run had used up its budget; give a larger one to go on:");
    terminal.say(`  unrolled train ${quoted(file)} --resume ${quoted(out)} --epochs 20`);
    return;
  }
  const found = best ? `, best validation ${natsAndBits(best.nats, unit)}` : "";
  terminal.say(`${grouped(step)} steps in ${duration(seconds)}${found}`);
  terminal.say(`saved in ${out}; to see what it writes:`);
  terminal.say(`  unrolled sample ${quoted(out)}`);
}
