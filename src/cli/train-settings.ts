// The settings of `unrolled train`: their flags, defaults and checks, what of them a resumed run may change, and
// how a model file keeps them.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { readShares } from "../data/split.ts";
import { optimizerKinds } from "../train/optimizers.ts";
import { scheduleKinds } from "../train/schedules.ts";
import type { Budget, TrainingOptions } from "../train/settings.ts";
import { cellHelp } from "./cell-argument.ts";
import { deviceFields, type DeviceChoice } from "./devices.ts";
import { InputError } from "./failure.ts";
import {
  addOptions,
  flag,
  flagOf,
  number,
  oneOf,
  positive,
  readSettings,
  whole,
  type ValueNames,
} from "./settings.ts";

const zeroOrMore = number("a number, 0 or more", (n) => n >= 0 && Number.isFinite(n));
const rateOfDropout = number("a number from 0 to below 1", (n) => n >= 0 && n < 1);
const shares = z.string().transform((text, context) => {
  try {
    readShares(text);
    return text;
  } catch (error) {
    context.issues.push({
      code: "custom",
      message: (error as Error).message.replace(/^split: /u, ""),
      input: text,
    });
    return z.NEVER;
  }
});

const trainFields = {
  cell: z.string().default("lstm").describe(cellHelp),
  size: whole(1).default(128).describe("hidden width of each layer"),
  widths: z.string().optional().describe("sizes of further widths that the cell's equations name, as P=64"),
  layers: whole(1).default(1).describe("recurrent layers"),
  embedding: whole(0).default(0).describe("width of a learned vector for each symbol; 0 is one-hot"),
  window: whole(1).default(50).describe("steps between two updates"),
  horizon: whole(1).optional().describe("steps that the gradient goes back (default: window)"),
  batch: whole(1).default(32).describe("stretches of the text read side by side"),
  epochs: positive.optional().describe("train so many times through the text (default: 10)"),
  steps: whole(1).optional().describe("train so many updates"),
  minutes: positive.optional().describe("train so many minutes"),
  optimizer: oneOf(optimizerKinds).default("adam").describe(optimizerKinds.join(", ")),
  rate: positive.default(0.002).describe("learning rate"),
  schedule: oneOf(scheduleKinds)
    .default("constant")
    .describe(`of the rate: ${scheduleKinds.join(", ")}`),
  clip: zeroOrMore.default(5).describe("greatest norm of all gradients together; 0 for no limit"),
  dropout: rateOfDropout.default(0).describe("rate of dropout after each layer"),
  split: shares.default("0.9").describe("share for training, or shares as 0.9/0.05/0.05"),
  seed: number("a whole number", Number.isSafeInteger).default(1).describe("of all that is random"),
  ...deviceFields,
  out: z
    .string()
    .min(1, "must name a file")
    .optional()
    .describe("the model (default: <file>-<cell>.safetensors)"),
  saveEvery: whole(1).optional().describe("save every so many steps, too"),
  resume: z.string().min(1, "must name a model").optional().describe("go on with the run of this model"),
  unit: oneOf(["char", "byte"]).default("char").describe("what a symbol is: char (Unicode) or byte"),
  json: flag.describe("one JSON object a line"),
};

const trainValueNames: ValueNames = {
  cell: "cell",
  widths: "list",
  horizon: "n",
  epochs: "n",
  steps: "n",
  minutes: "n",
  optimizer: "name",
  schedule: "name",
  split: "shares",
  device: "name",
  threads: "n",
  out: "file",
  saveEvery: "n",
  resume: "model",
  unit: "unit",
};

export function addTrainOptions(command: CommandUnknownOpts): void {
  addOptions(command, trainFields, trainValueNames);
}

