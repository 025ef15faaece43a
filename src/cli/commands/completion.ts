// `unrolled completion SHELL`: a script that completes commands and options.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { CommandContext } from "../context.ts";
import { InputError } from "../failure.ts";
import { uses as anyTask } from "./tasks.ts";

const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

export function addCompletion(program: CommandUnknownOpts, { terminal }: CommandContext): void {
  program
    .command("completion")
    .description("print a script by which a shell completes commands and options")
    .argument("<shell>", shells.join(", "))
    .addHelpText(
      "after",
      '\nExamples:\n  eval "$(unrolled completion bash)"\n  unrolled completion fish | source',
    )
    .action(async (name) => {
      const shell = shells.find((known) => known === name);
      if (shell === undefined)
        throw new InputError(`shell must be one of ${shells.join(", ")}, not '${String(name)}'`);
      await terminal.out(scripts[shell](entriesOf(program, [])));
    });
}

/** A command: its words after `unrolled`, and what may follow. */
interface Entry {
  readonly words: readonly string[];
  readonly commands: readonly string[];
  readonly options: readonly string[];
}

function entriesOf(command: CommandUnknownOpts, words: readonly string[]): Entry[] {
  const visible = command.commands.filter((child) => !("_hidden" in child && child._hidden === true));
  const options = command.options.filter((option) => !option.hidden).flatMap(({ long }) => long ?? []);
  const entry = { words, commands: visible.map((child) => child.name()), options: [...options, "--help"] };
  const below = visible.flatMap((child) => entriesOf(child, [...words, child.name()]));
  return [entry, ...(words.length === 0 ? below.map((one) => withOptionsOfTasks(one, below)) : below)];
}

/** `eval` and `predict` take a model of any task, so any task's options may follow. */
function withOptionsOfTasks(entry: Entry, all: readonly Entry[]): Entry {
  const [name, second] = entry.words;
  if (second !== undefined || !anyTask.some((use) => use === name)) return entry;
  const ofTasks = all.filter(({ words }) => words.length === 2 && words[1] === name);
  return { ...entry, options: [...new Set([...entry.options, ...ofTasks.flatMap((one) => one.options)])] };
}

const scripts: Readonly<Record<Shell, (entries: readonly Entry[]) => string>> = {
  bash: (entries) => `_unrolled() {
  local current=\${COMP_WORDS[COMP_CWORD]} words="\${COMP_WORDS[*]:1:COMP_CWORD-1}" list=""
  case " $words " in
${[...entries]
  .sort((a, b) => b.words.length - a.words.length)
  .map(({ words, commands, options }) => {
    return `    " ${words.join(" ")}${words.length > 0 ? " " : ""}"*) list="${[...commands, ...options].join(" ")}" ;;`;
  })
  .join("\n")}
  esac
  COMPREPLY=($(compgen -W "$list" -- "$current"))
}
complete -o default -F _unrolled unrolled
`,
  zsh: (entries) => `autoload -U +X bashcompinit && bashcompinit\n${scripts.bash(entries)}`,
  fish: (entries) =>
    entries
      .flatMap((entry) => {
        const when = conditionOf(entry, entries);
        return [
          ...entry.commands.map((name) => `complete -c unrolled -n '${when}' -a ${name}\n`),
          ...entry.options.map((name) => `complete -c unrolled -n '${when}' -l ${name.slice(2)}\n`),
        ];
      })
      .join(""),
};

/** When fish completes a command: its words have been typed, and none of those that would make it another one. */
function conditionOf({ words, commands }: Entry, entries: readonly Entry[]): string {
  const [name = ""] = words;
  if (words.length === 0) return "__fish_use_subcommand";
  const parents = entries.filter((entry) => entry.words.length === 1 && entry.commands.includes(name));
  const others = words.length > 1 ? [] : [...parents.map((entry) => entry.words[0]), ...commands];
  const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
  return others.length === 0 ? seen : `${seen}; and not __fish_seen_subcommand_from ${others.join(" ")}`;
}
