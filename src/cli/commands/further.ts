// A further command of a task, such as one that makes data: `unrolled TASK NAME ARGUMENT`.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { FurtherCommand } from "../../tasks/command.ts";
import { flags, joinFlags, jsonFlag, type Given } from "../../tasks/shared/flags.ts";
import type { CommandContext } from "../context.ts";
import { asInput } from "../failure.ts";
import { writeOutput } from "../output-file.ts";
import { addOptions } from "../settings.ts";

const common = flags({ json: jsonFlag });

export function addFurther(
  parent: CommandUnknownOpts,
  { terminal }: CommandContext,
  { name, about, argument: [title, help], flags: own, run }: FurtherCommand<unknown>,
): void {
  const command = parent.command(name).description(about).argument(`<${title}>`, help);
  addOptions(command, joinFlags(own, common));
  command.action(async (argument) => {
    const given = command.opts() as Given;
    const { json } = common.parse(given);
    const report = await asInput(() =>
      run(argument as string, own.parse(given), {
        say: (line) => terminal.say(line),
        status: (line) => terminal.status(line),
        out: (text) => (json ? Promise.resolve() : terminal.out(text)),
        write: (path, content) => writeOutput(path, content, []),
      }),
    );
    terminal.status("");
    const text = json ? report.json.map((line) => `${JSON.stringify(line)}\n`).join("") : `${report.text}\n`;
    await terminal.out(text);
  });
}
