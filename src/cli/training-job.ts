// A training as given on the command line, ready to run. Everything that can be wrong with it is found here, before the
// first step.
import { basename, extname } from "node:path";
import { loadRun } from "../checkpoint/model-files.ts";
import type { Cell } from "../language/cell.ts";
import { parseCell } from "../language/equations.ts";
import type { ReadData, ReadingSettings, TaskCommand } from "../tasks/command.ts";
import { flagOf, type Given } from "../tasks/shared/flags.ts";
import type { Maker } from "../tasks/task.ts";
import { train, type Run, type RunState, type RunSummary } from "../tasks/train.ts";
import { defaultShares } from "../train/split.ts";
import { showBytes } from "../model/memory.ts";
import { cellFromArgument } from "./cell-argument.ts";
import { readConfig } from "./config-file.ts";
import { deviceNamed, deviceTitle, nativeRemedy } from "./devices.ts";
import { grouped, quoted } from "../tasks/shared/words.ts";
import { checkOutput } from "./model-file.ts";
import { readable, type ReadablePath } from "../formats/standard-input-file.ts";
import type { Terminal } from "./terminal.ts";
import { recurrentSettings, resumedGiven, trainOptions, type TrainFlags } from "./train-flags.ts";
import type { TrainingJob } from "./training.ts";

export interface PreparedJob extends TrainingJob {
  /** The file that is trained on. */
  readonly file: string;
  /** The files and folders that were given besides, as they are typed: a model file does not keep them. */
  readonly paths: string;
}

export async function prepareJob(
  command: TaskCommand,
  flags: TrainFlags,
  files: readonly string[],
  typed: Given,
  terminal: Terminal,
): Promise<PreparedJob> {
  const newly = await withConfig(typed, flags);
  const saved = typeof newly["resume"] === "string" ? await openSaved(command, newly["resume"]) : undefined;
  const given = saved ? resumedGiven(saved.file, saved.state.metadata.settings, newly, flags) : newly;
  const { common, task } = flags.parse(given);
  const cell = saved ? await savedCell(saved, newly["cell"]) : await cellFromArgument(common.cell);
  // What a resumed run keeps was checked when it was given; what is given now is checked now.
  const reading = { split: newly["split"] as string | undefined, seed: common.seed };
  const { data, found = {} } = await readAll(command, files, task, reading, terminal);
  terminal.status("");
  const maker = command.maker as unknown as Maker<object, unknown, unknown>;
  const own = command.train.options({ ...(task as object), ...found } as never, newly);
  const options = { ...own, ...recurrentSettings(common), cell };
  const device = deviceNamed(common.device, common);
  // Columns that were found are kept, so that the model's other commands read the same ones.
  const settings = { ...flags.kept(given), ...found };
  const run: Run<unknown> = train(maker(options), data, {
    ...trainOptions(common),
    ...command.train.training?.(task, given),
    ...(given["split"] === undefined && { split: maker(options).defaults.split ?? defaultShares }),
    device,
    settings,
    ...(saved && { resume: saved.state }),
  });
  const summary = await run.prepare();
  const [file = ""] = files;
  const label = cell.name.replace(/[^\w+.-]+/gu, "-"); // a transform's settings have signs that not every file system takes
  const out =
    common.out ??
    saved?.file ??
    `${file === "-" ? "stdin" : basename(file, extname(file))}-${label}.safetensors`;
  await checkOutput(out, { force: common.force || out === saved?.file });
  tellStart(summary, cell, terminal);
  const remedy = common.device === "auto" ? nativeRemedy(device, terminal.program) : undefined;
  if (remedy !== undefined) terminal.say(remedy);
  return {
    run,
    summary,
    out,
    savedStep: out === saved?.file ? summary.step : undefined,
    saveEvery: common.saveEvery,
    resumable: common.resumable,
    json: common.json,
    ...briefOf(command, run, summary),
    file,
    paths: (command.train.paths ?? [])
      .filter((name) => given[name] !== undefined)
      .map((name) => ` ${flagOf(name)} ${quoted(String(given[name]))}`)
      .join(""),
  };
}

/** The score of the validation part by the latest weights, where training does not score them itself. */
function briefOf(
  { score }: TaskCommand,
  run: Run<unknown>,
  { parts, score: isScored }: RunSummary,
): Pick<TrainingJob, "brief"> {
  const { brief } = score;
  const { validation } = parts;
  if (isScored || brief === undefined || validation === undefined) return {};
  return {
    async brief() {
      const model = (await run.latest()) as { dispose(): void };
      try {
        return await brief(model, validation);
      } finally {
        model.dispose();
      }
    },
  };
}

async function readAll(
  { train }: TaskCommand,
  files: readonly string[],
  task: unknown,
  reading: ReadingSettings,
  terminal: Terminal,
): Promise<ReadData<unknown>> {
  const paths = await Promise.all(files.map((file) => readable(file, train.ending)));
  const [first] = paths as [ReadablePath];
  try {
    if (train.readSeveral)
      return await train.readSeveral(
        paths.map(({ path }) => path),
        task,
        reading,
      );
    return await train.read(first.path, task, reading, {
      say: (line) => terminal.say(line),
      status: (line) => terminal.status(line),
      out: (text) => terminal.out(text),
      write: () => Promise.reject(new Error("training writes no other files")),
    });
  } finally {
    await Promise.all(paths.map((path) => path.dispose()));
  }
}

async function withConfig(given: Given, { all }: TrainFlags): Promise<Given> {
  const { config } = given;
  return typeof config === "string" ? { ...(await readConfig(config, all)), ...given } : given;
}

/** Files and memory above this are told before training. */
const largeBytes = 50e6;

export function tellStart(
  { lines, parameters, bytes, device, step, chance, loss }: RunSummary,
  cell: Pick<Cell, "name">,
  terminal: Terminal,
): void {
  const from = step > 0 ? `, resumed after update ${grouped(step)}` : "";
  lines.forEach((line) => terminal.say(line));
  terminal.say(`${cell.name} with ${grouped(parameters)} parameters on ${deviceTitle(device)}${from}`);
  const file = 4 * parameters;
  if (Math.max(file, bytes) > largeBytes)
    terminal.say(`the model file will have ${showBytes(file)}; training takes ${showBytes(bytes)} of memory`);
  if (chance !== undefined) terminal.say(`guessing by frequency would reach ${loss.words(chance)}`);
}

/** A saved run to resume. */
interface Saved {
  readonly file: string;
  readonly state: RunState;
}

async function openSaved({ kind }: TaskCommand, file: string): Promise<Saved> {
  const state = await loadRun(file);
  if (state.spec.kind === kind) return { file, state };
  throw new Error(
    `--resume ${file} is a model of the task '${state.spec.kind}', not '${kind}'; resume it with 'unrolled ${state.spec.kind} train'`,
  );
}

/** The saved run's cell, which is kept as equations: a file that it came from may have changed since. */
async function savedCell({ file, state }: Saved, typed: unknown): Promise<Cell> {
  const { cell: record } = state.metadata;
  if (!record) throw new Error(`--resume ${file}: its cell is not known; train anew`);
  const cell = parseCell(record.name, record.equations);
  const other = typeof typed === "string" ? await cellFromArgument(typed) : undefined;
  if (!other || cell.text === other.text) return cell;
  throw new Error(`--resume ${file}: --cell ${other.name} is not the cell of the saved run; leave it out`);
}
