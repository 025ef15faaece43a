// `unrolled cells`: the list of cells, and everything that is derived from one.
import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { explain, explainCell } from "../../model/explain.ts";
import { cellFromArgument, cellHelp } from "../cell-argument.ts";
import { listCells } from "../cell-list.ts";
import { deviceFields, deviceNamed } from "../devices.ts";
import { asInput } from "../failure.ts";
import type { CommandContext } from "../context.ts";
import { flags, jsonFlag, whole, type Given } from "../../tasks/shared/flags.ts";
import { addOptions } from "../settings.ts";

const fields = {
  size: whole(1).default(128).describe("hidden width, H"),
  input: whole(1).default(64).describe("input width, I"),
  batch: whole(1).default(32).describe("sequences per batch, B, in plans and costs"),
  timeSteps: whole(1).default(50).describe("time steps, T, in plans and costs"),
  device: deviceFields.device,
  threads: deviceFields.threads.describe("threads that measure the costs (default: 1)"),
  json: jsonFlag,
};
/** Commander sets `costs` to false for --no-costs. */
const switches = { costs: z.boolean() };

/** Adds the command to the program. */
export function addCells(program: CommandUnknownOpts, { terminal }: CommandContext): void {
  const command = program
    .command("cells")
    .description("list the cells and transforms, or show everything derived from one cell's equations")
    .argument("[cell]", cellHelp);
  addOptions(command, flags(fields, { device: "name" }));
  command.addOption(new Option("--no-costs", "do not measure the costs of the cells in the list"));
  command.action(async (argument, options) => {
    const settings = await asInput(() => flags({ ...fields, ...switches }).parse(options as Given));
    if (argument === undefined) await list(settings);
    else await show(argument, settings);
  });

  type Settings = z.infer<z.ZodObject<typeof fields & typeof switches>>;

  async function list({ size, input, batch, timeSteps: steps, json, ...settings }: Settings): Promise<void> {
    const { device: name, threads = 1, costs } = settings;
    const device = costs ? await asInput(() => deviceNamed(name, { threads })) : undefined;
    try {
      await listCells(terminal, { size, input, batch, steps, json, device });
    } finally {
      device?.dispose();
    }
  }

  async function show(argument: string, settings: Settings): Promise<void> {
    const { size, input, batch, timeSteps: steps, json } = settings;
    const sizes = { size, input, batch, steps };
    const cell = await asInput(() => cellFromArgument(argument));
    const text = await asInput(() =>
      json ? JSON.stringify(explainCell(cell, sizes)) : bold(explain(cell, sizes)),
    );
    await terminal.out(`${text}\n`);
  }

  /** Headings, the lines that are not indented, in bold. */
  function bold(text: string): string {
    return text.replace(/^\S.*$/gmu, (heading) => terminal.paint("out", "bold", heading));
  }
}
