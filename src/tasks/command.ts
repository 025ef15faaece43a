// How the command line offers a task: the files it reads, the flags it takes, and its reports. One value of this shape per
// task, in `flags.ts` of its folder.
import type { Flags, Given } from "./shared/flags.ts";
import type { Maker, Model, Parts } from "./task.ts";

/** What a command prints: JSON lines for programs, text for people. */
export interface Report {
  readonly json: readonly object[];
  readonly text: string;
}

/** What a command may use besides its flags. */
export interface CommandContext {
  /** Prints a line for people, on stderr. */
  say(line: string): void;
  /** A line that the next one replaces; nothing where nobody watches. */
  status(line: string): void;
  /** Prints text on stdout as it comes; nothing with `--json`. */
  out(text: string): Promise<void>;
  /** Writes a file. Throws where it is one of those that this command reads. */
  write(path: string, content: string | Uint8Array): Promise<void>;
}

/** Settings that every training has, as far as reading data goes. */
export interface ReadingSettings {
  /** Shares of the parts, as given; undefined where the person gave none. */
  readonly split?: string | undefined;
  readonly seed: number;
}

/** Data read from a file, and the settings that were found, such as the columns: the model file keeps them. */
export interface ReadData<D> {
  readonly data: D;
  readonly found?: Readonly<Record<string, string>>;
}

/** The recurrent options that the command line reads for every task. */
export interface RecurrentSettings {
  readonly size: number;
  readonly layers: number;
  readonly dropout?: number;
  readonly sizes: Readonly<Record<string, number>>;
  /** For tasks that take it. */
  readonly embedding?: number;
}

/** The task's own score of a model, in words. */
export interface ScoreWords<M, D> {
  /**
   * Briefly, of the validation part, beside the loss while a model is trained: `BLEU 23.5`. Absent where the loss says as
   * much, or the design has a score. May take a part of the data where all of it would take long.
   */
  readonly brief?: (model: M, validation: D) => Promise<string>;
  /** Of a part that training left out, beside a baseline. */
  readonly beside: (model: M, part: "validation" | "test", parts: Parts<D>) => Promise<Standing>;
}

/** How a trained model stands beside a baseline. */
export interface Standing extends Report {
  /** The baseline's name where it is at least as good as the model. */
  readonly betterBaseline?: string | undefined;
  /** What to do then, where it is not to train longer or otherwise. */
  readonly remedy?: string;
}

/** Options of training whose defaults may depend on the data. */
export type DesignedOption = "epochs" | "batch" | "rate" | "schedule" | "patience";

export interface TrainCommand<D, O, T> {
  readonly about: string;
  /** The file to train on, in words. */
  readonly file: string;
  /** The format of standard input, `-`, where its beginning does not tell: an ending, `.csv`. */
  readonly ending: string;
  /** Command lines that work, without `unrolled`. */
  readonly examples: readonly string[];
  /** Whether symbols may have learned vectors: `--embedding`. */
  readonly hasEmbedding: boolean;
  /** What stands side by side in an update: "sequences", "parallel lanes of text". */
  readonly batches: string;
  /** Defaults of the recurrent options and of training, beside the task's own: what the help shows. */
  readonly defaults: {
    readonly cell: string;
    readonly size: number;
    /** Where it depends on the data, in words. */
    readonly embedding?: number | string;
    readonly dropout?: string;
    /** Options of training that a design has defaults for, by its data: the defaults in words. */
    readonly training?: Partial<Readonly<Record<DesignedOption, string>>>;
  };
  /** The command that the model's first use is shown with, on the file that it was trained on. Default `predict`. */
  readonly next?: (path: string) => "predict" | "eval";
  readonly flags: Flags<T>;
  /** Reads several files as one, for tasks that can. */
  readSeveral?(paths: readonly string[], flags: T, settings: ReadingSettings): Promise<ReadData<D>>;
  /** Flags that name files or folders, which a model file does not keep: nobody's files are opened because it says so. */
  readonly paths?: readonly string[];
  /** Reads the data. Throws for what is wrong with a file, by line. */
  read(path: string, flags: T, settings: ReadingSettings, context: CommandContext): Promise<ReadData<D>>;
  /** The task's own options, besides the recurrent ones. Throws for flags that would do nothing. */
  options(flags: T, given: Given): Omit<O, keyof RecurrentSettings | "cell">;
  /**
   * Options of training that the task's own flags give, by the names of `TrainOptions`; and those that suit them, where
   * `given` has no others.
   */
  training?(flags: T, given: Given): Readonly<Record<string, number | string>>;
}

/** A use of a trained model. */
export interface UseCommand<M, T> {
  readonly about: string;
  readonly file: string;
  /** The format of standard input, `-`, where its beginning does not tell: an ending, `.csv`. */
  readonly ending: string;
  /** Flags whose values are files to write, which are not written over without `--force`. */
  readonly outputs?: readonly string[];
  /** Whether the file may be left out. */
  readonly isOptional?: boolean;
  readonly flags: Flags<T>;
  /** Flags whose values in training are the defaults here, such as columns. */
  readonly remembered?: readonly string[];
  run(model: M, path: string | undefined, flags: T, context: UseContext): Promise<Report>;
}

export interface UseContext extends CommandContext {
  /** The flags as given, to tell a default from a choice. */
  readonly given: Given;
  /** The path of the model's file, for messages. */
  readonly modelPath: string;
}

/** A further command of a task, such as one that makes data. */
export interface FurtherCommand<T = unknown> {
  readonly name: string;
  readonly about: string;
  /** The one argument: its name in the help, and what it is. */
  readonly argument: readonly [name: string, about: string];
  readonly flags: Flags<T>;
  run(argument: string, flags: T, context: CommandContext): Promise<Report>;
}

/** Data that the project can make, any amount of it: `unrolled data NAME`. */
export interface DataMaker {
  /** The name, and the ending of its files. */
  readonly name: string;
  readonly ending: string;
  readonly about: string;
  /** A command line that trains on such a file, without `unrolled`. */
  readonly use: string;
  /** Items that are made where no number is given. */
  readonly count: number;
  /** The text of a file. */
  make(count: number, seed: number): string;
}

/** A task on the command line. */
export interface TaskCommand {
  readonly kind: string;
  readonly about: string;
  /** Names under which `train` and `predict` also stand alone: `unrolled train`, `unrolled sample`. */
  readonly shortForms?: { readonly train: string; readonly predict: string };
  readonly maker: Maker<object, never, Model<never, unknown>>;
  readonly train: TrainCommand<unknown, unknown, unknown>;
  readonly score: ScoreWords<unknown, unknown>;
  readonly evaluate: UseCommand<unknown, unknown>;
  readonly predict: UseCommand<unknown, unknown>;
  readonly further: readonly FurtherCommand[];
  readonly data: readonly DataMaker[];
  /** Options of earlier versions, with their names of today. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** A task's command from its typed parts. */
export function taskCommand<O, D, M extends Model<D, unknown>, T, E, P>(command: {
  readonly maker: Maker<O, D, M>;
  readonly about: string;
  readonly shortForms?: TaskCommand["shortForms"];
  readonly train: TrainCommand<D, O, T>;
  readonly score: ScoreWords<M, D>;
  readonly evaluate: UseCommand<M, E>;
  readonly predict: UseCommand<M, P>;
  readonly further?: readonly FurtherCommand[];
  readonly data?: readonly DataMaker[];
  readonly renamed?: TaskCommand["renamed"];
}): TaskCommand {
  // The command line hands each part only what another part of the same task made.
  return { further: [], data: [], ...command, kind: command.maker.kind } as unknown as TaskCommand;
}
