// Words of earlier versions, answered with those of today.
import { taskCommands } from "../tasks/flags.ts";

/** Options that have another name in every command that had them. */
const options: Readonly<Record<string, string>> = {
  "--picture": "--plot",
  "--widths": "--sizes",
  "--at-least": "--min-count",
  "--unpriced": "--no-costs",
};

/** Options that have another name in one command. */
const optionsOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cells: { "--window": "--steps" },
};

/** An answer to a command that has another name now; undefined for one that has not. */
export function renamedCommand(words: readonly string[]): string | undefined {
  const isTask = taskCommands.some(({ kind }) => kind === words[0]);
  const name = isTask ? words[1] : words[0];
  if (name !== "run") return undefined;
  const today = [...(isTask ? [words[0]] : []), "predict"].join(" ");
  return `'run' is now 'predict': use 'unrolled ${today} MODEL …'`;
}

/** The message of an unknown option of the command in `words`, with its name of today where it has one. */
export function remedyFor(message: string, words: readonly string[]): string {
  const [, option] = /unknown option '(--[\w-]+)'/u.exec(message) ?? [];
  if (option === undefined) return message;
  const task = taskCommands.find(({ kind }) => kind === words[0]);
  const today = task?.renamed?.[option] ?? optionsOf[words[0] ?? ""]?.[option] ?? options[option];
  return today === undefined ? message : `error: ${option} is now ${today}\n`;
}
