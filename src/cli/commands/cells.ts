// `unrolled cells`: the list of cells, and everything that is derived from one.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { cells } from "../../cells/index.ts";
import { explain, explainCell } from "../../model/explain.ts";
import { cellFromArgument, cellHelp } from "../cell-argument.ts";
import { asInput } from "../failure.ts";
import type { CommandContext } from "../program.ts";
import { addOptions, flag, readSettings, whole } from "../settings.ts";

const fields = {
  size: whole(1).default(128).describe("hidden width, H"),
  input: whole(1).default(64).describe("width of the input, I"),
  batch: whole(1).default(32).describe("rows of the plan that is shown, B"),
  window: whole(1).default(50).describe("steps of the plan that is shown, T"),
  json: flag.describe("one JSON object a line"),
};

export function addCells(program: CommandUnknownOpts, { terminal }: CommandContext): void {
  const command = program
    .command("cells")
    .description("list the cells; for one, show its equations and all that is derived from them")
    .argument("[cell]", cellHelp);
  addOptions(command, fields);
  command.action(async (argument, options) => {
    const { size, input, batch, window, json } = readSettings(z.object(fields), options);
    const sizes = { size, input, batch, steps: window };
    if (argument === undefined) {
      const list = cells.map((cell) => explainCell(cell, sizes));
      if (json) {
        for (const { cell, equations, sizes: widths, count } of list) {
          await terminal.out(`${JSON.stringify({ cell, equations, sizes: widths, parameters: count })}\n`);
        }
        return;
      }
      const text = list.map(({ cell, equations, count }) => {
        const title = `${terminal.paint("out", "bold", cell)}  ${count.toLocaleString("en-US")} parameters`;
        return `${title}\n${equations.map((line) => `  ${line}\n`).join("")}`;
      });
      await terminal.out(text.join("\n"));
      terminal.say(
        `H = ${size}, I = ${input}; 'unrolled cells NAME' shows what is derived from the equations`,
      );
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
