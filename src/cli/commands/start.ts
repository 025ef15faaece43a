// `unrolled start`, which `npm start` runs: trains a language model on the text that comes with the package, in under a
// minute, and shows what it writes as it learns.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { cellOf } from "../../cells/cell-of.ts";
import { flags, jsonFlag, positive, whole, type Given } from "../../tasks/shared/flags.ts";
import { language, type LanguageModel } from "../../tasks/language/language.ts";
import { train, type Run } from "../../tasks/train.ts";
import { learnText } from "../../text/learn-text.ts";
import type { TrainingEvent } from "../../train/fit.ts";
import { cellHelp } from "../cell-argument.ts";
import type { CommandContext } from "../context.ts";
import { deviceNamed, deviceTitle } from "../devices.ts";
import { asInput, exitCodes, InputError } from "../failure.ts";
import { duration, grouped, quoted } from "../format.ts";
import { checkOutput } from "../model-file.ts";
import { gatherOwnText } from "../own-text.ts";
import { addOptions } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import { trainAndSave } from "../training.ts";

const settings = flags(
  {
    minutes: positive.default(0.6).describe("length of the training in minutes"),
    cell: z.string().default("gru").describe(cellHelp),
    size: whole(1).default(160).describe("hidden width"),
    out: z.string().default("start.safetensors").describe("the model file to write"),
    json: jsonFlag,
  },
  { cell: "cell", out: "file" },
);

const secondsBetweenSamples = 9;
const prompt = "export function ";

export function addStart(program: CommandUnknownOpts, { terminal, exitWith }: CommandContext): void {
  const command = program
    .command("start", { hidden: true })
    .description("train a language model on unrolled's own sources in under a minute");
  addOptions(command, settings);
  command.action(async (options) => {
    const { minutes, cell, size, out, json } = await asInput(() => settings.parse(options as Given));
    const device = deviceNamed("auto");
    const { run, summary } = await asInput(async () => {
      const { files, bytes } = await gatherOwnText();
      if (files === 0)
        throw new InputError("this installation has no sources to train on; use 'unrolled train'");
      const text = await learnText([bytes], {}, bytes.length);
      const schedule = { kind: "cosine", warmup: 0.02 } as const;
      const run = train(language({ cell: cellOf(cell), size }), text, {
        minutes,
        rate: 0.008,
        schedule,
        device,
      });
      const summary = await run.prepare();
      await checkOutput(out);
      terminal.say(
        `training on ${grouped(files)} files of unrolled itself: ${cell} with ${size} hidden values, on ${deviceTitle(device)}`,
      );
      summary.lines.forEach((line) => terminal.say(line));
      return { run, summary };
    });
    const onEvent = occasionally(secondsBetweenSamples, (step) =>
      showSample(run, { length: 160, title: `after ${grouped(step)} updates it writes`, json }, terminal),
    );
    const outcome = await trainAndSave({ run, summary, out, json, onEvent }, terminal);
    const { best, step, seconds } = outcome;
    if (outcome.reason === "interrupted") {
      terminal.say(`saved after step ${grouped(step)} in ${out}`);
      exitWith(exitCodes.interrupted);
      return;
    }
    const loss = best ? `, validation ${summary.loss.words(best.loss)}` : "";
    const title = `after ${grouped(step)} updates, ${duration(seconds)}${loss}, it writes`;
    await showSample(run, { length: 400, title, json }, terminal);
    tellNext(out, cell, terminal);
    run.dispose();
    device.dispose();
  });
}

function tellNext(out: string, cell: string, terminal: Terminal): void {
  terminal.say(
    [
      `The model is saved in ${out}. What to try next:`,
      `  npx unrolled sample ${quoted(out)} --prompt ${quoted(prompt)} --temperature 0.7`,
      "  npx unrolled hello               a network small enough to look inside",
      `  npx unrolled cells ${cell.padEnd(13)} its equations, and everything derived from them`,
      "  npx unrolled train YOUR.txt      the same on your own text",
    ].join("\n"),
  );
}

async function showSample(
  run: Run<LanguageModel>,
  { length, title, json }: { readonly length: number; readonly title: string; readonly json: boolean },
  terminal: Terminal,
): Promise<void> {
  terminal.say(terminal.paint("err", "bold", `\n${title}:`));
  const model = await run.latest();
  let text = prompt;
  for await (const piece of model.write(prompt, { length, temperature: 0.7 })) text += piece;
  model.dispose();
  await terminal.out(json ? `${JSON.stringify({ event: "sample", text })}\n` : `${text}\n`);
  terminal.say("");
}

/** Calls `act` after a step, at most once per `seconds`. */
function occasionally(
  seconds: number,
  act: (step: number) => Promise<void>,
): (event: TrainingEvent) => Promise<void> {
  let last = performance.now();
  return async (event) => {
    if (event.kind !== "step" || performance.now() - last < 1000 * seconds) return;
    await act(event.step);
    last = performance.now();
  };
}
