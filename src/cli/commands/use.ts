// A command that uses a trained model: `TASK eval`, `TASK predict`. What is done with it is the task's to say.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { openModel } from "../../checkpoint/model-files.ts";
import type { TaskCommand, UseCommand, UseContext } from "../../tasks/command.ts";
import { flags, joinFlags, jsonFlag, type Given } from "../../tasks/shared/flags.ts";
import type { CommandContext } from "../context.ts";
import { deviceFields, deviceNamed } from "../devices.ts";
import { asInput, InputError } from "../failure.ts";
import { writeOutput } from "../output-file.ts";
import { addOptions, type Sections } from "../settings.ts";

const common = flags({ ...deviceFields, json: jsonFlag }, { device: "name" });

const useSections: Sections = { "Output and device:": ["json", "device", "threads"] };

/** Adds the command `name` to `parent`, for models of one task. */
export function addUse(
  parent: CommandUnknownOpts,
  name: string,
  { terminal }: CommandContext,
  { kind }: TaskCommand,
  use: UseCommand<unknown, unknown>,
): CommandUnknownOpts {
  const command = parent.command(name).description(use.about).argument("<model>", "a model file");
  command.argument(use.isOptional === true ? "[file]" : "<file>", use.file);
  addOptions(command, joinFlags(use.flags, common), useSections);
  command.action(async (...words: unknown[]) => {
    const [modelPath, path] = words as [string, string | undefined];
    const given = command.opts() as Given;
    const { device: choice, threads, json } = await asInput(() => common.parse(given));
    const device = await asInput(() => deviceNamed(choice, { threads }));
    const model = await asInput(() => openModel(modelPath, { device }));
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
      device.dispose();
    }
  });
  return command;
}
