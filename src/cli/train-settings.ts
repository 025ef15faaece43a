// The settings of training, common to all tasks: their flags, defaults and checks, what of them a resumed run may change, and
// how a model file keeps them.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { readShares } from "../train/split.ts";
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
  type Fields,
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

/** What a task sets otherwise where a person gives nothing. */
export interface TrainDefaults {
  readonly cell?: string;
  readonly size?: number;
  readonly layers?: number;
  readonly embedding?: number;
  readonly batch?: number;
  readonly epochs?: number;
  readonly rate?: number;
  readonly schedule?: (typeof scheduleKinds)[number];
  readonly clip?: number;
  readonly dropout?: number;
  readonly patience?: number;
  readonly split?: string;
}

/** The options that every task's training has. */
// oxlint-disable-next-line explicit-function-return-type -- the fields' types are what zod makes of them
function commonFields(by: TrainDefaults) {
  return {
    cell: z
      .string()
      .default(by.cell ?? "lstm")
      .describe(cellHelp),
    size: whole(1)
      .default(by.size ?? 128)
      .describe("hidden width of each layer"),
    widths: z.string().optional().describe("sizes of further widths that the cell's equations name, as P=64"),
    layers: whole(1)
      .default(by.layers ?? 1)
      .describe("recurrent layers"),
    embedding: whole(0)
      .default(by.embedding ?? 0)
      .describe("width of a learned vector for each symbol; 0 is one-hot"),
    batch: whole(1)
      .default(by.batch ?? 32)
      .describe("stretches of text, or sequences, side by side"),
    epochs: positive
      .optional()
      .describe(`train so many times through the data (default: ${by.epochs ?? defaultEpochs})`),
    steps: whole(1).optional().describe("train so many updates"),
    minutes: positive.optional().describe("train so many minutes"),
    optimizer: oneOf(optimizerKinds).default("adam").describe(optimizerKinds.join(", ")),
    rate: positive.default(by.rate ?? 0.002).describe("learning rate"),
    schedule: oneOf(scheduleKinds)
      .default(by.schedule ?? "constant")
      .describe(`of the rate: ${scheduleKinds.join(", ")}`),
    clip: zeroOrMore
      .default(by.clip ?? 5)
      .describe("greatest norm of all gradients together; 0 for no limit"),
    weightDecay: zeroOrMore.default(0).describe("shrinks the weights, as a share of the rate or a penalty"),
    dropout: rateOfDropout.default(by.dropout ?? 0).describe("rate of dropout after each layer"),
    split: shares
      .default(by.split ?? "0.9")
      .describe("share for training, the rest for validation, or shares as 0.9/0.05/0.05"),
    patience: whole(0)
      .default(by.patience ?? 0)
      .describe("end after so many validations without a new best; 0 for never"),
    seed: number("a whole number", Number.isSafeInteger).default(1).describe("of all that is random"),
    ...deviceFields,
    out: z
      .string()
      .min(1, "must name a file")
      .optional()
      .describe("the model (default: <file>-<cell>.safetensors)"),
    saveEvery: whole(1).optional().describe("save every so many steps, too"),
    resume: z.string().min(1, "must name a model").optional().describe("go on with the run of this model"),
    json: flag.describe("one JSON object a line"),
  };
}

const defaultEpochs = 10;

const commonValueNames: ValueNames = {
  cell: "cell",
  widths: "list",
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
};

/** The options of one task's training: its own, and what it sets otherwise of the common ones. */
export interface TrainOptions {
  readonly fields: Fields;
  readonly valueNames: ValueNames;
  readonly defaults: TrainDefaults;
  /** Defaults that follow from other settings. */
  readonly complete?: (values: Given) => Given;
}

export function addTrainOptions(command: CommandUnknownOpts, options: TrainOptions): void {
  const fields = { ...commonFields(options.defaults), ...options.fields };
  addOptions(command, fields, { ...commonValueNames, ...options.valueNames });
}