/** All of them, with their defaults; named as the flags are. */
export interface TrainSettings {
  readonly cell: string;
  readonly size: number;
  readonly widths?: string | undefined;
  readonly layers: number;
  readonly embedding: number;
  readonly window: number;
  readonly horizon: number;
  readonly batch: number;
  readonly budget: Budget;
  readonly optimizer: (typeof optimizerKinds)[number];
  readonly rate: number;
  readonly schedule: (typeof scheduleKinds)[number];
  /** 0 for no limit. */
  readonly clip: number;
  readonly dropout: number;
  readonly split: string;
  readonly seed: number;
  readonly device: DeviceChoice;
  /** Undefined: all cores. */
  readonly threads?: number | undefined;
  readonly out?: string | undefined;
  /** Undefined: at validations only. */
  readonly saveEvery?: number | undefined;
  readonly resume?: string | undefined;
  readonly unit: "char" | "byte";
  readonly json: boolean;
}

/** What a person gave, by name, as they typed it. */
export type Given = Readonly<Record<string, unknown>>;

const budgetNames = ["epochs", "steps", "minutes"] as const;
/** A resumed run may change these; all else makes it another run. */
const free: readonly string[] = ["budget", "device", "threads", "out", "saveEvery", "resume", "json"];

/** Throws an `InputError` that lists every setting out of range. */
export function readTrainSettings(given: Given): TrainSettings {
  const schema = z.object(trainFields);
  const { epochs, steps, minutes, horizon, ...rest } = readSettings(schema, given);
  const budgets = Object.entries({ epochs, steps, minutes }).filter(([, value]) => value !== undefined);
  if (budgets.length > 1) {
    const flags = budgets.map(([name]) => flagOf(name)).join(" and ");
    throw new InputError(`give one of --epochs, --steps and --minutes, not ${flags}`);
  }
  const budget = (budgets.length === 1 ? Object.fromEntries(budgets) : { epochs: 10 }) as Budget;
  return { ...rest, horizon: horizon ?? rest.window, budget };
}

/** The options of `fit`. */
export function trainingOptions(settings: TrainSettings): TrainingOptions {
  const { budget, batch, window, horizon, optimizer, rate, schedule, clip, seed } = settings;
  return {
    budget,
    batch,
    window,
    horizon,
    rate,
    seed,
    optimizer: { kind: optimizer },
    schedule: { kind: schedule },
    clip: clip > 0 ? { kind: "norm", limit: clip } : { kind: "none" },
  };
}

const noteName = "train";

/** What a model file keeps of the settings, to go on with them: as they would be typed. */
export function settingsNote({ budget, ...settings }: TrainSettings): Record<string, string> {
  const kept = Object.entries({ ...settings, ...budget }).filter(
    ([name, value]) => value !== undefined && !free.includes(name),
  );
  return {
    [noteName]: JSON.stringify(Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))),
  };
}

/**
 * The settings of a saved run, with what is newly given. Throws an `InputError` where that would make it
 * another run. The cell is not compared: two texts may be one cell.
 */
export function resumedSettings(
  file: string,
  notes: Readonly<Record<string, string>>,
  given: Given,
): TrainSettings {
  const saved = savedSettings(file, notes[noteName]);
  const isNewBudget = budgetNames.some((name) => given[name] !== undefined);
  const kept = Object.entries(saved).filter(
    ([name]) => !isNewBudget || !(budgetNames as readonly string[]).includes(name),
  );
  const both = { ...Object.fromEntries(kept), ...given };
  const before = readTrainSettings(saved);
  const settings = readTrainSettings(both);
  const changed = (Object.keys(settings) as (keyof TrainSettings)[]).filter(
    (name) => name !== "cell" && !free.includes(name) && settings[name] !== before[name],
  );
  if (changed.length > 0) {
    const list = changed.map(
      (name) => `${flagOf(name)} was ${String(before[name])}, not ${String(settings[name])}`,
    );
    throw new InputError(
      `--resume ${file}: ${list.join("; ")}: a run goes on with its own settings (only the budget, --out, ` +
        `--save-every, --device and --threads may change); leave them out, or start anew without --resume`,
    );
  }
  return settings;
}

function savedSettings(file: string, note: string | undefined): Given {
  const record = z.record(z.string(), z.string());
  const parsed = note === undefined ? undefined : record.safeParse(JSON.parse(note));
  if (parsed?.success) return parsed.data;
  throw new InputError(
    `--resume ${file}: this model was not made by 'unrolled train', so its settings are not known; ` +
      `go on with it where it was made, or train anew`,
  );
}
