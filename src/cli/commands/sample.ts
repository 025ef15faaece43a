// `unrolled sample MODEL`: text from a model, as it is made.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { textCodec } from "../../data/prompt.ts";
import { createSampler } from "../../generate/sample.ts";
import { deviceFields } from "../devices.ts";
import { asInput } from "../failure.ts";
import { openModel } from "../model.ts";
import type { CommandContext } from "../program.ts";
import { addOptions, flag, number, readSettings, whole } from "../settings.ts";

const fields = {
  prompt: z.string().default("").describe("the beginning of the text"),
  length: whole(0).default(500).describe("characters to make, or bytes"),
  temperature: number("a number, 0 or more", (n) => n >= 0 && Number.isFinite(n))
    .default(1)
    .describe("0 always takes the most likely, more is wilder"),
  topK: whole(0).default(0).describe("choose among so many of the most likely; 0 for all"),
  topP: number("a number from 0 to 1", (n) => n >= 0 && n <= 1)
    .default(1)
    .describe("choose among the most likely that have this share together"),
  seed: number("a whole number", Number.isSafeInteger).default(1).describe("of the choice"),
  ...deviceFields,
  json: flag.describe("one JSON object a line"),
};

/** So that a terminal shows text as it comes, and a pipe is not given single letters. */
const millisecondsBetweenWrites = 25;

export function addSample(program: CommandUnknownOpts, { terminal }: CommandContext): void {
  const command = program
    .command("sample")
    .description("write text with a model")
    .argument("<model>", "a model file");
  addOptions(command, fields, { prompt: "text", device: "name", threads: "n" });
  command.action(async (path, options) => {
    const {
      prompt,
      length,
      temperature,
      topK,
      topP,
      seed,
      device: choice,
      threads,
      json,
    } = readSettings(z.object(fields), options);
    const { sampler, device } = await asInput(async () => {
      const { checkpoint, device: found, store } = await openModel(path, choice, { threads });
      const { network, alphabet } = checkpoint;
      const made = await createSampler({ network, device: found, store, text: textCodec(alphabet), seed });
      await made.prime(prompt);
      return { sampler: made, device: found };
    });
    let [text, waiting, written] = [prompt, prompt, 0];
    for await (const piece of sampler.generate({ length, temperature, topK, topP })) {
      text += piece;
      waiting += piece;
      if (json || performance.now() - written < millisecondsBetweenWrites) continue;
      await terminal.out(waiting);
      [waiting, written] = ["", performance.now()];
    }
    device.dispose();
    if (json) return terminal.out(`${JSON.stringify({ prompt, text: text.slice(prompt.length), seed })}\n`);
    await terminal.out(text.endsWith("\n") ? waiting : `${waiting}\n`);
  });
}
