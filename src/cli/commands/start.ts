// `unrolled start`, which `npm start` runs: trains a language model on the prose that comes with the package, in under a
// minute, and shows what it writes as it learns.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { cellOf } from "../../cells/cell-of.ts";
import { readModelFile } from "../../checkpoint/model-files.ts";
import { flag, flags, jsonFlag, positive, whole, type Given } from "../../tasks/shared/flags.ts";
import { languageCommand } from "../../tasks/language/flags.ts";
import { language, type LanguageModel } from "../../tasks/language/language.ts";
import { train, type Run } from "../../tasks/train.ts";
import { learnText } from "../../text/learn-text.ts";
import type { TrainingEvent } from "../../train/fit.ts";
import { cellHelp } from "../cell-argument.ts";
import type { CommandContext } from "../context.ts";
import { deviceNamed } from "../devices.ts";
import { asInput, exitCodes } from "../failure.ts";
import { duration, grouped, quoted } from "../../tasks/shared/words.ts";
import { checkOutput } from "../model-file.ts";
import { tellCurves } from "../progress.ts";
import { addOptions } from "../settings.ts";
import { standingOf } from "../standing.ts";
import type { Terminal } from "../terminal.ts";
import { tellStart } from "../training-job.ts";
import { trainAndSave } from "../training.ts";
import { sampleFile } from "./data.ts";

const settings = flags(
  {
    minutes: positive.default(0.6).describe("length of the training in minutes"),
    cell: z.string().default("gru").describe(cellHelp),
    size: whole(1).default(160).describe("hidden width"),
    out: z.string().default("start.safetensors").describe("the model file to write"),
    force: flag.describe("write over a model of another training"),
    json: jsonFlag,
  },
  { cell: "cell", out: "file" },
);

const secondsBetweenSamples = 9;
const prompt = "It is a truth ";

/** Kept in the model file, so that the next start knows its own model and may write over it. */
const startSettings = { command: "start" };

export function addStart(program: CommandUnknownOpts, { terminal, exitWith }: CommandContext): void {
  const command = program
    .command("start", { hidden: true })
    .description("train a language model on a novel in under a minute");
  addOptions(command, settings);
  command.action(async (options) => {
    const { minutes, cell, size, out, force, json } = await asInput(
      () => settings.parse(options as Given),
      settings,
    );
    const device = deviceNamed("auto");
    const { run, summary } = await asInput(async () => {
      const bytes = await sampleFile("book.txt");
      const text = await learnText([bytes], {}, bytes.length);
      const run = train(language({ cell: cellOf(cell), size }), text, {
        minutes,
        rate: 0.008,
        schedule: { kind: "cosine", warmup: 0.02 },
        device,
        settings: startSettings,
      });
      const summary = await run.prepare();
      await checkOutput(out, { force: force || (await isOwn(out)) });
      return { run, summary };
    });
    try {
      terminal.say(
        "A recurrent network reads the first volume of Pride and Prejudice, character by character,",
      );
      terminal.say(`and learns which one comes next. It takes ${duration(60 * minutes)}.\n`);
      tellStart(summary, { name: cell }, terminal);
      const onEvent = occasionally(secondsBetweenSamples, (step) =>
        showSample(run, { length: 160, title: `after ${grouped(step)} updates it writes`, json }, terminal),
      );
      const job = { run, summary, out, json, onEvent, resumable: false };
      const outcome = await trainAndSave(job, terminal);
      if (outcome.reason === "interrupted") {
        terminal.say(`saved after update ${grouped(outcome.step)} in ${out}`);
        return exitWith(exitCodes.interrupted);
      }
      const title = `after ${grouped(outcome.step)} updates, ${duration(outcome.seconds)}, it writes`;
      await showSample(run, { length: 400, title, json }, terminal);
      tellCurves(outcome.losses, terminal);
      const standing = await standingOf(languageCommand.score, job, terminal);
      if (standing) terminal.say(`\n${standing.text}`);
      terminal.say(scale);
      tellNext(out, cell, terminal);
    } finally {
      run.dispose();
      device.dispose();
    }
  });
}

/** Whether the file is a model that `start` made. */
async function isOwn(path: string): Promise<boolean> {
  const model = await readModelFile(path).catch(() => undefined);
  return model?.metadata.settings["command"] === startSettings.command;
}

/** Shannon 1951, Prediction and Entropy of Printed English, for people; the rest as the samples of this command show. */
const scale =
  "How good is that? At 2 bits per character most words are words. People who guess the next letter of English\n" +
  "need 0.6 to 1.3 (Shannon 1951).";

function tellNext(out: string, cell: string, { say, program }: Terminal): void {
  say(
    [
      `\nThe model is saved in ${out}. What to try next:`,
      `  ${program} sample ${quoted(out)} --prompt ${quoted(prompt)} --temperature 0.7`,
      `  ${program} hello               a network small enough to look inside`,
      `  ${program} cells ${cell.padEnd(13)} its equations, and everything derived from them`,
      `  ${program} data                small files for every task`,
      `  ${program} train YOUR.txt      the same on your own text`,
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
