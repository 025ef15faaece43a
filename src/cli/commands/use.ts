// A command that uses a trained model: `TASK eval`, `TASK predict`. What is done with it is the task's to say.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { openModel } from "../../checkpoint/model-files.ts";
import type { TaskCommand, UseCommand, UseContext } from "../../tasks/command.ts";
import { flag, flagOf, flags, joinFlags, jsonFlag, type Given } from "../../tasks/shared/flags.ts";
import type { CommandContext } from "../context.ts";
import { deviceFields, deviceNamed } from "../devices.ts";
import { asInput, InputError } from "../failure.ts";
import { checkFree, writeOutput } from "../output-file.ts";
import { addOptions, type Sections } from "../settings.ts";
import { readable } from "../../formats/standard-input-file.ts";

const common = flags({ ...deviceFields, json: jsonFlag }, { device: "name" });

const forcing = flags({ force: flag.describe("write over files that are there already") });

const useSections: Sections = { "Output and device:": ["json", "force", "device", "threads"] };

/** Adds the command `name` to `parent`, for models of one task. */
export function addUse(
  parent: CommandUnknownOpts,
  name: string,
  { terminal }: CommandContext,
  { kind }: TaskCommand,
  use: UseCommand<unknown, unknown>,
): CommandUnknownOpts {
  const command = parent.command(name).description(use.about).argument("<model>", "a model file");
  command.argument(use.isOptional === true ? "[file]" : "<file>", `${use.file}; - is standard input`);
  const writes = use.outputs ? joinFlags(common, forcing) : common;
  addOptions(command, joinFlags(use.flags, writes), useSections);
  command.action(async (...words: unknown[]) => {
    const [modelPath, typed] = words as [string, string | undefined];
    const given = command.opts() as Given;
    const { device: choice, threads, json } = await asInput(() => common.parse(given));
    await asInput(() => checkOutputs(use, given));
    const device = await asInput(() => deviceNamed(choice, { threads }));
    const model = await asInput(() => openModel(modelPath, { device }));
    const input = typed === undefined ? undefined : await asInput(() => readable(typed, use.ending));
    const path = input?.path;
    try {
      if (model.kind !== kind) {
        const command = name === "eval" ? "eval" : "predict";
        throw new InputError(
          `${modelPath} is a model of the task '${model.kind}', not '${kind}'; use 'unrolled ${command}'`,
        );
      }
      const context: UseContext = {
        given,
        modelPath,
        say: (line) => terminal.say(line),
        status: (line) => terminal.status(line),
        out: (text) => (json ? Promise.resolve() : terminal.out(text)),
        write: (file, content) => writeOutput(file, content, [modelPath, path]),
      };
      const { settings } = model.metadata;
      const known = (use.remembered ?? []).filter((flagName) => settings[flagName] !== undefined);
      const remembered = Object.fromEntries(known.map((flagName) => [flagName, settings[flagName]]));
      const report = await asInput(
        () => use.run(model, path, use.flags.parse({ ...remembered, ...given }), context),
        use.flags,
      );
      const text = json ? report.json.map((line) => `${JSON.stringify(line)}\n`).join("") : report.text;
      await terminal.out(text === "" || text.endsWith("\n") ? text : `${text}\n`);
    } finally {
      terminal.status("");
      await input?.dispose();
      device.dispose();
    }
  });
  return command;
}

/** Throws where a file to write is there already, before any work is done. */
async function checkOutputs(
  { outputs = [], flags: own }: UseCommand<unknown, unknown>,
  given: Given,
): Promise<void> {
  if (given["force"] === true) return;
  const values = own.parse(given) as Readonly<Record<string, unknown>>;
  for (const name of outputs) {
    const path = values[name];
    if (typeof path === "string") await checkFree(path, `${flagOf(name)} FILE`);
  }
}
