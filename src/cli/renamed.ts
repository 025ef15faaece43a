// Words of earlier versions, answered with those of today.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { answerToFile } from "./synonyms.ts";
import { taskCommands } from "../tasks/flags.ts";

/** Options that have another name in every command that had them. */
const everywhere: Readonly<Record<string, string>> = {
  "--picture": "--plot",
  "--widths": "--sizes",
  "--at-least": "--min-count",
};

/** Options of commands that belong to no task. */
const byCommand: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cells: { "--unpriced": "--no-costs", "--window": "--time-steps" },
  bench: { "--config": "--workload" },
};

/** An answer to a command that has another name now; undefined for one that has not. */
export function renamedCommand(words: readonly string[]): string | undefined {
  const isTask = taskCommands.some(({ kind }) => kind === words[0]);
  const name = isTask ? words[1] : words[0];
  if (name !== "run") return undefined;
  const today = [...(isTask ? [words[0]] : []), "predict"].join(" ");
  return `'run' is now 'predict': use 'unrolled ${today} MODEL …'`;
}

/**
 * The message of an unknown option of the command in `words`: its name of today where it has one, else the commands of the
 * same name that have it.
 */
export function remedyFor(
  message: string,
  words: readonly string[],
  program: CommandUnknownOpts,
  started: string,
): string {
  const [, command] = /unknown command '(.+?)'/u.exec(message) ?? [];
  const answer = command === undefined ? undefined : answerToFile(command, started);
  if (answer !== undefined) return `error: ${answer}\n`;
  const [, option] = /unknown option '(--[\w-]+)'/u.exec(message) ?? [];
  const [first = "", second = ""] = words;
  if (option === undefined) return message;
  const task = taskCommands.find(({ kind, shortForms }) => {
    return kind === first || shortForms?.train === first || shortForms?.predict === first;
  });
  const today = task?.renamed?.[option] ?? byCommand[first]?.[option] ?? everywhere[option];
  if (today !== undefined) return `error: ${option} is now ${today}\n`;
  if (!task) return message;
  const name = task.kind === first ? second : task.shortForms?.train === first ? "train" : "predict";
  const others = taskCommands
    .map(({ kind }) => kind)
    .filter((kind) => kind !== task.kind && optionsOf(program, kind, name).includes(option));
  if (others.length === 0) return message;
  const where = others.map((kind) => `'${kind} ${name}'`).join(", ");
  return `error: '${task.kind} ${name}' has no option ${option}; only ${where} ${others.length === 1 ? "has" : "have"} it\n`;
}

function optionsOf(program: CommandUnknownOpts, task: string, name: string): string[] {
  const named = (parent: CommandUnknownOpts | undefined, child: string): CommandUnknownOpts | undefined =>
    parent?.commands.find((command) => command.name() === child);
  return named(named(program, task), name)?.options.flatMap(({ long }) => long ?? []) ?? [];
}
