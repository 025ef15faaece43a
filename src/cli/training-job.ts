// What was given to train with, made ready to run. Everything that can be wrong with it is found here, before the first
// step. Knows no task.
import { basename, extname } from "node:path";
import { loadCheckpoint } from "../checkpoint/checkpoint-file.ts";
import type { LoadedCheckpoint } from "../checkpoint/checkpoint.ts";
import type { Cell } from "../language/cell.ts";
import { parseCell } from "../language/equations.ts";
import { fit } from "../train/fit.ts";
import { cellFromArgument } from "./cell-argument.ts";
import { deviceNamed, deviceTitle } from "./devices.ts";
import { InputError } from "./failure.ts";
import { grouped } from "./format.ts";
import { checkOutput } from "./model-file.ts";
import type { TrainingTask } from "./tasks/task-commands.ts";
import type { Terminal } from "./terminal.ts";
import {
  readTrainSettings,
  resumedGiven,
  settingsNote,
  trainingOptions,
  type Given,
} from "./train-settings.ts";
import type { TrainingJob } from "./training.ts";

export interface PreparedJob extends TrainingJob {
  /** Steps made before; undefined for a new run. */
  readonly resumedAt: number | undefined;
}

/** A saved run to go on with. */
interface Saved {
  readonly file: string;
  readonly checkpoint: LoadedCheckpoint;
}

export async function prepareJob(
  training: TrainingTask,
  file: string,
  newlyGiven: Given,
  terminal: Terminal,
): Promise<PreparedJob> {
  const resume = newlyGiven["resume"];
  const saved = typeof resume === "string" ? await openSaved(resume) : undefined;
  if (saved && saved.checkpoint.task.kind !== training.kind) {
    throw new InputError(
      `--resume ${saved.file} is a model of the task '${saved.checkpoint.task.kind}', not '${training.kind}'; go on ` +
        `with the command that made it`,
    );
  }
  const given = saved ? resumedGiven(saved.file, saved.checkpoint.notes, newlyGiven, training) : newlyGiven;
  const settings = readTrainSettings(given, training);
  const own = typeof newlyGiven["cell"] === "string" || !saved ? settings.cell : undefined;
  const cell = saved ? await cellOfSaved(saved, own) : await cellFromArgument(settings.cell);
  const prepared = await training.prepare(file, settings, given, cell, terminal);
  const { task, network, data, lines } = prepared;
  if (saved && JSON.stringify(task) !== JSON.stringify(saved.checkpoint.task)) {
    throw new InputError(
      `--resume ${saved.file}: ${file} is other data than the saved run had: other symbols, labels or scales come ` +
        `of it; give the same file, or train anew`,
    );
  }
  // A transform's settings have signs that not every file system takes.
  const label = cell.name.replace(/[^\w+.-]+/gu, "-");
  const out = settings.out ?? saved?.file ?? `${basename(file, extname(file))}-${label}.safetensors`;

  const device = deviceNamed(settings.device, settings);
  const options = { ...trainingOptions(settings), ...prepared.options };
  const run = await fit({ network, device, data, ...options }, saved?.checkpoint.state);
  const replaced = await checkOutput(out);

  const resumedAt = saved?.checkpoint.state.step;
  const from = resumedAt === undefined ? "" : `, going on after step ${grouped(resumedAt)}`;
  lines.forEach((line) => terminal.say(line));
  terminal.say(
    `${cell.name} with ${grouped(run.store.layout.size)} parameters on ${deviceTitle(device)}${from}`,
  );
  if (replaced !== undefined && out !== saved?.file) {
    terminal.say(`${out} holds a model of ${grouped(replaced)} steps, which this run will replace`);
  }
  return {
    run,
    device,
    model: {
      network,
      task,
      notes: {
        ...settingsNote(settings),
        ...prepared.notes,
        [cellNote]: JSON.stringify([cell.name, cell.text]),
      },
      ...(saved && { sampling: saved.checkpoint.sampling }),
    },
    out,
    savedStep: out === saved?.file ? resumedAt : undefined,
    saveEvery: settings.saveEvery,
    json: settings.json,
    resumedAt,
  };
}

async function openSaved(file: string): Promise<Saved> {
  return { file, checkpoint: await loadCheckpoint(file) };
}

const cellNote = "cell";

/** The saved run's cell, which is kept as equations: a file that it came from may have changed since. */
async function cellOfSaved({ file, checkpoint }: Saved, given: string | undefined): Promise<Cell> {
  const note = checkpoint.notes[cellNote];
  if (note === undefined) {
    throw new InputError(`--resume ${file}: its network is not one that this command trains; train anew`);
  }
  const cell = parseCell(...(JSON.parse(note) as [string, string]));
  const other = given === undefined ? undefined : await cellFromArgument(given);
  if (other && cell.text !== other.text) {
    throw new InputError(
      `--resume ${file}: --cell ${other.name} is another cell than that of the saved run; leave it out`,
    );
  }
  return cell;
}
