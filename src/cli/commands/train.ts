// `unrolled train FILE`: a language model of a text file, from the start or where a run was left.
import { basename, extname } from "node:path";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { splitIds } from "../../data/split.ts";
import { loadCheckpoint } from "../../io/checkpoint-file.ts";
import type { LoadedCheckpoint } from "../../io/checkpoint.ts";
import { languageModel } from "../../model/language-model.ts";
import type { Network } from "../../plan/network.ts";
import { fit } from "../../train/fit.ts";
import { cellFromArgument } from "../cell-argument.ts";
import { deviceNamed } from "../devices.ts";
import { asInput, exitCodes, InputError } from "../failure.ts";
import { duration, grouped, natsAndBits, quoted } from "../format.ts";
import { checkOutput } from "../model-file.ts";
import type { CommandContext } from "../program.ts";
import type { Terminal } from "../terminal.ts";
import { describeParts, readTextFile } from "../text-file.ts";
import {
  addTrainOptions,
  readTrainSettings,
  resumedSettings,
  settingsNote,
  trainingOptions,
  type Given,
  type TrainSettings,
} from "../train-settings.ts";
import { printer, train, type TrainingJob } from "../training.ts";

const examples = `
Examples:
  unrolled train book.txt --cell gru --epochs 10 --rate 0.008 --schedule cosine
  unrolled train book.txt --cell "h' = tanh(W x + U h + b)" --minutes 5
  unrolled train book.txt --resume book-gru.safetensors --epochs 20`;

export function addTrain(program: CommandUnknownOpts, context: CommandContext): void {
  const { terminal, exitWith } = context;
  const command = program
    .command("train")
    .description("train a model that predicts the next character of a text")
    .argument("<file>", "a text in UTF-8, or with --unit byte any file")
    .addHelpText("after", examples);
  addTrainOptions(command);
  command.action(async (file, given) => {
    const { job, settings } = await asInput(() => prepare(file, given, terminal));
    try {
      const outcome = await train(job, terminal);
      if (outcome.reason === "interrupted") {
        const resume = `unrolled train ${quoted(file)} --resume ${quoted(job.out)}`;
        terminal.say(`saved after step ${grouped(outcome.step)} in ${job.out}; to go on:\n  ${resume}`);
        if (settings.json) {
          await printer(terminal)({ event: "interrupted", step: outcome.step, model: job.out });
        }
        return exitWith(exitCodes.interrupted);
      }
      const { best, seconds } = outcome;
      if (settings.json) {
        const validation = best ? { nats: best.nats } : null;
        return await printer(terminal)({ event: "end", validation, seconds, model: job.out });
      }
      const found = best ? `, best validation ${natsAndBits(best.nats, settings.unit)}` : "";
      terminal.say(`${grouped(outcome.step)} steps in ${duration(seconds)}${found}`);
      terminal.say(`saved in ${job.out}; to see what it writes:\n  unrolled sample ${quoted(job.out)}`);
    } finally {
      job.run.dispose();
    }
  });
}

/** Everything that can be wrong with what was given is found here, before the first step. */
async function prepare(
  file: string,
  given: Given,
  terminal: Terminal,
): Promise<{ job: TrainingJob; settings: TrainSettings }> {
  const saved = typeof given["resume"] === "string" ? await loadCheckpoint(given["resume"]) : undefined;
  const { settings, given: all } = saved
    ? resumedSettings(given["resume"] as string, saved.notes, given)
    : { settings: readTrainSettings(given), given };
  const text = await readTextFile(file, settings.unit);
  const cell = saved && given["cell"] === undefined ? undefined : await cellFromArgument(settings.cell);
  const { resume, unit } = settings;
  const out = settings.out ?? resume ?? `${basename(file, extname(file))}-${cell?.name}.safetensors`;
  let network: Network;
  if (saved) {
    checkSameText(resume as string, saved, text.alphabet.symbols);
    network = saved.network;
    if (cell && network.layers.every((layer) => layer.cell.text !== cell.text)) {
      throw new InputError(
        `--resume ${resume}: --cell is another cell than that of the saved run; leave it out`,
      );
    }
  } else {
    const { size, layers, embedding, dropout } = settings;
    const vocabulary = text.alphabet.symbols.length;
    network = languageModel({
      vocabulary,
      cell: cell as NonNullable<typeof cell>,
      size,
      layers,
      embedding,
      dropout,
    });
  }
  const split = splitIds(text.ids, settings.split);
  const device = deviceNamed(settings.device);
  const data = { kind: "text", train: split.train, validation: split.validation } as const;
  const run = await fit({ network, device, data, ...trainingOptions(settings) }, saved?.state);
  const replaced = await checkOutput(out);
  if (replaced !== undefined && out !== resume) {
    terminal.say(`${out} holds a model of ${grouped(replaced)} steps, which this run will replace`);
  }
  terminal.say(describeParts(split, text.ids.length, unit));
  const step = saved ? `, going on after step ${grouped(saved.state.step)}` : "";
  terminal.say(
    `${network.layers.find((l) => l.cell.states.length > 0)?.cell.name} with ${grouped(run.store.layout.size)} parameters on ${device.name}${step}`,
  );
  const model = {
    network,
    alphabet: text.alphabet,
    notes: settingsNote(all),
    ...(saved && { sampling: saved.sampling }),
  };
  return {
    job: { run, device: device.name, model, out, saveEvery: settings.saveEvery, json: settings.json },
    settings,
  };
}

/** The rest of the text is compared by `fit`. */
function checkSameText(file: string, saved: LoadedCheckpoint, symbols: readonly (string | number)[]): void {
  const before = saved.alphabet.symbols;
  if (before.length === symbols.length && before.every((symbol, i) => symbol === symbols[i])) return;
  throw new InputError(
    `--resume ${file}: the text has ${symbols.length} different symbols, and that of the saved run had ` +
      `${before.length} others; give the same file, or train anew`,
  );
}
