// Text from a language model, as it is made.
import { z } from "zod";
import { createSampler } from "../generate/sample.ts";
import { codecOf } from "../tasks/language.ts";
import { asInput } from "./failure.ts";
import { number, readSettings, whole } from "./settings.ts";
import { modelOf, type ModelUse } from "./tasks/task-commands.ts";

const fields = {
  prompt: z.string().default("").describe("the beginning of the text"),
  length: whole(0).default(500).describe("symbols to make: characters, bytes or words"),
  temperature: number("a number, 0 or more", (n) => n >= 0 && Number.isFinite(n))
    .default(1)
    .describe("0 always takes the most likely, more is wilder"),
  topK: whole(0).default(0).describe("choose among so many of the most likely; 0 for all"),
  topP: number("a number from 0 to 1", (n) => n >= 0 && n <= 1)
    .default(1)
    .describe("choose among the most likely that have this share together"),
  seed: number("a whole number", Number.isSafeInteger).default(1).describe("of the choice"),
};

/** So that a terminal shows text as it comes, and a pipe is not given single letters. */
const millisecondsBetweenWrites = 25;

export const sampling: ModelUse = {
  about: "write text with a model",
  fields,
  valueNames: { prompt: "text" },
  async use(opened, _path, given, { terminal, json }) {
    const { task, network, device, store } = modelOf(opened, "language");
    const { prompt, length, temperature, topK, topP, seed } = readSettings(z.object(fields), given);
    const sampler = await asInput(async () => {
      const made = await createSampler({ network, device, store, text: codecOf(task.text), seed });
      await made.prime(prompt);
      return made;
    });
    let [text, waiting, written] = [prompt, prompt, 0];
    for await (const piece of sampler.generate({ length, temperature, topK, topP })) {
      text += piece;
      waiting += piece;
      if (json || performance.now() - written < millisecondsBetweenWrites) continue;
      await terminal.out(waiting);
      [waiting, written] = ["", performance.now()];
    }
    return {
      json: [{ prompt, text: text.slice(prompt.length), seed }],
      text: text.endsWith("\n") ? waiting : `${waiting}\n`,
    };
  },
};
