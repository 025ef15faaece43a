// The flags of training that all tasks share, their defaults by task, which of them a resumed run may change, and how a
// model file keeps them.
import { z } from "zod";
import type { RecurrentSettings, TrainCommand } from "../tasks/command.ts";
import {
  dropRate,
  flag,
  flagOf,
  flags,
  joinFlags,
  jsonFlag,
  oneOf,
  parseSizes,
  positive,
  seedFlag,
  whole,
  zeroOrMore,
  type Flags,
  type Given,
} from "../tasks/shared/flags.ts";
import type { TaskDefaults } from "../tasks/task.ts";
import type { TrainOptions } from "../tasks/train.ts";
import { optimizerKinds, type OptimizerKind, type OptimizerSettings } from "../train/optimizers.ts";
import { scheduleKinds, type ScheduleKind } from "../train/schedules.ts";
import { resolveOptions } from "../train/settings.ts";
import { defaultShares, readShares } from "../train/split.ts";
import { cellHelp } from "./cell-argument.ts";
import { deviceFields, type DeviceChoice } from "./devices.ts";
import type { Sections } from "./settings.ts";

const shares = z.string().refine(
  (text) => {
    try {
      return readShares(text).length > 0;
    } catch {
      return false;
    }
  },
  {
    error: ({ input }) => {
      try {
        readShares(String(input));
        return undefined;
      } catch (error) {
        return (error as Error).message.replace(/^split: /u, "");
      }
    },
  },
);

/** A flag with a default; or `words` that say what it is, where it depends on the data. */
function withDefault(field: z.ZodType, value: unknown, help: string, words?: string): z.ZodType {
  if (words === undefined) return field.default(value).describe(help);
  return field.optional().describe(`${help} (default: ${words})`);
}

const budgetNames = ["epochs", "steps", "minutes"] as const;

/** The settings that every task's training has, by their options' names. */
interface Common {
  readonly cell: string;
  readonly size: number;
  readonly sizes?: string | undefined;
  readonly layers: number;
  /** Only for tasks that take one. */
  readonly embedding?: number;
  readonly batch?: number | undefined;
  readonly epochs?: number | undefined;
  readonly steps?: number | undefined;
  readonly minutes?: number | undefined;
  readonly optimizer: OptimizerKind;
  readonly rate?: number | undefined;
  readonly schedule?: ScheduleKind | undefined;
  readonly clip: number;
  readonly weightDecay: number;
  readonly dropout?: number;
  readonly split: string;
  readonly patience?: number | undefined;
  readonly seed: number;
  readonly device: DeviceChoice;
  readonly threads?: number | undefined;
  readonly out?: string | undefined;
  readonly force: boolean;
  readonly saveEvery?: number | undefined;
  readonly resumable: boolean;
  readonly resume?: string | undefined;
  readonly config?: string | undefined;
  readonly json: boolean;
}

function commonFlags(command: AnyTrain, defaults: TaskDefaults): Flags<Common> {
  const { cell, size, embedding = 0, dropout = "0", training: words = {} } = command.defaults;
  const { budget, batch, rate, schedule, clip, patience } = resolveOptions({
    budget: { epochs: 10 },
    ...defaults,
  });
  return flags(
    {
      cell: z.string().default(cell).describe(cellHelp),
      size: whole(1).default(size).describe("hidden width of each layer"),
      sizes: z
        .string()
        .optional()
        .describe("sizes of other widths that the cell's equations name, as in P=64"),
      layers: whole(1).default(1).describe("recurrent layers"),
      ...(command.hasEmbedding && {
        embedding: withDefault(
          whole(0),
          embedding,
          "width of a learned vector per symbol; 0 is one-hot",
          typeof embedding === "string" ? embedding : undefined,
        ),
      }),
      batch: withDefault(whole(1), batch, `${command.batches} per update`, words.batch),
      epochs: positive
        .optional()
        .describe(
          `passes over the training data (default: ${words.epochs ?? ("epochs" in budget ? budget.epochs : 10)})`,
        ),
      steps: whole(1).optional().describe("length of the training in updates, instead of epochs"),
      minutes: positive.optional().describe("length of the training in minutes, instead of epochs"),
      optimizer: oneOf(optimizerKinds)
        .default("adam")
        .describe(`optimizer: ${optimizerKinds.join(", ")}`),
      rate: withDefault(positive, rate, "learning rate", words.rate),
      schedule: withDefault(
        oneOf(scheduleKinds),
        schedule.kind,
        `learning-rate schedule: ${scheduleKinds.join(", ")}`,
        words.schedule,
      ),
      clip: zeroOrMore
        .default("limit" in clip ? clip.limit : 0)
        .describe("clip the global gradient norm at this value; 0 for no limit"),
      weightDecay: zeroOrMore.default(0).describe("weight decay: decoupled with adamw, else an L2 penalty"),
      dropout: withDefault(dropRate, undefined, "rate of dropout after each recurrent layer", dropout),
      split: shares
        .default(defaults.split ?? defaultShares)
        .describe("share of the data for training, the rest for validation; or three, as in 0.8/0.1/0.1"),
      patience: withDefault(
        whole(0),
        patience,
        "stop after this many validations without improvement; 0 never stops",
        words.patience,
      ),
      seed: seedFlag,
      ...deviceFields,
      out: z
        .string()
        .min(1, "must name a file")
        .optional()
        .describe("the model file to write (default: FILE-CELL.safetensors)"),
      saveEvery: whole(1).optional().describe("also save the run every n updates"),
      resumable: flag.describe(
        "keep what resuming needs in the model file when training has ended, too, which makes it larger",
      ),
      force: flag.describe("write over a model that is there already"),
      resume: z
        .string()
        .min(1, "must name a model")
        .optional()
        .describe("resume training from this model file"),
      config: z.string().optional().describe("YAML or JSON file of settings, named like these options"),
      json: jsonFlag,
    },
    {
      cell: "cell",
      sizes: "list",
      optimizer: "name",
      schedule: "name",
      split: "shares",
      device: "name",
      out: "file",
      resume: "model",
      config: "file",
    },
  ) as Flags<Common>;
}

