// `unrolled hello`: a small network learns to say "hello", and shows what it holds at every step.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { cellFromArgument, cellHelp } from "../cell-argument.ts";
import { asInput, exitCodes } from "../failure.ts";
import { grouped } from "../../tasks/shared/words.ts";
import { helloLetters, trainHello, type HelloStep } from "../../tasks/language/hello.ts";
import type { CommandContext } from "../context.ts";
import { flags, jsonFlag, whole, type Given } from "../../tasks/shared/flags.ts";
import { addOptions } from "../settings.ts";

const settings = flags(
  {
    cell: z.string().default("elman").describe(cellHelp),
    size: whole(1).default(8).describe("hidden width"),
    json: jsonFlag,
  },
  { cell: "cell" },
);

/** The loss to reach, in nats. */
const target = 0.01;

export function addHello(program: CommandUnknownOpts, { terminal, exitWith }: CommandContext): void {
  const command = program
    .command("hello")
    .description('train a tiny network to spell "hello", and show its states');
  addOptions(command, settings);
  command.action(async (options) => {
    const { cell: argument, size, json } = await asInput(() => settings.parse(options as Given));
    const cell = await asInput(() => cellFromArgument(argument));
    const hello = await asInput(() => trainHello({ cell, size }));
    const { parameters, steps, nats, table, continuation } = hello;
    if (json) await terminal.out(`${JSON.stringify({ vocabulary: helloLetters, ...hello })}\n`);
    else {
      const bold = (text: string): string => terminal.paint("out", "bold", text);
      const lines = [
        bold(
          `${cell.name}, ${size} hidden values, ${grouped(parameters)} parameters, learns h→e e→l l→l l→o`,
        ),
        `after ${grouped(steps)} steps the loss is ${nats.toFixed(4)} nats per letter`,
        "",
        bold(["step", "input", "target", ...helloLetters].map((word) => word.padStart(6)).join("  ")),
        ...table.map((row, t) => outputLine(row, t)),
        "",
        bold("hidden state after each step"),
        ...table.map((row, t) => hiddenLine(row, t)),
        "",
        `"h" is continued with "${continuation}"`,
      ];
      await terminal.out(`${lines.join("\n")}\n`);
    }
    if (nats < target && continuation === "ello") return;
    terminal.say(`${cell.name} did not learn the word in ${grouped(steps)} steps; try a larger --size`);
    exitWith(exitCodes.failure);
  });

  function outputLine({ input, target: expected, outputs }: HelloStep, t: number): string {
    const most = Math.max(...outputs);
    const cells = outputs.map((p) => {
      const text = p.toFixed(3).padStart(6);
      return p === most ? terminal.paint("out", "green", text) : text;
    });
    return [...[String(t + 1), input, expected].map((word) => word.padStart(6)), ...cells].join("  ");
  }
}

const hiddenLine = ({ input, hidden }: HelloStep, t: number): string => {
  const values = hidden.map((value) => value.toFixed(2).padStart(6));
  return `${String(t + 1).padStart(6)}  ${input.padStart(6)}  ${values.join(" ")}`;
};
