// What was given to `unrolled train`, made ready to run. Everything that can be wrong with it is found here,
// before the first step.
import { basename, extname } from "node:path";
import type { EncodedText } from "../data/text.ts";
import { splitIds } from "../data/split.ts";
import { loadCheckpoint } from "../io/checkpoint-file.ts";
import type { LoadedCheckpoint } from "../io/checkpoint.ts";
import { languageModel } from "../model/language-model.ts";
import type { Network } from "../plan/network.ts";
import { fit } from "../train/fit.ts";
import { cellFromArgument } from "./cell-argument.ts";
import { deviceNamed, deviceTitle } from "./devices.ts";
import { InputError } from "./failure.ts";
import { grouped } from "./format.ts";
import { furtherWidths } from "./further-widths.ts";
import { checkOutput } from "./model-file.ts";
import type { Terminal } from "./terminal.ts";
import { describeParts, readTextFile } from "./text-file.ts";
import {
  readTrainSettings,
  resumedSettings,
  settingsNote,
  trainingOptions,
  type Given,
  type TrainSettings,
} from "./train-settings.ts";
import type { TrainingJob } from "./training.ts";

export interface PreparedJob extends TrainingJob {
  readonly unit: TrainSettings["unit"];
  /** Steps made before; undefined for a new run. */
  readonly resumedAt: number | undefined;
}

/** A saved run to go on with. */
interface Saved {
  readonly file: string;
  readonly checkpoint: LoadedCheckpoint;
}

export async function prepareJob(file: string, given: Given, terminal: Terminal): Promise<PreparedJob> {
  const saved = typeof given["resume"] === "string" ? await openSaved(given["resume"]) : undefined;
  const settings = saved
    ? resumedSettings(saved.file, saved.checkpoint.notes, given)
    : readTrainSettings(given);
  const text = await readTextFile(file, settings.unit);
  const network = saved
    ? await networkOfSaved(saved, given, text)
    : await networkOf(settings, text.alphabet.symbols.length);
  const cell = network.layers.find((layer) => layer.cell.states.length > 0)?.cell.name ?? settings.cell;
  // A transform's settings have signs that not every file system takes.
  const label = cell.replace(/[^\w+.-]+/gu, "-");
  const out = settings.out ?? saved?.file ?? `${basename(file, extname(file))}-${label}.safetensors`;

  const split = splitIds(text.ids, settings.split);
  const data = { kind: "text", train: split.train, validation: split.validation } as const;
  const device = deviceNamed(settings.device, settings);
  const run = await fit({ network, device, data, ...trainingOptions(settings) }, saved?.checkpoint.state);
  const replaced = await checkOutput(out);

  const resumedAt = saved?.checkpoint.state.step;
  const from = resumedAt === undefined ? "" : `, going on after step ${grouped(resumedAt)}`;
  terminal.say(describeParts(split, text.ids.length, settings.unit));
  terminal.say(`${cell} with ${grouped(run.store.layout.size)} parameters on ${deviceTitle(device)}${from}`);
  if (replaced !== undefined && out !== saved?.file) {
    terminal.say(`${out} holds a model of ${grouped(replaced)} steps, which this run will replace`);
  }
  return {
    run,
    device,
    model: {
      network,
      alphabet: text.alphabet,
      notes: settingsNote(settings),
      ...(saved && { sampling: saved.checkpoint.sampling }),
    },
    out,
    savedStep: out === saved?.file ? resumedAt : undefined,
    saveEvery: settings.saveEvery,
    json: settings.json,
    unit: settings.unit,
    resumedAt,
  };
}

async function openSaved(file: string): Promise<Saved> {
  return { file, checkpoint: await loadCheckpoint(file) };
}

async function networkOf(settings: TrainSettings, vocabulary: number): Promise<Network> {
  const { size, layers, embedding, dropout } = settings;
  const cell = await cellFromArgument(settings.cell);
  const sizes = furtherWidths(cell, settings.widths);
  return languageModel({ vocabulary, cell, size, layers, embedding, dropout, sizes });
}

/** The saved network, if text and cell are its own; the rest of the text is compared by `fit`. */
async function networkOfSaved(
  { file, checkpoint }: Saved,
  given: Given,
  text: EncodedText,
): Promise<Network> {
  const { network, alphabet } = checkpoint;
  const symbols: readonly (string | number)[] = text.alphabet.symbols;
  const before: readonly (string | number)[] = alphabet.symbols;
  if (before.length !== symbols.length || before.some((symbol, i) => symbol !== symbols[i])) {
    throw new InputError(
      `--resume ${file}: this is another text: it has ${symbols.length} different symbols, and that of the ` +
        `saved run had ${before.length} others; give the same file, or train anew`,
    );
  }
  const cell = typeof given["cell"] === "string" ? await cellFromArgument(given["cell"]) : undefined;
  if (cell && network.layers.every((layer) => layer.cell.text !== cell.text)) {
    throw new InputError(
      `--resume ${file}: --cell ${cell.name} is another cell than that of the saved run; leave it out`,
    );
  }
  return network;
}