/** The headings below which the help shows them; a task's own flags come before. */
export const trainSections: Sections = {
  "Network:": ["cell", "size", "sizes", "layers", "embedding", "dropout"],
  "Training:": [
    "epochs",
    "steps",
    "minutes",
    "batch",
    "optimizer",
    "rate",
    "schedule",
    "clip",
    "weightDecay",
    "split",
    "patience",
    "seed",
  ],
  "Files and device:": [
    "out",
    "force",
    "saveEvery",
    "resumable",
    "resume",
    "config",
    "device",
    "threads",
    "json",
  ],
};

export type AnyTrain = TrainCommand<unknown, unknown, unknown>;

/** All flags of a task's training. */
export interface TrainFlags {
  readonly all: Flags<unknown>;
  /** The settings of `given`, the common ones with defaults. Throws for flags out of range, listing them. */
  parse(given: Given): { readonly common: Common; readonly task: unknown };
  /** What a model file keeps: every setting with its value, as it would be typed; those of the machine left out. */
  kept(given: Given): Record<string, string | boolean>;
  /** Whether a model file keeps the setting of this name. */
  isKept(name: string): boolean;
}

/** Settings of the machine and of one call: a resumed run may change them, and a model file does not keep them. */
const free: readonly string[] = [
  "device",
  "threads",
  "out",
  "force",
  "saveEvery",
  "resume",
  "config",
  "json",
];

export function trainFlags(command: AnyTrain, defaults: TaskDefaults): TrainFlags {
  const common = commonFlags(command, defaults);
  const all = joinFlags(common, command.flags);
  const isKept = (name: string): boolean => !free.includes(name) && !(command.paths ?? []).includes(name);
  return {
    all,
    isKept,
    parse(given) {
      all.parse(given);
      const values = common.parse(given);
      const several = budgetNames.filter((name) => values[name] !== undefined);
      if (several.length > 1) {
        throw new Error(
          `give one of --epochs, --steps and --minutes, not ${several.map(flagOf).join(" and ")}`,
        );
      }
      return { common: values, task: command.flags.parse(given) };
    },
    kept(given) {
      const task = command.flags.parse(given);
      const values: Record<string, unknown> = { ...all.parse(given), ...command.training?.(task, given) };
      const hasBudget = budgetNames.some((name) => values[name] !== undefined);
      if (!hasBudget && command.defaults.training?.epochs === undefined)
        Object.assign(values, defaults.budget ?? { epochs: 10 });
      return Object.fromEntries(
        Object.entries(values)
          .filter(([name, value]) => value !== undefined && isKept(name))
          .map(([name, value]) => [name, typeof value === "boolean" ? value : String(value)]),
      );
    },
  };
}

/** The recurrent options that the flags give. */
export function recurrentSettings(common: Common): RecurrentSettings {
  const { size, layers, dropout, embedding, sizes } = common;
  return {
    size,
    layers,
    sizes: parseSizes(sizes),
    ...(dropout !== undefined && { dropout }),
    ...(embedding !== undefined && { embedding }),
  };
}

/** The options of `train` that the flags give. */
export function trainOptions(common: Common): TrainOptions {
  const { epochs, steps, minutes, batch, rate, schedule, clip, patience, seed, split } = common;
  const { optimizer: kind, weightDecay } = common;
  const optimizer = { kind, ...(weightDecay > 0 && { weightDecay }) } as OptimizerSettings;
  const chosen = { epochs, steps, minutes, batch, optimizer, rate, schedule, clip, patience, seed, split };
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
}

/**
 * What was given for a saved run, with what is given now. Throws where that would make it another run. The cell is not
 * compared: two texts may be one cell.
 */
export function resumedGiven(
  file: string,
  saved: Readonly<Record<string, unknown>>,
  given: Given,
  flagsOfTask: TrainFlags,
): Given {
  if (Object.keys(saved).length === 0) {
    throw new Error(
      `--resume ${file}: this model was not trained on the command line, so its settings are not known; ` +
        "resume it where it was trained, or train anew",
    );
  }
  const isBudget = (name: string): boolean => (budgetNames as readonly string[]).includes(name);
  const hasBudget = budgetNames.some((name) => given[name] !== undefined);
  const known = Object.entries(saved).filter(
    ([name]) => name in flagsOfTask.all.fields && flagsOfTask.isKept(name),
  );
  const before = Object.fromEntries(known);
  const merged = {
    ...Object.fromEntries(known.filter(([name]) => !(hasBudget && isBudget(name)))),
    ...given,
  };
  const [was, is] = [flagsOfTask.kept(before), flagsOfTask.kept(merged)];
  const changed = Object.keys({ ...was, ...is }).filter(
    (name) => !["cell", "resumable"].includes(name) && !isBudget(name) && was[name] !== is[name],
  );
  if (changed.length === 0) return merged;
  const shown = (value: unknown): string => (value === undefined ? "left out" : String(value));
  const list = changed.map((name) => `${flagOf(name)} was ${shown(was[name])}, not ${shown(is[name])}`);
  throw new Error(
    `--resume ${file}: ${list.join("; ")}: a run is resumed with its own settings (only the budget, --out, ` +
      "--save-every, --device and --threads may change); leave them out, or train anew without --resume",
  );
}
