// `unrolled cells`: the list of cells, and everything that is derived from one.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { explain, explainCell } from "../../model/explain.ts";
import { cellFromArgument, cellHelp } from "../cell-argument.ts";
import { listCells } from "../cell-list.ts";
import { deviceFields, deviceNamed } from "../devices.ts";
import { asInput } from "../failure.ts";
import type { CommandContext } from "../context.ts";
import { flag, flags, type Given, whole } from "../../tasks/shared/flags.ts";
import { addOptions } from "../settings.ts";

const fields = {
  size: whole(1).default(128).describe("hidden width, H"),
  input: whole(1).default(64).describe("width of the input, I"),
  batch: whole(1).default(32).describe("rows of the plan that is shown, B"),
  window: whole(1).default(50).describe("steps of the plan that is shown, T"),
  device: deviceFields.device,
  threads: deviceFields.threads.describe("threads of the device that costs are measured on (default: 1)"),
  unpriced: flag.describe("leave out what each cell of the list costs, which is measured"),
  json: flag.describe("one JSON object a line"),
};

export function addCells(program: CommandUnknownOpts, { terminal }: CommandContext): void {
  const command = program
    .command("cells")
    .description("list the cells and transforms; for one cell, show all that is derived from its equations")
    .argument("[cell]", cellHelp);
  addOptions(command, flags(fields, { device: "name" }));
  command.action(async (argument, options) => {
    const {
      size,
      input,
      batch,
      window,
      json,
      device: choice,
      threads,
      unpriced,
    } = await asInput(() => flags(fields).parse(options as Given));
    const sizes = { size, input, batch, steps: window };
    if (argument === undefined) {
      const device = unpriced
        ? undefined
        : await asInput(() => deviceNamed(choice, { threads: threads ?? 1 }));
      try {
        await listCells(terminal, { size, input, batch, window, json, device });
      } finally {
        device?.dispose();
      }
      return;
    }
    const cell = await asInput(() => cellFromArgument(argument));
    const text = await asInput(() =>
      json ? JSON.stringify(explainCell(cell, sizes)) : explain(cell, sizes),
    );
    await terminal.out(`${json ? text : embolden(text)}\n`);
  });

  /** Headings are the lines that are not indented. */
  function embolden(text: string): string {
    return text.replace(/^\S.*$/gmu, (heading) => terminal.paint("out", "bold", heading));
  }
}
