// `unrolled hello`: a small network learns to say "hello", and shows what it holds at every step.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { referenceDevice } from "../../run/reference/device.ts";
import { cellFromArgument, cellHelp } from "../cell-argument.ts";
import { asInput, exitCodes } from "../failure.ts";
import { grouped } from "../format.ts";
import { letters, trainHello, type HelloStep } from "../hello.ts";
import type { CommandContext } from "../program.ts";
import { addOptions, flag, readSettings, whole } from "../settings.ts";

const fields = {
  cell: z.string().default("elman").describe(cellHelp),
  size: whole(1).default(8).describe("hidden width"),
  json: flag.describe("one JSON object a line"),
};

/** What every letter must be predicted with, in nats. */
const wanted = 0.01;

export function addHello(program: CommandUnknownOpts, { terminal, exitWith }: CommandContext): void {
  const command = program
    .command("hello")
    .description('the lecture\'s example: a network learns to say "hello"');
  addOptions(command, fields, { cell: "cell" });
  command.action(async (options) => {
    const { cell: argument, size, json } = readSettings(z.object(fields), options);
    const cell = await asInput(() => cellFromArgument(argument));
    const hello = await asInput(() => trainHello(cell, size, referenceDevice()));
    const { parameters, steps, nats, table, continuation } = hello;
    if (json) await terminal.out(`${JSON.stringify({ vocabulary: letters, ...hello })}\n`);
    else {
      const bold = (text: string): string => terminal.paint("out", "bold", text);
      const lines = [
        bold(
          `${cell.name}, ${size} hidden values, ${grouped(parameters)} parameters, learns h→e e→l l→l l→o`,
        ),
        `after ${grouped(steps)} steps the loss is ${nats.toFixed(4)} nats a letter`,
        "",
        bold(["step", "input", "target", ...letters].map((word) => word.padStart(6)).join("  ")),
        ...table.map((row, t) => outputLine(row, t)),
        "",
        bold("hidden state after each step"),
        ...table.map((row, t) => hiddenLine(row, t)),
        "",
        `"h" is continued with "${continuation}"`,
      ];
      await terminal.out(`${lines.join("\n")}\n`);
    }
    if (nats < wanted && continuation === "ello") return;
    terminal.say(`${cell.name} did not learn the word in ${grouped(steps)} steps; try a larger --size`);
    exitWith(exitCodes.failure);
  });

  function outputLine({ input, target, outputs }: HelloStep, t: number): string {
    const most = Math.max(...outputs);
    const cells = outputs.map((p) => {
      const text = p.toFixed(3).padStart(6);
      return p === most ? terminal.paint("out", "green", text) : text;
    });
    return [...[String(t + 1), input, target].map((word) => word.padStart(6)), ...cells].join("  ");
  }
}

const hiddenLine = ({ input, hidden }: HelloStep, t: number): string => {
  const values = hidden.map((value) => value.toFixed(2).padStart(6));
  return `${String(t + 1).padStart(6)}  ${input.padStart(6)}  ${values.join(" ")}`;
};
