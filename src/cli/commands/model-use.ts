// A command that uses a trained model: `eval`, `run`, `sample`, and the same below each task. What is done with it is
// for the model's task to say.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import type { TaskKind } from "../../tasks/task.ts";
import { deviceFields } from "../devices.ts";
import { asInput, InputError } from "../failure.ts";
import { openModel } from "../model.ts";
import type { CommandContext } from "../program.ts";
import { addOptions, flag, flagOf, helpOf, readSettings, type Fields, type ValueNames } from "../settings.ts";
import type { ModelUse } from "../tasks/task-commands.ts";

const common = { ...deviceFields, json: flag.describe("one JSON object a line") };

export interface UseCommand {
  readonly name: string;
  readonly about: string;
  /** By the task of the model. */
  readonly uses: Readonly<Partial<Record<TaskKind, ModelUse>>>;
}

export function addModelUse(
  parent: CommandUnknownOpts,
  { terminal }: CommandContext,
  { name, about, uses }: UseCommand,
): void {
  const all = Object.values(uses);
  const fields: Fields = Object.assign({}, ...all.map((use) => use.fields));
  const names: ValueNames = Object.assign({ device: "name", threads: "n" }, ...all.map((u) => u.valueNames));
  const command = parent.command(name).description(about).argument("<model>", "a model file");
  const [only, ...others] = all;
  const help = only && others.length === 0 ? only.file : "what the model is for";
  command.argument(all.some((use) => use.isOptional === true) ? "[file]" : "<file>", help);
  addOptions(command, { ...fields, ...common }, names, helpOfSeveral(uses));
  command.action(async (...words: unknown[]) => {
    const [path, file] = words as [string, string | undefined];
    const given = command.opts() as Readonly<Record<string, unknown>>;
    const { device: choice, threads, json } = readSettings(z.object(common), given);
    const model = await asInput(() => openModel(path, choice, { threads }));
    try {
      const use = uses[model.task.kind];
      if (!use) throw new InputError(otherTask(path, model.task.kind, name, uses));
      checkGiven(path, model.task.kind, use, given, fields);
      if (file === undefined && use.isOptional !== true) {
        throw new InputError(`${path} is a model of the task '${model.task.kind}': give it ${use.file}`);
      }
      const report = await asInput(() => use.use(model, file, given, { terminal, json }));
      const text = json ? report.json.map((line) => `${JSON.stringify(line)}\n`).join("") : report.text;
      await terminal.out(text === "" || text.endsWith("\n") ? text : `${text}\n`);
    } finally {
      model.device.dispose();
    }
  });
}

/** What options do for the tasks that have them, where that differs or not all have them. */
function helpOfSeveral(uses: UseCommand["uses"]): Record<string, string> {
  const all = Object.entries(uses);
  if (all.length < 2) return {};
  const help: Record<string, string> = {};
  for (const name of new Set(all.flatMap(([, use]) => Object.keys(use.fields)))) {
    const kinds = new Map<string, string[]>();
    for (const [kind, use] of all) {
      const field = use.fields[name];
      if (field) kinds.set(helpOf(field), [...(kinds.get(helpOf(field)) ?? []), kind]);
    }
    help[name] = [...kinds].map(([text, own]) => `${own.join(", ")}: ${text}`).join("; ");
  }
  return help;
}

function otherTask(path: string, kind: TaskKind, name: string, uses: UseCommand["uses"]): string {
  const known = Object.keys(uses).join(", ");
  const general = name === "eval" ? "eval" : "run";
  return `${path} is a model of the task '${kind}', and this command is for ${known}; use 'unrolled ${general}', which takes models of all tasks`;
}

/** An option of another task's models would do nothing. */
function checkGiven(
  path: string,
  kind: TaskKind,
  use: ModelUse,
  given: Readonly<Record<string, unknown>>,
  fields: Fields,
): void {
  const idle = Object.keys(given).filter(
    (name) => given[name] !== undefined && name in fields && !(name in use.fields),
  );
  if (idle.length === 0) return;
  const own = Object.keys(use.fields).map(flagOf).join(", ") || "none of its own";
  throw new InputError(
    `${path} is a model of the task '${kind}', which takes no ${idle.map(flagOf).join(", ")}; its options are ${own}`,
  );
}