/** The common ones, with their defaults; named as the flags are. */
export interface TrainSettings {
  readonly cell: string;
  readonly size: number;
  readonly widths?: string | undefined;
  readonly layers: number;
  readonly embedding: number;
  readonly batch: number;
  readonly budget: Budget;
  readonly optimizer: (typeof optimizerKinds)[number];
  readonly rate: number;
  readonly schedule: (typeof scheduleKinds)[number];
  /** 0 for no limit. */
  readonly clip: number;
  readonly weightDecay: number;
  readonly dropout: number;
  readonly split: string;
  /** 0 for never. */
  readonly patience: number;
  readonly seed: number;
  readonly device: DeviceChoice;
  /** Undefined: all cores. */
  readonly threads?: number | undefined;
  readonly out?: string | undefined;
  /** Undefined: at validations only. */
  readonly saveEvery?: number | undefined;
  readonly resume?: string | undefined;
  readonly json: boolean;
}

/** What a person gave, by name, as they typed it. */
export type Given = Readonly<Record<string, unknown>>;

const budgetNames = ["epochs", "steps", "minutes"] as const;
/** A resumed run may change these; all else makes it another run. */
const free: readonly string[] = ["budget", "device", "threads", "out", "saveEvery", "resume", "json"];

/** Throws an `InputError` that lists every setting out of range, the task's own among them. */
export function readTrainSettings(given: Given, options: TrainOptions): TrainSettings {
  const schema = z.object({ ...options.fields, ...commonFields(options.defaults) });
  const { epochs, steps, minutes, ...read } = readSettings(schema, given);
  const rest = { ...read, ...options.complete?.(read) };
  const budgets = Object.entries({ epochs, steps, minutes }).filter(([, value]) => value !== undefined);
  if (budgets.length > 1) {
    const flags = budgets.map(([name]) => flagOf(name)).join(" and ");
    throw new InputError(`give one of --epochs, --steps and --minutes, not ${flags}`);
  }
  const byDefault = { epochs: options.defaults.epochs ?? defaultEpochs };
  return { ...rest, budget: (budgets.length === 1 ? Object.fromEntries(budgets) : byDefault) as Budget };
}

/** The options of `fit`. */
export function trainingOptions(settings: TrainSettings): TrainingOptions {
  const { budget, batch, optimizer, rate, schedule, clip, weightDecay, patience, seed } = settings;
  return {
    budget,
    batch,
    rate,
    patience,
    seed,
    optimizer: { kind: optimizer, ...(weightDecay > 0 && { weightDecay }) },
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
  const typed = kept.map(([name, value]) => [name, typeof value === "boolean" ? value : String(value)]);
  return { [noteName]: JSON.stringify(Object.fromEntries(typed)) };
}

/**
 * What was given for a saved run, with what is newly given. Throws an `InputError` where that would make it another
 * run. The cell is not compared: two texts may be one cell.
 */
export function resumedGiven(
  file: string,
  notes: Readonly<Record<string, string>>,
  given: Given,
  options: TrainOptions,
): Given {
  const saved = savedSettings(file, notes[noteName]);
  const isNewBudget = budgetNames.some((name) => given[name] !== undefined);
  const kept = Object.entries(saved).filter(
    ([name]) => !isNewBudget || !(budgetNames as readonly string[]).includes(name),
  );
  const both = { ...Object.fromEntries(kept), ...given };
  const values = (from: Given): Record<string, unknown> => ({ ...readTrainSettings(from, options) });
  const [before, now] = [values(saved), values(both)];
  const changed = Object.keys(now).filter(
    (name) => name !== "cell" && !free.includes(name) && String(now[name]) !== String(before[name]),
  );
  if (changed.length > 0) {
    const list = changed.map(
      (name) => `${flagOf(name)} was ${String(before[name])}, not ${String(now[name])}`,
    );
    throw new InputError(
      `--resume ${file}: ${list.join("; ")}: a run goes on with its own settings (only the budget, --out, ` +
        `--save-every, --device and --threads may change); leave them out, or start anew without --resume`,
    );
  }
  return both;
}

function savedSettings(file: string, note: string | undefined): Given {
  const record = z.record(z.string(), z.union([z.string(), z.boolean()]));
  const parsed = note === undefined ? undefined : record.safeParse(JSON.parse(note));
  if (parsed?.success) return parsed.data;
  throw new InputError(
    `--resume ${file}: this model was not made by this command, so its settings are not known; ` +
      `go on with it where it was made, or train anew`,
  );
}
