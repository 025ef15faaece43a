// `unrolled start`, which `npm start` runs: trains on the text that comes with the package, in under a minute.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { cellNamed } from "../../cells/index.ts";
import { textCodec } from "../../text/prompt.ts";
import { splitIds } from "../../train/split.ts";
import { readText } from "../../text/text.ts";
import { createSampler, type Sampler } from "../../infer/sample.ts";
import { languageModel } from "../../model/language-model.ts";
import { fit, type TrainingEvent } from "../../train/fit.ts";
import { cellHelp } from "../cell-argument.ts";
import { deviceNamed, deviceTitle } from "../devices.ts";
import { asInput, exitCodes, InputError } from "../failure.ts";
import { duration, grouped, natsAndBits, quoted } from "../format.ts";
import { checkOutput } from "../model-file.ts";
import { gatherOwnText } from "../own-text.ts";
import type { CommandContext } from "../program.ts";
import { addOptions, positive, readSettings, whole } from "../settings.ts";
import { describeParts } from "../text-file.ts";
import { train } from "../training.ts";

const fields = {
  minutes: positive.default(0.6).describe("how long to train"),
  cell: z.string().default("gru").describe(cellHelp),
  size: whole(1).default(160).describe("hidden width"),
  out: z.string().default("start.safetensors").describe("where to save the model"),
};

const secondsBetweenSamples = 9;
const prompt = "export function ";

export function addStart(program: CommandUnknownOpts, { terminal, exitWith }: CommandContext): void {
  const command = program
    .command("start", { hidden: true })
    .description("train on unrolled's own sources for less than a minute");
  addOptions(command, fields, { cell: "name", out: "file" });
  command.action(async (options) => {
    const { minutes, cell, size, out } = readSettings(z.object(fields), options);
    const { run, alphabet, network, device, sampler } = await asInput(async () => {
      const { files, bytes } = await gatherOwnText();
      if (files === 0)
        throw new InputError("this installation has no sources to train on; use 'unrolled train'");
      const text = await readText([bytes]);
      const split = splitIds(text.ids, 0.9);
      const network = languageModel({
        vocabulary: text.alphabet.symbols.length,
        cell: cellNamed(cell),
        size,
      });
      const device = deviceNamed("auto");
      const data = { kind: "text", train: split.train, validation: split.validation } as const;
      const schedule = { kind: "cosine", warmup: 0.02 } as const;
      const run = await fit({ network, device, data, schedule, rate: 0.008, budget: { minutes } });
      await checkOutput(out);
      const codec = textCodec(text.alphabet);
      const sampler = await createSampler({ network, device, store: run.store, text: codec });
      terminal.say(
        `a ${cell} of ${size} learns to write unrolled's own sources, ${files} files, on ${deviceTitle(device)}`,
      );
      terminal.say(describeParts(split, text.ids.length, "char"));
      return { run, alphabet: text.alphabet, network, device, sampler };
    });
    const model = { network, task: { kind: "language", text: alphabet } } as const;
    const onEvent = occasionally(secondsBetweenSamples, async (step) => {
      await show(sampler, 160, `after ${grouped(step)} steps it writes`);
    });
    const outcome = await train({ run, device, model, out, json: false, onEvent }, terminal);
    const { best, step, seconds } = outcome;
    if (outcome.reason === "interrupted") {
      terminal.say(`saved after step ${grouped(step)} in ${out}`);
      return exitWith(exitCodes.interrupted);
    }
    const found = best ? `, validation ${natsAndBits(best.loss, "char")}` : "";
    await show(sampler, 400, `after ${grouped(step)} steps, ${duration(seconds)}${found}, it writes`);
    const path = quoted(out);
    terminal.say(
      [
        `The model is saved in ${out}. What to try next:`,
        `  npx unrolled sample ${path} --prompt ${quoted(prompt)} --temperature 0.7`,
        "  npx unrolled hello               a network small enough to look inside",
        `  npx unrolled cells ${cell.padEnd(13)} its equations, and all that is derived from them`,
        "  npx unrolled train YOUR.txt      the same on a text of yours",
      ].join("\n"),
    );
    run.dispose();
    device.dispose();
  });

  async function show(sampler: Sampler, length: number, title: string): Promise<void> {
    terminal.say(terminal.paint("err", "bold", `\n${title}:`));
    sampler.reset();
    await sampler.prime(prompt);
    let text = prompt;
    for await (const piece of sampler.generate({ length, temperature: 0.7 })) text += piece;
    await terminal.out(`${text}\n`);
    terminal.say("");
  }
}

/** Calls `act` after a step whenever so many seconds have gone by. */
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
